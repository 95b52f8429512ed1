"""How an environment is looked after for a while when a deploy has succeeded there."""

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["watching", "well", "stopped", "left", "rolled back", "not rolled back"]


@dataclass(frozen=True)
class Watched:
    """until: when it ends, seconds since the epoch. fails: from so many failures in a row on it is rolled back.

    left: something else stands there by now, or config.yaml wants no watch any more.
    """

    until: float
    fails: int
    state: State = "watching"
    failed: int = 0  # in a row, until now
    said: str = ""  # by the last check that failed; text from outside
    by: str = ""  # who stopped it, or why it ended
    back: str = ""  # the deploy that rolled it back

    @property
    def going(self) -> bool:
        return self.state == "watching"

    def after(self, said: str, now: float) -> "Watched":
        """With one more check. said: what is not well; "" for well. Its time is not over while it is in doubt."""
        if said:
            return replace(self, failed=self.failed + 1, said=said[:200])
        return replace(self, failed=0, said="", state="well" if now >= self.until else "watching")

    @property
    def enough(self) -> bool:
        """Whether it has failed so often that it is rolled back."""
        return self.going and self.failed >= self.fails

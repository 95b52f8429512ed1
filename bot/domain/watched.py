"""How an environment is looked after for a while when a deploy has succeeded there."""

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["watching", "well", "stopped", "left", "unjudged", "rolled back", "not rolled back"]


@dataclass(frozen=True)
class Watched:
    """until: when it ends, seconds since the epoch. fails: from so many failures in a row on it is rolled back.

    left: something else stands there by now, or config.yaml wants no watch any more. unjudged: its time is over, and at
    its end nobody could say how it was: nothing is rolled back for that.
    """

    until: float
    fails: int
    state: State = "watching"
    failed: int = 0  # in a row, until now
    said: str = ""  # by the last check that failed; text from outside
    by: str = ""  # who stopped it, or why it ended
    back: str = ""  # the deploy that rolled it back
    failed_at: float = 0.0  # when the last check was that failed
    unsure: str = ""  # why the last check could not tell; text from outside
    late: float = 0.0  # when it was asked, where Grail was away as its time ended

    @property
    def going(self) -> bool:
        return self.state == "watching"

    def after(self, said: str, now: float, apart: float) -> "Watched":
        """With one more check. said: what is not well; "" for well. Its time is not over while it is in doubt.

        apart: seconds; failures with more between them are none in a row, for nobody knows how it was meanwhile.
        """
        if said:
            row = self.failed if now - self.failed_at <= apart else 0
            return replace(self, failed=row + 1, said=said[:200], failed_at=now, unsure="")
        late = now if now > self.until + apart else 0.0
        state: State = "well" if now >= self.until else "watching"
        return replace(self, failed=0, said="", unsure="", state=state, late=late)

    def counted(self, now: float, every: float) -> bool:
        """Whether this very check has failed and was counted: its work comes again where a worker died after that."""
        return self.failed > 0 and 0 <= now - self.failed_at < every / 2

    def missed(self, now: float, apart: float) -> bool:
        """Whether its time ended unseen: how it is so long after says nothing about the deploy."""
        return now > self.until + apart and (not self.failed or now - self.failed_at > apart)

    @property
    def enough(self) -> bool:
        """Whether it has failed so often that it is rolled back."""
        return self.going and self.failed >= self.fails

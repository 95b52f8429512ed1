"""What really stands in a place, compared with what Grail knows: the systems were asked, and may not have answered."""

from dataclasses import dataclass
from typing import Literal

from bot.domain.deploys import Deploy

Stands = Literal["known", "outside", "nothing", "left"]


@dataclass(frozen=True)
class Heard:
    """The last answer about one place, and the last silence. commit: "" for nothing. Times: seconds since the epoch.

    by: as that system names people. at: when it was asked for that answer; None: it has never answered.
    fault: why it did not answer at `silent`; "" where it has answered since.
    """

    commit: str = ""
    subject: str = ""
    since: float | None = None
    by: str = ""
    at: float | None = None
    fault: str = ""
    silent: float = 0.0

    @property
    def asked(self) -> float:
        """When it was asked last."""
        return max(self.at or 0.0, self.silent)

    @property
    def fails(self) -> str:
        """Why it does not answer now; "" where it does."""
        return self.fault if self.silent > (self.at or 0.0) else ""


def compared(heard: Heard | None, commit: str, since: float, last: Deploy | None) -> Stands:
    """commit, since: what Grail brought there last, "" for nothing. last: the last deploy there that ran and ended.

    left: what a deploy of ours that did not succeed has left there.
    """
    if heard is None or heard.at is None or heard.at <= since or heard.commit == commit:
        return "known"
    if last is not None and (heard.at <= (last.ended or 0.0) or heard.commit == last.commit):
        return "left" if heard.commit == last.commit and last.state != "succeeded" else "known"
    return "outside" if heard.commit else "nothing"

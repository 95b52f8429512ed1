"""Everything that Grail can refuse, as one tree.

    GrailError
    ├── Refusal             a person asked for what cannot be: shown to that person, with what to do next
    │   ├── NotUnderstood       the words make no command
    │   ├── NotAllowed          no right to it, or nobody can say whether there is one
    │   ├── NotFound            no such service, environment, deploy …
    │   ├── Conflict            something else stands in the way
    │   └── Stale               the card that was pressed no longer shows what is true
    ├── ConfigFault         config.yaml says something that cannot be
    ├── StartFault          the process cannot start as it was told to
    ├── StoreUnavailable    Redis does not answer, or will not take a write
    └── OutsideUnavailable  a system that we call does not answer

`Refusal`s are caught in one place, the router. The others say what is broken, not who did wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class GrailError(Exception):
    """The root. `str(error)` is one sentence, fit for a person."""


@dataclass(frozen=True)
class Reason:
    """One thing that stands in the way: a stable code, and a sentence that says what, who, since when.

    until: when it is over, in seconds since the epoch, where that is known.
    """

    code: str
    sentence: str
    until: float | None = None


@dataclass(frozen=True)
class Offer:
    """A way on that a refusal offers: a button, what it does, and the value that it carries."""

    words: str
    action: str
    value: str


class Refusal(GrailError):
    """What a person asked for cannot be done.

    code: stable, kebab-case, for programs. hint: what to do next, as a sentence, or None.
    reasons: all of them when there are several; else the sentence itself is the only one. offers: buttons.
    """

    default_code: ClassVar[str] = "refused"

    def __init__(
        self,
        sentence: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        reasons: Sequence[Reason] = (),
        offers: Sequence[Offer] = (),
    ) -> None:
        super().__init__(sentence)
        self.code = code or self.default_code
        self.hint = hint
        self.reasons = tuple(reasons) or (Reason(self.code, sentence),)
        self.offers = tuple(offers)


class NotUnderstood(Refusal):
    default_code = "not-understood"


class NotAllowed(Refusal):
    default_code = "not-allowed"


class NotFound(Refusal):
    default_code = "not-found"


class Conflict(Refusal):
    default_code = "conflict"


class Stale(Refusal):
    default_code = "stale"


class ConfigFault(GrailError):
    """config.yaml cannot be used. `faults`: one line each, `path: what, and what is allowed`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class StartFault(GrailError):
    """The process cannot start. The sentence says what to do."""


class StoreUnavailable(GrailError):
    """Redis did not answer in time, is gone, or refuses writes. Whether the last write counted is unknown."""


class OutsideUnavailable(GrailError):
    """A system that we call did not answer. `system`: its name as people know it."""

    def __init__(self, system: str, sentence: str) -> None:
        super().__init__(sentence)
        self.system = system

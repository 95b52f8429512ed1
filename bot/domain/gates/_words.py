"""The words of the gates: the facts that are judged, one condition, and the verdict of all of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from bot.domain._granted import Right
from bot.domain.deploys import Approval, Deploy
from bot.domain.locks import Lock

Outcome = Literal["passed", "failed", "unknown", "waived", "not set up"]
Mode = Literal["telling", "enforced"]
ALWAYS: frozenset[str] = frozenset(
    {"right", "lock", "freeze", "claim", "queue", "quarantine", "mentor", "at"}
)  # enforced from the first day
EMERGENCY: frozenset[str] = frozenset({"right", "claim"})  # what a roll-back to what ran before is judged by
UNWAIVABLE: frozenset[str] = frozenset({"right", "claim", "queue", "mentor", "at"})
PEOPLE: frozenset[str] = frozenset(
    {"approvals", "mentor"}
)  # what is cleared by somebody who looks and says yes
NAMES: Mapping[str, str] = {
    "right": "right",
    "freeze": "freeze",
    "lock": "lock",
    "claim": "claim",
    "queue": "queue",
    "quarantine": "quarantine",
    "at": "its time",
    "windows": "freeze windows",
    "hours": "working hours",
    "checks": "checks",
    "coverage": "coverage",
    "after": "order of environments",
    "behind": "behind the main branch",
    "moved": "moved after the request",
    "size": "size of the change",
    "recent": "recent failure",
    "pages": "open page",
    "approvals": "approvals",
    "mentor": "mentor's tap",
}  # every gate, as people say it, in the order in which they are told
WAIVER = "who may waive it"
BUTTONS = (
    "ask", "again", "park", "now", "unlock", "thaw", "holder", "line", "free", "clear", "checks", "coverage", "deploy",
    "head", "diff", "failure", "mends", "approve",
)  # fmt: skip  # what a view draws for a condition


@dataclass(frozen=True)
class Condition:
    """One gate, judged. sentence: for the person; clears: who can clear it; button: the next thing to press, one of
    BUTTONS; also: what else helps.

    cures: time may cure it by itself, so that a deploy can wait for it. since, until: seconds since the epoch.
    first: the environment to which the commit has to go before, and the commit, with a space between. about: what else
    the button needs to know: a lock, a deploy, a page, a branch.
    """

    gate: str
    outcome: Outcome
    code: str
    sentence: str
    mode: Mode = "telling"
    clears: str = ""
    button: str = ""
    cures: bool = False
    since: float | None = None
    until: float | None = None
    first: str = ""
    also: tuple[str, ...] = ()
    about: str = ""

    @property
    def stops(self) -> bool:
        """Whether a deploy may not begin because of it. What nobody could find out stops where the gate is enforced."""
        return self.mode == "enforced" and self.outcome in ("failed", "unknown")

    @property
    def tells(self) -> bool:
        """Whether it would stop a deploy if it were enforced."""
        return self.mode == "telling" and self.outcome in ("failed", "unknown")


@dataclass(frozen=True)
class Unknown:
    """A fact that a system could not say. why: a sentence."""

    system: str
    why: str


@dataclass(frozen=True)
class NotSetUp:
    """A fact that would come from a system without credentials. how: what to set to have it."""

    system: str
    how: str


@dataclass(frozen=True)
class Facts:
    """All that a verdict rests on. What is None was not asked for: config.yaml sets no such gate there.

    modes: of the gates that config.yaml or [Enforce] sets; those missing tell. waived: gates, with who and why.
    emergency: a roll-back to a commit that ran here before. needed: how many approvals.
    """

    now: float
    deploy: Deploy
    right: Right
    locks: tuple[Lock, ...] = ()
    claim: Deploy | None = None
    claim_id: str = ""  # of a claim whose record cannot be read
    ahead: tuple[str, ...] = ()  # ids of the deploys that stand before it in the queue
    quarantined: str = ""  # id of the roll-back that took this commit away, while that is not cleared
    approvals: tuple[Approval, ...] = ()
    needed: int | None = None
    net: bool = False  # who asks may do it with a mentor's tap, and not alone
    fingerprint: str = ""
    on_call: tuple[str, ...] = ()  # the names of who is on call for the service
    emergency: bool = False
    modes: Mapping[str, Mode] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)  # of the other families, by gate

    @property
    def then(self) -> float:
        """When it would begin: what the clock decides is judged for that moment."""
        return max(self.now, self.deploy.begins or 0.0)


Family = Callable[[Facts], Iterator[Condition]]
F = TypeVar("F")


def family(
    gate: str, kind: type[F], what: str, system: str = ""
) -> Callable[[Callable[[Facts, F], Iterator[Condition]]], Family]:
    """Makes a judge of one kind of fact into a family that also says when the fact is missing.

    what: the fact, as it ends a sentence that begins "GitHub cannot say". What has another form is unknown too.
    """

    def made(judge: Callable[[Facts, F], Iterator[Condition]]) -> Family:
        def judged(facts: Facts) -> Iterator[Condition]:
            found = facts.more.get(gate)
            if found is None:
                return
            if isinstance(found, kind):
                yield from judge(facts, found)
            elif isinstance(found, NotSetUp):
                name = NAMES[gate].capitalize()
                yield Condition(
                    gate,
                    "not set up",
                    f"{gate}-not-set-up",
                    f"{name}: not set up. {found.how}",
                    clears="an admin",
                )
            else:
                who = found.system if isinstance(found, Unknown) else system or "Grail"
                why = found.why if isinstance(found, Unknown) else "What it says has another form."
                yield Condition(
                    gate, "unknown", f"{gate}-unknown", f"{who} cannot say {what}. {why}",
                    clears=f"an answer of {who}, or {WAIVER}", button="park", also=("again",), cures=True,
                )  # fmt: skip

        return judged

    return made


@dataclass(frozen=True)
class Verdict:
    """Every condition of a deploy, in the order in which people want to read them."""

    conditions: tuple[Condition, ...]

    @property
    def stopping(self) -> tuple[Condition, ...]:
        return tuple(one for one in self.conditions if one.stops)

    @property
    def telling(self) -> tuple[Condition, ...]:
        return tuple(one for one in self.conditions if one.tells)

    @property
    def admits(self) -> bool:
        return not self.stopping

    @property
    def can_wait(self) -> bool:
        """Whether it is stopped, and only by what time can cure; approvals are asked for when that is over."""
        others = [one for one in self.stopping if one.gate not in PEOPLE]
        return bool(others) and all(one.cures for one in others)

    @property
    def queues(self) -> bool:
        """Whether it only has to wait for its turn."""
        return bool(self.stopping) and all(
            one.gate in ("claim", "queue") and one.cures for one in self.stopping
        )

    @property
    def needs_approval(self) -> bool:
        """Whether nothing but people who approve it are missing; its time may still be to come."""
        gates = {one.gate for one in self.stopping}
        return bool(gates & PEOPLE) and gates <= PEOPLE | {"at"}

    @property
    def only_early(self) -> bool:
        """Whether nothing is in the way but the time for which it is set."""
        return bool(self.stopping) and all(one.gate == "at" for one in self.stopping)

    @property
    def waivable(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.gate for one in self.stopping if one.gate not in UNWAIVABLE))

    def __iter__(self) -> Iterator[Condition]:
        return iter(self.conditions)

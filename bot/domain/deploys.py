"""A deploy: one attempt to bring a commit into an environment, or to run a named action there."""

from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.brings import Brings
from bot.domain.watched import Watched

State = Literal[
    "requested", "queued", "parked", "waiting", "running", "succeeded", "failed", "cancelled", "lost"
]

ENDED: frozenset[State] = frozenset({"succeeded", "failed", "cancelled", "lost"})
HELD: frozenset[State] = frozenset({"queued", "parked", "waiting"})


@dataclass(frozen=True)
class StepShown:
    """One step as the card shows it."""

    name: str
    phase: str  # pending, running, succeeded, failed, cancelled, skipped
    started: float | None = None
    ended: float | None = None
    last_line: str = ""


@dataclass(frozen=True)
class Approval:
    """Somebody said yes to exactly this. fingerprint: of what was looked at; any change voids it."""

    by: str
    by_name: str
    at: float
    fingerprint: str
    able: bool = False  # who approved could have deployed there alone
    account: str = ""  # team id and user id in Slack, as Deploy.asker has them


@dataclass(frozen=True)
class Told:
    """One condition of a verdict, as the card shows it."""

    gate: str
    code: str
    sentence: str
    stops: bool
    clears: str = ""
    outcome: str = "failed"  # failed, unknown, waived, not set up
    until: float | None = None  # when time clears it

    @property
    def tells(self) -> bool:
        """Whether it would have stopped the deploy if its gate were enforced."""
        return not self.stops and self.outcome in ("failed", "unknown")


@dataclass(frozen=True)
class Deploy:
    """One attempt. Times are seconds since the epoch; commits are full SHAs."""

    id: str  # d-12
    service: str
    environment: str
    ref: str
    commit: str
    subject: str
    state: State
    by: str  # e-mail, or the user id where Slack shows none
    by_user: str  # Slack's user id, "" from a terminal
    by_name: str
    team: str  # Slack's id of the workspace, of by_user
    channel: str  # where its card stands
    requested: float
    author: str = ""
    assumed: tuple[str, ...] = ()  # what Grail filled in: "ref"
    action: str | None = None
    previous: str | None = None
    previous_subject: str = ""
    fence: int = 0
    rev: int = 0  # grows with every change: the version of its card
    host: str = ""  # the machine whose worker runs it
    run: str = ""
    watcher: str = ""  # the worker that watches it at this moment
    started: float | None = None
    ended: float | None = None
    steps: tuple[StepShown, ...] = ()
    why: str = ""
    telling: str = ""  # the few lines of its output that tell most of why it failed; safe to show
    rolled_back: bool | None = None
    untouched: bool = False  # it failed or was cancelled before the first step that changes the environment
    url: str = ""  # where what it deployed is found, once it stands
    cancelled_by: str = ""
    restarts: int = 0  # how often a worker took it over from one that had died
    request: str = ""  # the request id that began it
    note: str = ""  # while it runs: what it waits for, in one sentence
    link: str = ""  # where the system that runs it shows it
    driver: str = "recipe"  # how it runs: config.yaml may say otherwise, or nothing, before it is over
    asker: str = ""  # team:user, for judging the right again
    conditions: tuple[Told, ...] = ()  # what stood in its way or was told when it was last judged
    passed: tuple[str, ...] = ()  # the gates that it passed then
    approvals: tuple[Approval, ...] = ()
    fingerprint: str = ""  # of what is to be approved
    held_until: float | None = None  # how long it waits, parked, queued or for its approval
    asked_at: float | None = None  # when it was told that its turn has come
    place_in_line: int = 0  # counted from 1
    waived: tuple[tuple[str, str], ...] = ()  # gates, with who waived it and why
    vouched: tuple[tuple[str, str], ...] = ()  # gates that were passed, with what they said
    brings: Brings | None = None  # for who approves it; None: nobody could say
    rejected_by: str = ""
    voided: int = 0  # approvals that a change made worthless
    void_why: str = ""  # what had changed the last time, as it follows "because"
    undoes: str = ""  # of a roll-back: the commit that it takes away
    undone: int | None = None  # how many commits go with it; None: git could not say
    committed: float | None = None  # when its commit was committed
    migrations: tuple[str, ...] = ()  # changed files among them that migrate a database
    outside: str = ""  # brought there without Grail, by whom as that system says; "-": nobody knows
    reported: str = ""  # the id by which the system that did it has reported it
    confirmed: bool = False  # of a reported one: the driver said that its commit stood there
    watched: Watched | None = None  # how it goes afterwards; None: nobody looks
    automatic: bool = False  # a roll-back by Grail itself
    begins: float | None = None  # the time for which it is set; None: as soon as it may
    begins_said: str = ""  # the same as it was understood: `Tuesday 14:00 in Europe/Berlin`

    @property
    def over(self) -> bool:
        return self.state in ENDED

    @property
    def happened(self) -> bool:
        """Whether it may have changed its environment: Grail ran it, or another system has reported it."""
        return bool(self.run or self.reported)

    @property
    def held(self) -> bool:
        """Whether it waits for something before it begins, and holds no environment."""
        return self.state in HELD

    @property
    def rollback(self) -> bool:
        """Whether it goes back to what succeeded there before."""
        return bool(self.undoes)

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows what it left behind: it was lost on its way, or its roll-back failed too."""
        return bool(self.run) and (self.state == "lost" or self.rolled_back is False)

    @property
    def what(self) -> str:
        """`shop to staging`, `restart shop in staging`, or `roll back shop in staging`."""
        if self.rollback:
            return f"roll back {self.service} in {self.environment}"
        if self.action:
            return f"{self.action} {self.service} in {self.environment}"
        return f"{self.service} to {self.environment}"

    @property
    def place(self) -> tuple[int, int]:
        """(number of the step it is at, number of steps), counted from 1."""
        at = [
            i for i, step in enumerate(self.steps, 1) if step.phase != "pending" and step.phase != "skipped"
        ]
        return (at[-1] if at else 1, len(self.steps))

    def elapsed(self, now: float) -> float:
        """Seconds from its start (or its request) to its end (or now)."""
        return max(0.0, (self.ended or now) - (self.started or self.requested))

    def short(self) -> str:
        """The commit as people write it."""
        return self.commit[:7]

    def with_(self, **changes: object) -> "Deploy":
        """The same deploy, one revision later."""
        return replace(self, rev=self.rev + 1, **changes)  # type: ignore[arg-type]

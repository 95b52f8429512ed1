"""How a deploy runs: one file a driver. This is the contract that each of them keeps.

`start` is called as often as the bot was killed in the middle, and starts a thing once. A driver never raises for
what happens inside a run: that is a state.

Some runs are processes of this machine (`local`): they are watched closely, by a worker of the same machine. Others
are another system's: any worker asks that system what happened, when the state said that it is worth asking again,
or when the system told by itself that something has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.config import GitHubActions, Recipe
from bot.errors import OutsideUnavailable

# starting: `start` has to be called (again); with a note, only after `look_in`. queued: the system has taken it, and
# has not begun. waiting: for a person. vanished: the system knew it, and knows nothing of it any more.
Phase = Literal[
    "starting", "queued", "waiting", "running", "succeeded", "failed", "cancelled", "lost", "vanished"
]
GOING: frozenset[Phase] = frozenset({"starting", "queued", "waiting", "running"})
StepPhase = Literal["pending", "running", "succeeded", "failed", "cancelled", "skipped"]


@dataclass(frozen=True)
class Order:
    """What is to be run. `deploy` is the id that makes it one: the same id is never run twice."""

    deploy: str
    service: str
    environment: str
    ref: str  # what was typed, or assumed
    commit: str  # full SHA
    repository: str  # path or address that git clones from
    recipe: Recipe
    action: str | None = None  # a named action of the recipe instead of a deploy
    previous: str | None = None  # full SHA of what stands there now
    by: str = ""  # e-mail of who asked
    github: GitHubActions | None = None  # for github_actions: `recipe` is empty then
    main: str = "main"  # the main branch of the repository
    request: str = ""  # what asked for it: with the id, this is unlike any deploy of any other Grail
    requested: float = 0.0  # seconds since the epoch
    first: bool = False  # nobody has tried to start it before
    extra: Mapping[str, str] = field(default_factory=dict)  # further environment variables
    alone: bool = True  # no other service has an environment of this name in the same repository


@dataclass(frozen=True)
class Stands:
    """What a system says that really runs in an environment. since: seconds since the epoch; by: as it names people."""

    commit: str  # full SHA; "": nothing runs there
    since: float | None = None
    by: str = ""


@dataclass(frozen=True)
class Step:
    name: str
    phase: StepPhase
    started: float | None = None  # seconds since the epoch
    ended: float | None = None
    last_line: str = ""  # of its output; safe to show


@dataclass(frozen=True)
class RunState:
    phase: Phase
    steps: tuple[Step, ...] = ()
    why: str = ""  # one sentence for failed and lost: which step, and how it ended
    rolled_back: bool | None = None  # None: no roll-back was needed or there is none; False: it failed too
    untouched: bool = False  # True: it ended before the first step that changes the environment
    note: str = ""  # one sentence while it goes on: what it waits for, or that the system does not answer
    link: str = ""  # where people see it in the system's own pages
    run: str = ""  # a better name for it than the one that was asked with; "": there is none
    look_in: float = 0.0  # seconds until it is worth asking again; of a local run always


class Waits(OutsideUnavailable):
    """Nothing has begun, by nobody's fault: its turn comes. until: seconds since the epoch."""

    def __init__(self, system: str, sentence: str, until: float) -> None:
        super().__init__(system, sentence)
        self.until = until


@dataclass(frozen=True)
class Told:
    """How a run has ended, as its system is told it. deployment: what it is called there. at: when it ended."""

    repository: str
    deployment: int
    status: str
    description: str
    link: str
    at: float


class Pace(Protocol):
    """How fast another system may be written to, by everybody of this installation together.

    Who waits for their turn is known to have sent nothing, also after a restart.
    """

    async def take(self, mark: str, count: int) -> float | None:
        """None: so many writes may be sent now. Else when to ask again (seconds since the epoch); its place is kept."""
        ...

    async def waits(self, mark: str) -> float | None:
        """When its turn is to come; None: it waits for none."""
        ...

    async def again(self, mark: str, until: float) -> None:
        """What had its turn was not taken: it stands first in line, and nobody may before then."""
        ...

    async def leave(self, mark: str) -> None:
        """It is not wanted any more."""
        ...

    async def urgent(self) -> None:
        """Count a write that waits for nobody."""
        ...

    async def spare(self, *, last: bool) -> bool:
        """Whether one may be sent that yields to all who wait. last: nothing after it would make up for it."""
        ...

    async def owe(self, told: Told) -> None:
        """Have it told when there is room."""
        ...

    async def owed(self, deployments: Sequence[int]) -> Mapping[int, Told]:
        """What is still to be told of these."""
        ...


class Free:
    """Of a system without such a limit."""

    async def take(self, mark: str, count: int) -> float | None:
        return None

    async def waits(self, mark: str) -> float | None:
        return None

    async def again(self, mark: str, until: float) -> None:
        pass

    async def leave(self, mark: str) -> None:
        pass

    async def urgent(self) -> None:
        pass

    async def spare(self, *, last: bool) -> bool:
        return True

    async def owe(self, told: Told) -> None:
        pass

    async def owed(self, deployments: Sequence[int]) -> Mapping[int, Told]:
        return {}


class Driver(Protocol):
    name: str
    local: bool  # whether its runs are processes of this machine

    def run_of(self, order: Order) -> str:
        """What the run will be called, known before it is started: whoever dies after that, it can be asked for."""
        ...

    async def start(self, order: Order) -> str:
        """Start it, once; the answer names the run for the calls below.

        Raises Refusal where it cannot be, and OutsideUnavailable where it is not (yet): call again.
        """
        ...

    async def state(self, run: str) -> RunState:
        """What the system says now. Never raises: a system that does not answer is a note."""
        ...

    async def runs(self) -> Mapping[str, Phase]:
        """Every run that is known on this host."""
        ...

    async def cancel(self, run: str, by: str) -> None:
        """Have it ended, whatever began already. Returns at once; `state` tells the end. May be called again."""
        ...

    async def output(self, run: str, lines: int | None = None) -> str:
        """The whole output kept, or its last `lines`; control characters stripped, secrets masked."""
        ...

    async def standing(self, order: Order) -> Stands | None:
        """What really runs in the environment of this order. None: there is nobody to ask, or nothing is known.

        The order is never carried out; its commit is the one by which the question is asked. Raises OutsideUnavailable,
        and Refusal for what the system will not say; within a few seconds.
        """
        ...

    async def health(self, order: Order) -> str | None:
        """Whether what runs there is well: "", or one sentence that says what is not. None: there is nobody to ask.

        Raises OutsideUnavailable where the question itself could not be asked.
        """
        ...

"""How a deploy runs: one file a driver. This is the contract that each of them keeps.

`start` is called as often as the bot was killed in the middle, and starts a thing once. A driver never raises for
what happens inside a run: that is a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.config import Recipe

Phase = Literal["starting", "running", "succeeded", "failed", "cancelled", "lost"]
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
    extra: Mapping[str, str] = field(default_factory=dict)  # further environment variables


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


class Driver(Protocol):
    name: str

    async def start(self, order: Order) -> str:
        """Start it, once; the answer names the run for the calls below, on this host."""
        ...

    async def state(self, run: str) -> RunState: ...

    async def runs(self) -> Mapping[str, Phase]:
        """Every run that is known on this host."""
        ...

    async def cancel(self, run: str, by: str) -> None:
        """End it: TERM to all of its processes, KILL after the grace. Returns at once; `state` tells the end."""
        ...

    async def output(self, run: str, lines: int | None = None) -> str:
        """The whole output kept, or its last `lines`; control characters stripped, secrets masked."""
        ...

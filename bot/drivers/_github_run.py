"""The name of a run at GitHub, the mark that it carries, and what a process knows of it besides."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass

import orjson

from bot.drivers import Order, RunState


def mark_of(order: Order) -> str:
    """`d-12-3fa9c1d2`: the same for the same deploy, and unlike that of any other."""
    words = (
        order.deploy,
        order.service,
        order.environment,
        order.commit,
        order.request,
        f"{order.requested:.3f}",
    )
    return f"{order.deploy}-{hashlib.sha256('|'.join(words).encode()).hexdigest()[:8]}"


def marks_in(title: str) -> list[str]:
    """The marks that stand in a run's title."""
    return re.findall(r"(?<![\w-])d-\d+-[0-9a-f]{8}(?![\w-])", title)


def payload_of(value: object) -> Mapping[str, object]:
    """What a Deployment carries; GitHub gives it back as an object, or as the text of one."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = orjson.loads(value)
    return value if isinstance(value, dict) else {}


def concerns(payload: object, service: str, *, alone: bool) -> bool:
    """Whether a Deployment is of this service. alone: no other one has an environment of this name there."""
    said = payload_of(payload)
    if "grail" in said and "service" in said:
        return said["service"] == service
    return alone


@dataclass(frozen=True)
class Ref:
    """The name of a run: all that is needed to ask GitHub about it, from any machine."""

    repository: str
    workflow: str
    mark: str
    sha: str
    environment: str
    requested: float
    starts_within: float
    silent_for: float
    deployment: int = 0
    run: int = 0

    @staticmethod
    def of(run: str) -> "Ref":
        return Ref(**orjson.loads(run))

    def __str__(self) -> str:
        return orjson.dumps(asdict(self)).decode()


@dataclass
class Seen:
    """What this process knows of a run besides its name: nothing that a restart could not ask for again."""

    ref: Ref
    asked: float | None = None  # since when a dispatch may be on its way
    unsent: bool = False  # certainly none is
    state: RunState | None = None  # the last one that GitHub told
    told: str = ""  # the Deployment's status as we know it
    silent_since: float | None = None  # GitHub does not answer
    ending_since: float | None = None
    ending_again: float = 0.0
    ending_fault: str = ""
    watchdog: str = ""  # why we ended it ourselves

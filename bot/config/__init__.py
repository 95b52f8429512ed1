"""config.yaml: what the company is, what runs where, who may do what. Read once, checked whole, frozen.

reading.py   text to plain data, safely; each way in which that can fail is one sentence
models.py    what can be said, as types; values.py the small ones
faults.py    pydantic's errors as `path: what, and what is allowed`
checks.py    what holds between the parts: every name that is used is defined
changes.py   what became different, said; watch.py takes it in while Grail runs
schema.py    the same for editors
"""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

import orjson
from pydantic import ValidationError

from bot.config.changes import changes, rights_changes
from bot.config.checks import cross_faults
from bot.config.faults import sentences
from bot.config.models import (
    Channels,
    Config,
    Environment,
    GitHubActions,
    Grant,
    HeldBy,
    Person,
    Question,
    Recipe,
    Role,
    Service,
    Step,
    Team,
    Watch,
    Workflow,
)
from bot.config.naming import named
from bot.config.reading import read
from bot.config.rotations import Rotation
from bot.config.schema import schema
from bot.config.values import RUNGS, Rung
from bot.errors import ConfigFault

__all__ = [
    "RUNGS",
    "Channels",
    "Config",
    "Environment",
    "GitHubActions",
    "Grant",
    "HeldBy",
    "Person",
    "Question",
    "Recipe",
    "Role",
    "Rotation",
    "Rung",
    "Service",
    "Step",
    "Team",
    "Watch",
    "Workflow",
    "changes",
    "data_folder",
    "load",
    "rights_changes",
    "schema",
]


def data_folder(path: Path) -> Path:
    """Where Grail keeps its state: GRAIL_DATA, else `.grail` beside config.yaml. Absolute."""
    return Path(os.environ.get("GRAIL_DATA") or path.parent / ".grail").absolute()


def load(path: Path, *, words: Collection[str] | None = None) -> Config:
    """The configuration in `path`. Raises ConfigFault with every fault, one line each.

    words: those that commands begin with, where they are known; then a grant of another word is a fault.
    """
    written = read(path)
    data, faults = named(written)
    context = {
        "names": set(data["recipes"]) if isinstance(data.get("recipes"), dict) else set(),
        "recipes": {},
    }
    config: Config | None = None
    try:
        config = Config.model_validate(data, context=context)
    except ValidationError as error:
        faults += sentences(error)
    faults += cross_faults(data, words)
    if config is None or faults:
        raise ConfigFault(sorted(set(faults)))
    version = hashlib.sha256(orjson.dumps(written, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:10]
    folder = str(data_folder(path))
    services = {
        name: service.model_copy(update={"repository": service.repository.replace("{data}", folder)})
        for name, service in config.services.items()
    }
    return config.model_copy(update={"services": type(config.services)(services), "version": version})  # type: ignore[call-arg]

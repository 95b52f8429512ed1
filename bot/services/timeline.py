"""What changed lately: one line of time, put together from whoever knows of something.

A source is asked for what happened to some services between two moments and answers its newest; whatever else comes to
know of changes (alerts, pages, silences) is one more of them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.locks import Scope
from bot.domain.timeline import Kind, Moment, needs
from bot.store.audit import GRAIL, Audit
from bot.store.board import BoardStore
from bot.store.chain import Entry

MOST_DEPLOYS = 1_000  # of all services together, that are looked through
MOST_ENTRIES = 20_000  # of the audit
BEFORE_SECONDS = 26 * 3600.0  # a deploy may have waited for a day before it began


@dataclass(frozen=True)
class Known:
    """What a source knows, in any order. back_to: it has looked back so far only, because there was too much."""

    moments: Sequence[Moment]
    back_to: float | None = None


class Source(Protocol):
    async def moments(self, services: frozenset[str], since: float, until: float) -> Known:
        """What happened to these services, or to all of them, between these moments (seconds since the epoch)."""
        ...


@dataclass(frozen=True)
class Page:
    """A part of the line, newest first. needs: the services that are on it because the one asked for needs them.

    more: how many are older than the last one. back_to: what was before that moment was not looked through.
    """

    moments: tuple[Moment, ...]
    needs: tuple[str, ...]
    more: int
    back_to: float | None = None


class Timeline:
    def __init__(self, config: Callable[[], Config], sources: Sequence[Source]) -> None:
        self._config = config
        self._sources = sources

    async def of(self, service: str | None, since: float, until: float, *, start: int, most: int) -> Page:
        """What happened to a service and to all that it needs; None: to every service."""
        services = self._config().services
        on: tuple[str, ...] = ()
        if service is not None:
            on = tuple(needs(service, {name: one.depends_on for name, one in services.items()}))
        wanted = frozenset([service, *on] if service is not None else services)
        known = [await source.moments(wanted, since, until) for source in self._sources]
        backs = [one.back_to for one in known if one.back_to is not None]
        # Where one source ends early, the others would make the rest look as if nothing else had happened.
        back_to = max(backs, default=None)
        found = sorted(
            (each for one in known for each in one.moments if each.at >= (back_to or 0.0)),
            key=lambda each: each.at,
            reverse=True,
        )
        return Page(tuple(found[start : start + most]), on, max(0, len(found) - start - most), back_to)


class DeployMoments:
    """Deploys, actions and roll-backs that have begun."""

    def __init__(self, board: BoardStore) -> None:
        self._board = board

    async def moments(self, services: frozenset[str], since: float, until: float) -> Known:
        ids = await self._board.asked_for(sorted(services), since - BEFORE_SECONDS, until)
        deploys = await self._board.deploys(ids[:MOST_DEPLOYS])
        back_to = deploys[-1].requested if len(ids) > MOST_DEPLOYS and deploys else None
        found = []
        for one in deploys:
            # What somebody brought there without Grail took no time that it would know of.
            claimed = bool(one.outside) and not one.reported
            began = one.ended if claimed else one.started if one.happened else None
            if began is not None and began <= until and (one.ended or until) >= since:
                found.append(_of_deploy(one, began))
        return Known(found, None if back_to is None or back_to < since else back_to)


class AuditMoments:
    """What people and Grail itself did to locks, freezes, gates and the configuration."""

    def __init__(self, audit: Audit, config: Callable[[], Config]) -> None:
        self._audit = audit
        self._config = config

    async def moments(self, services: frozenset[str], since: float, until: float) -> Known:
        entries, back_to = await self._audit.newest(since, until, words=frozenset(_WORDS), most=MOST_ENTRIES)
        found = []
        for entry in entries:
            if entry.kind == "refusal" or entry.outcome.startswith("refused"):
                continue
            about = self._about(entry)
            if not about or about & services:
                found.append(_of_entry(entry))
        return Known(found, back_to)

    def _about(self, entry: Entry) -> frozenset[str]:
        """The services that it is about; none: all of them."""
        if entry.word == "config":
            return frozenset()
        named = set(_NAME.findall(entry.what.casefold())) & self._config().services.keys()
        return frozenset(named | ({entry.service} if entry.service else set()))


_NAME = re.compile(r"[\w.-]+")
_WORDS: dict[str, Kind] = {
    "lock": "lock",
    "unlock": "lock",
    "freeze": "freeze",
    "thaw": "freeze",
    "press lock.take": "lock",
    "press lock.unlock": "lock",
    "press lock.thaw": "freeze",
    "press lock.keep": "lock",
    "press gate.enforce": "gate",
    "press gate.tell": "gate",
    "clear": "other",
    "press rollback.clear": "other",
    "free": "other",
    "pause everything": "pause",
    "resume": "pause",
    "config": "config",
}
_PRESSED = {
    "take": "took over the {} of",
    "unlock": "ended the {} of",
    "thaw": "ended the {} of",
    "keep": "keeps the {} of",
}


def _of_deploy(one: Deploy, started: float) -> Moment:
    kind: Kind = "roll-back" if one.rollback else "action" if one.action else "deploy"
    return Moment(
        started, kind, one.action or one.subject, one.by_name, one.service, one.environment, one.id, one.commit,
        _outcome(one), None if one.outside and not one.reported else one.ended,
    )  # fmt: skip


def _outcome(one: Deploy) -> str:
    if one.outside:
        return f"{one.state}, outside" if one.reported else "outside"
    if one.over and one.state != "succeeded":
        if one.untouched:
            return f"{one.state}, nothing was changed"
        if one.rolled_back is not None:
            return (
                f"{one.state}, {'rolled back by itself' if one.rolled_back else 'and its roll-back failed'}"
            )
    return one.state


def _of_entry(entry: Entry) -> Moment:
    by = entry.name or (entry.who if entry.who != GRAIL else "")
    by = "" if by == GRAIL else by
    kind, words = _WORDS[entry.word], " ".join(entry.what.split())
    lines = entry.what.split("\n")
    if entry.word.startswith("press lock."):
        held = "freeze" if lines[0] == "freeze" else "lock"
        kind = "freeze" if held == "freeze" else "lock"
        scope = Scope.read(lines[1]).words if len(lines) > 1 else "a place"
        words = f"{_PRESSED[entry.word.rpartition('.')[2]].format(held)} {scope}"
    elif entry.word.startswith("press gate."):
        words = f"gate {entry.outcome}"
    elif entry.word == "press rollback.clear":
        words = f"clear {words}"
    elif entry.who == GRAIL and entry.word in ("lock", "freeze"):
        words = f"{entry.word} of {words}: {entry.outcome}"
    elif entry.word == "config":
        words = f"config.yaml, {entry.outcome}: {words}"
    return Moment(entry.at, kind, words, by, entry.service, entry.environment)

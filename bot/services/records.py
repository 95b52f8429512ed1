"""What was written down: the audit, for who may read it, and all that is kept about one person, for that person."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.config import Config
from bot.domain.rights import Holder
from bot.services.deploys import Deploys
from bot.services.exports import Format, exported, of_service
from bot.store.audit import Audit, Entry, Head
from bot.store.grants import GrantStore
from bot.store.people import PeopleStore
from bot.store.preferences import PreferenceStore

MOST = 10_000  # entries of the audit that are looked through, or stand in a file
LOOKED_AT = 100_000  # entries of which a file is made; `grail audit export` takes all
MOST_DEPLOYS = 1000  # of each service


@dataclass(frozen=True)
class Excerpt:
    """A page of the audit, newest first. more: how many are older than the last one."""

    entries: tuple[Entry, ...]
    more: int


class Records:
    def __init__(self, redis: Redis, deploys: Deploys, config: Callable[[], Config]) -> None:
        self._audit = Audit(redis)
        self._people = PeopleStore(redis)
        self._grants = GrantStore(redis)
        self._preferences = PreferenceStore(redis)
        self._deploys = deploys
        self._config = config

    async def audit(self, service: str | None, since: float, *, start: int = 0, most: int = 25) -> Excerpt:
        """What was done since then; of one service: what is about it or names it, or one of its deploys.

        Verdicts are left out: `why` and the export have them.
        """
        entries = [one for one in await self._audit.read(since=since, limit=MOST) if one.kind != "verdict"]
        if service is not None:
            entries = [one async for one in of_service(_each(entries), service, self._deploys.find)]
        return Excerpt(tuple(entries[start : start + most]), max(0, len(entries) - start - most))

    async def file(self, service: str | None, since: float, format: Format) -> tuple[str, bool]:
        """The audit as the content of a file, verdicts too; whether it had to begin later, for it was too long."""
        begins, newest = await self._audit.first(since), (await self._audit.head()).number
        first = max(begins, newest - LOOKED_AT + 1)
        entries = self._audit.walk(since, first=first)
        if service is not None:
            entries = of_service(entries, service, self._deploys.find)
        lines: deque[str] = deque(maxlen=MOST)
        count, head = 0, ""
        async for line in exported(entries, format):
            if format == "csv" and not head:
                head = line
                continue
            lines.append(line)
            count += 1
        return head + "".join(lines), count > MOST or first > begins

    async def head(self) -> Head:
        """The newest entry; number 0 before the first."""
        return await self._audit.head()

    async def data(self, holder: Holder) -> str:
        """All that is kept about a person, as JSON for reading."""
        who = f"{holder.team_id}:{holder.user_id}"
        kept: dict[str, Any] = await self._people.kept(who)
        if "seen" in kept:
            kept["seen"] = _read(kept["seen"])
        email = holder.email or str(kept.get("email") or "")
        pseudonyms = await self._audit.pseudonyms(who, *([email] if email else []))
        entries = await self._audit.read(of=pseudonyms, limit=MOST) if pseudonyms else []
        preferences = await self._preferences.of(who)
        grants = await self._grants.all(email) if email else []
        about = {
            "person": who,
            "record": kept,
            "in config.yaml": _plain(self._config().people.get(email)),
            "grants by hand": [asdict(grant) for grant in grants],
            "what you want to hear": {
                "choices": dict(preferences.choices),
                "quiet": _plain(preferences.quiet),
            },
            "pseudonyms in the audit": pseudonyms,
            "audit": [
                {
                    "at": _when(e.at),
                    "word": e.word,
                    "what": e.what,
                    "outcome": e.outcome,
                    "by": e.who,
                    "request": e.request,
                }
                for e in entries
            ],
            "deploys": await self._asked_by(holder, email),
            "why, who reads it, how long": "docs/people.md",
        }
        return orjson.dumps(about, option=orjson.OPT_INDENT_2, default=str).decode() + "\n"

    async def _asked_by(self, holder: Holder, email: str) -> list[dict[str, str]]:
        services = list(self._config().services)
        lists = await asyncio.gather(*(self._deploys.recent(name, count=MOST_DEPLOYS) for name in services))
        mine = [
            deploy for each in lists for deploy in each
            if (email and deploy.by == email) or (deploy.by_user, deploy.team) == (holder.user_id, holder.team_id)
        ]  # fmt: skip
        return [
            {
                "deploy": deploy.id,
                "what": deploy.what,
                "asked": _when(deploy.requested),
                "state": deploy.state,
            }
            for deploy in sorted(mine, key=lambda deploy: deploy.requested, reverse=True)
        ]


async def _each(entries: Iterable[Entry]) -> AsyncIterator[Entry]:
    for one in entries:
        yield one


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _read(raw: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw


def _plain(value: Any) -> Any:
    """A record as JSON can hold it."""
    if value is None:
        return None
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else asdict(value)

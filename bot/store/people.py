"""People in Redis: who is bound to which e-mail since when, what Slack last said of them, tokens for the terminal.

A person is `who`: "<team id>:<user id>". Everything here is kept until the person is erased.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.store import keys
from bot.store.scripts import Scripts, guarded

TOKEN_SECONDS = 90 * 86400.0  # for whoever has left and was forgotten


@dataclass(frozen=True)
class Binding:
    """How a person stands to their e-mail. why: "changed" or "twice" while the rights that hang on it rest."""

    why: str = ""
    was: str = ""  # the e-mail that the binding still holds
    other: str = ""  # who else has it
    since: float | None = None
    fresh: bool = False  # this very sight suspended the rights


@dataclass(frozen=True)
class Seen:
    """What Slack last said of a person, and when."""

    email: str | None
    name: str
    zone: str
    kind: str
    at: float


@dataclass(frozen=True)
class Known:
    """Somebody of whom something is kept. email: the one that they are bound to, "" when there is none."""

    who: str
    email: str

    @property
    def user_id(self) -> str:
        return self.who.partition(":")[2]


class PeopleStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def bind(self, who: str, email: str, now: float) -> Binding:
        """Bind at first sight; notice a changed or doubled e-mail. One script."""
        why, was, other, since, fresh = await self._scripts.run(
            "people_bind", [keys.PERSON(who=who), keys.BOUND()], [who, email, now, keys.PERSON(who="")]
        )
        return Binding(why, was, other, float(since) if since else None, bool(int(fresh)))

    async def confirm(self, who: str, by: str, now: float) -> str | None:
        """The e-mail that holds from now on; None when nothing waited to be confirmed."""
        keys_ = [keys.PERSON(who=who), keys.BOUND()]
        return await self._scripts.run("people_confirm", keys_, [who, now, by]) or None

    async def suspension(self, who: str) -> Binding:
        """As it stands, without a new sight."""
        fields = ["suspended", "email", "other", "suspended_since"]
        state = await guarded(self._redis.hmget)(keys.PERSON(who=who), fields)
        why, was, other, since = (part or "" for part in state)
        return Binding(why, was, other, float(since) if since else None)

    async def bound(self, email: str) -> str | None:
        """Whom an e-mail was first seen with, or confirmed for."""
        found: str | None = await guarded(self._redis.hget)(keys.BOUND(), email)
        return found

    async def saw(self, who: str, seen: Seen) -> None:
        """Keep what Slack said, for when Slack cannot be asked."""
        await guarded(self._redis.hset)(keys.PERSON(who=who), "seen", orjson.dumps(asdict(seen)))

    async def last_seen(self, who: str) -> Seen | None:
        raw = await guarded(self._redis.hget)(keys.PERSON(who=who), "seen")
        try:
            return Seen(**orjson.loads(raw)) if raw else None
        except (TypeError, orjson.JSONDecodeError):  # edited by hand, or of another version
            return None

    async def token(self, who: str, now: float) -> str:
        """A new token for this person's terminal; the one before is void. Only its hash is kept."""
        token = f"grail-{secrets.token_urlsafe(24)}"
        keys_ = [keys.PERSON(who=who), keys.TOKENS()]
        await self._scripts.run("people_token", keys_, [who, _hashed(token), now])
        return token

    async def kept(self, who: str) -> dict[str, str]:
        """All that the person's record holds, but the token's hash."""
        record: dict[str, str] = await guarded(self._redis.hgetall)(keys.PERSON(who=who))
        return {name: value for name, value in record.items() if name != "token"}

    async def known(self, who: str) -> Known | None:
        record = await self.kept(who)
        return Known(who, record.get("email", "")) if record else None

    async def by_token(self, token: str, now: float) -> str | None:
        """Whose token it is; None for one that is nobody's, or older than TOKEN_SECONDS."""
        who: str | None = await guarded(self._redis.hget)(keys.TOKENS(), _hashed(token))
        if who is None:
            return None
        since = await guarded(self._redis.hget)(keys.PERSON(who=who), "token_since")
        try:
            return who if now - float(since or "nan") < TOKEN_SECONDS else None
        except ValueError:  # edited by hand
            return None

    async def erase(self, who: str) -> None:
        """Forget the binding, what was seen, the token and what the person chose. One script."""
        await self._scripts.run(
            "people_erase",
            [keys.PERSON(who=who), keys.BOUND(), keys.TOKENS(), keys.PREFERENCES(who=who)],
            [who],
        )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""What was received: stored before it is acknowledged, and once.

A sender repeats what it believes lost, under the same id; a person types again what seemed to do nothing, in
the same words. Both are remembered: the id for as long as the sender may repeat it, the meaning for 10 s from
the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from redis.asyncio import Redis

from bot.store.gathered import Gathered
from bot.store.keys import ANSWER, HOUR, MEANING, SEEN, WORK
from bot.store.scripts import guarded
from bot.store.work import VERSION, begin, encode

MEANING_SECONDS = 10
DUPLICATE = "slack.duplicate"


@dataclass(frozen=True)
class Acceptance:
    """`same` says by what it is a repetition; `of` is the id of the first of its kind (its own when it is
    first).
    """

    first: bool
    same: Literal["id", "meaning"] | None
    of: str


class Inbox:
    """Takes in requests. What it has answered for lies in Redis, as durable as Redis is set to be."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._accept = Gathered(redis, "accept")

    async def accept(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        id: str,
        meaning: str | None,
        now: float,
        remember: int = HOUR,
        request: str = "",
        thing: str | None = None,
    ) -> Acceptance:
        """Store one request. The same id again stores nothing; the same meaning within 10 s of the first one
        is stored as kind `slack.duplicate`, its body with `duplicate_of`, the id of that first one.

        id: the sender's own. meaning: who, where and what, for what changes something; else None. now:
        seconds since the epoch. remember: seconds for which the id is known. thing: what is worked on in order.
        StoreUnavailable: it may or may
        not be stored, and must not be acknowledged; the sender's repetition settles it.
        """
        job = encode(kind, body, id=id, request=request or id, thing=thing, host=None)
        keys = (WORK(), SEEN(id=id), MEANING(meaning=meaning) if meaning else SEEN(id=id))
        instead = len(begin(kind).encode())
        args = (id, now, remember, MEANING_SECONDS if meaning else 0, job, begin(DUPLICATE), instead)
        how, of = await self._accept.run(keys, args)
        return Acceptance(first=how == "first", same=None if how == "first" else how, of=of)

    async def answer(self, id: str, answer: Mapping[str, Any]) -> None:
        """Keep for an hour what was answered to `id`, for whoever asks the same again."""
        kept = orjson.dumps({"v": VERSION, "answer": dict(answer)})
        await guarded(self._redis.set)(ANSWER(id=id), kept, ex=HOUR)

    async def answered(self, id: str) -> dict[str, Any] | None:
        """What was answered to `id`; None when that is not known (yet, or any more)."""
        kept = await guarded(self._redis.get)(ANSWER(id=id))
        try:
            answer = orjson.loads(kept)["answer"] if kept else None
        except (ValueError, TypeError, KeyError):
            return None
        return answer if isinstance(answer, dict) else None

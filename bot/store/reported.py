"""Deploys that other systems did: taken into the history once, and what came that could not be used."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import orjson
from redis.asyncio import Redis

from bot.domain.deploys import Deploy
from bot.store import keys
from bot.store.deploys import Standing, written
from bot.store.scripts import Argument, Scripts, guarded

_ID = "@deploy@"  # stands for the id until the script has given one
ODD = 20  # reports of a service that could not be used, which are remembered
Outcome = Literal["done", "same", "stale"]


@dataclass(frozen=True)
class Odd:
    """A report that could not be used. why: a sentence. beginning: the first of what came; text from outside."""

    at: float
    why: str
    beginning: str = ""


class ReportStore:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = Scripts(redis)

    async def take(self, deploy: Deploy, *, seen: str) -> tuple[Outcome, str]:
        """(done, its id), (same, what it became before), or stale where something else stands there than `seen`.

        deploy: without an id, over. One that succeeded stands there from its end on, unless something came later.
        """
        since = deploy.ended or deploy.requested
        stands = Standing(deploy.commit, deploy.subject.replace(_ID, ""), _ID, since)
        args: list[Argument] = [
            deploy.environment, seen, deploy.requested, written(deploy), deploy.state,
            orjson.dumps(asdict(stands)) if deploy.state == "succeeded" else "", since,
            keys.DEPLOY(id=""), keys.DEPLOY.life or 0, keys.REPORT.life or 0, _ID,
        ]  # fmt: skip
        outcome, *rest = await self._scripts.run(
            "report_take",
            [
                keys.REPORT(service=deploy.service, id=deploy.reported),
                keys.STANDING(service=deploy.service),
                keys.DEPLOY_NUMBER(),
                keys.DEPLOYS(service=deploy.service),
            ],
            args,
        )
        return outcome, rest[0] if rest else ""

    async def became(self, service: str, id: str) -> str:
        """The deploy that this report is of; "" while there is none."""
        return await guarded(self._redis.get)(keys.REPORT(service=service, id=id)) or ""

    async def settled(self, service: str, id: str, deploy: str) -> None:
        """It is of a deploy that is known already."""
        key = keys.REPORT(service=service, id=id)
        await guarded(self._redis.set)(key, deploy, ex=keys.REPORT.life)

    async def put_aside(self, service: str, odd: Odd) -> None:
        """Remember what cannot be used; the oldest leave when there are many."""
        row, life = orjson.dumps(asdict(odd)), keys.REPORTS_ODD.life or 0
        await self._scripts.run(
            "gate_note", [keys.REPORTS_ODD(service=service)], [row, odd.at, "", ODD, life]
        )

    async def odd(self, service: str) -> list[Odd]:
        """Newest first."""
        found = []
        for row in await guarded(self._redis.zrevrange)(keys.REPORTS_ODD(service=service), 0, ODD - 1):
            try:
                found.append(Odd(**orjson.loads(row)))
            except (TypeError, ValueError):
                continue
        return found

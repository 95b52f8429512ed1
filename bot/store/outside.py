"""What was brought to a place without Grail, taken into the history by who says that it was theirs; and back out."""

from dataclasses import asdict, replace
from typing import Literal

import orjson
from redis.asyncio import Redis

from bot.domain.deploys import Deploy
from bot.store import keys
from bot.store.deploys import Standing, written
from bot.store.scripts import Argument, Scripts

_ID = "@deploy@"  # stands for the id until the script has given one
Outcome = Literal["done", "same", "held", "stale"]


class OutsideStore:
    def __init__(self, redis: Redis) -> None:
        self._scripts = Scripts(redis)

    async def claim(
        self, deploy: Deploy, *, since: float, seen: str, now: float, request: str
    ) -> tuple[Outcome, str]:
        """(done, its id), or why not: (held, the deploy that runs there); stale where something else stands there.

        deploy: without an id. since: when it came there. seen: the deploy that stood there when the person looked.
        """
        place = {"service": deploy.service, "environment": deploy.environment}
        stands = Standing(deploy.commit, deploy.subject.replace(_ID, ""), _ID, since)
        args: list[Argument] = [
            deploy.environment, seen, now, written(deploy), orjson.dumps(asdict(stands)), keys.DEPLOY(id=""),
            keys.DEPLOY.life or 0, keys.DAY, _ID,
        ]  # fmt: skip
        outcome, *rest = await self._scripts.run(
            "outside_claim",
            [
                keys.CLAIM(**place),
                keys.STANDING(service=deploy.service),
                keys.DEPLOY_NUMBER(),
                keys.DEPLOYS(service=deploy.service),
                keys.DEPLOY_REQUEST(id=request),
            ],
            args,
        )
        return outcome, rest[0] if rest else ""

    async def undo(self, deploy: Deploy, why: str, now: float) -> Deploy | None:
        """Take it out again; None where something came after it, or runs there."""
        gone = replace(deploy, state="cancelled", why=why, ended=now, rev=deploy.rev + 1)
        place = {"service": deploy.service, "environment": deploy.environment}
        wanted = [keys.DEPLOY(id=deploy.id), keys.CLAIM(**place), keys.STANDING(service=deploy.service)]
        args: list[Argument] = [deploy.environment, deploy.id, deploy.rev, written(gone)]
        return gone if await self._scripts.run("outside_undo", wanted, args) else None

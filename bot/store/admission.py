"""The one step in which it is decided whether a deploy may start, and how one waits that may not yet.

What deploy_admit.lua and deploy_hold.lua are told stands in one JSON object: who asks (`by`), the four scopes that
cover the place, what it passes without being looked at, the version of the config by which it was judged, whether it
may queue, and the work that begins with it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from redis.asyncio import Redis

from bot.domain.deploys import Deploy
from bot.domain.locks import Lock, scopes
from bot.store import keys
from bot.store.deploys import guard_of, thing_of, written
from bot.store.locks import read, unreadable
from bot.store.scripts import Scripts
from bot.store.work import PLACES, encode

_ID = "@deploy@"  # stands for the id until the script has given one


@dataclass(frozen=True)
class Kinds:
    """The kinds of work that a deploy begins with: its ticks, its guard, and judging it again while it waits."""

    tick: str
    guard: str
    judge: str


@dataclass(frozen=True)
class Admission:
    """The answer to a request.

    stale: the deploy is not what it was; config: judged by another version of config.yaml; unconfirmed: Redis is
    another server than before, and the claims are to be confirmed first. holder, ahead, quarantined (the id of the
    roll-back that took its commit away), locks: all that is in the way.
    """

    outcome: Literal["admitted", "queued", "same", "refused", "stale", "config", "unconfirmed"]
    deploy: str = ""
    place: int = 0
    holder: str = ""
    ahead: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    quarantined: str = ""


class Admissions:
    def __init__(self, redis: Redis, kinds: Kinds) -> None:
        self._scripts = Scripts(redis)
        self._kinds = kinds

    async def admit(
        self,
        deploy: Deploy,
        *,
        now: float,
        request: str,
        look: float,
        config: str,
        passes: Collection[str] = (),
        queue: bool = False,
    ) -> Admission:
        """Claim the environment, write the record and begin the work; or queue; or say all that stands in the way.

        deploy: one without an id is new; else the revision that follows the one in Redis. request: what was asked,
        once: the same request never makes a second deploy. look: when its guard looks first, seconds since the epoch.
        passes: of `lock`, `freeze`, `quarantine` and `queue`, what does not stop it.
        """
        place = {"service": deploy.service, "environment": deploy.environment}
        want = {
            **self._work(deploy),
            "by": deploy.by,
            "scopes": [scope.field for scope in scopes(deploy.service, deploy.environment)],
            "passes": dict.fromkeys(passes, True),
            "commit": "" if deploy.action else deploy.commit,  # an action brings none along
            "config": config,
            "queue": queue,
            # Its place in line is by when it was asked for; a roll-back comes before all.
            "since": 0 if deploy.rollback else deploy.requested,
            "look": look,
        }
        outcome, *rest = await self._scripts.run(
            "deploy_admit",
            [
                *PLACES,
                keys.CLAIM(**place),
                keys.FENCE(**place),
                keys.DEPLOY_NUMBER(),
                keys.DEPLOYS(service=deploy.service),
                keys.DEPLOY_REQUEST(id=request),
                keys.EPOCH(),
                keys.LOCKS(),
                keys.FREEZES(),
                keys.DEPLOY_QUEUE(**place),
                keys.CONFIG(),
                keys.QUARANTINE(**place),
                keys.DEPLOY(id=deploy.id),
            ],
            [now, written(deploy), orjson.dumps(want)],
        )
        if outcome == "refused":
            holder, ahead, quarantined, *rows = rest
            return Admission(
                outcome,
                holder=holder,
                ahead=tuple(ahead.split()),
                locks=_locks(rows),
                quarantined=quarantined,
            )
        id = rest[0] if rest else ""
        return Admission(outcome, id, int(rest[1]) if outcome == "queued" else 0)

    async def hold(self, deploy: Deploy, *, now: float, request: str, begin: bool) -> Admission:
        """Let it wait without a claim, in the state that it has. begin: it is judged again at once, and shown."""
        want = {**self._work(deploy), **({} if begin else {"judge": ""})}
        outcome, *rest = await self._scripts.run(
            "deploy_hold",
            [
                *PLACES,
                keys.DEPLOY_NUMBER(),
                keys.DEPLOYS(service=deploy.service),
                keys.DEPLOY_REQUEST(id=request),
                keys.HELD(),
                keys.DEPLOY_QUEUE(service=deploy.service, environment=deploy.environment),
                keys.DEPLOY(id=deploy.id),
            ],
            [now, deploy.state, written(deploy), orjson.dumps(want)],
        )
        return Admission("admitted" if outcome == "held" else outcome, *rest)

    def _work(self, deploy: Deploy) -> Mapping[str, Any]:
        id = deploy.id or _ID
        thing, timer, body = thing_of(id), guard_of(id), {"deploy": id}

        def job(kind: str, name: str, about: str | None) -> str:
            return encode(kind, body, id=name, request=deploy.request, thing=about, host=None)

        return {
            "id": deploy.id,
            "rev": deploy.rev - 1,
            "environment": deploy.environment,
            "mark": _ID,
            "prefix": keys.DEPLOY(id=""),
            "held": keys.HELD(),
            "life": keys.DEPLOY.life or 0,
            "remember": keys.DAY,
            "thing": thing,
            "tick": job(self._kinds.tick, f"{id}:tick:0", thing),
            "judge": job(self._kinds.judge, f"{id}:judge:0", thing),
            "timer": timer,
            "guard": job(self._kinds.guard, timer, None),
        }


def _locks(rows: Collection[str]) -> tuple[Lock, ...]:
    """The locks and freezes of an answer; the script sends each as it stands in Redis, with its kind and scope."""
    found = []
    for row in rows:
        kind, field, lock = row.split("\n", 2)
        found.append(read(kind, field, lock) or unreadable(kind, field))  # type: ignore[arg-type]
    return tuple(found)

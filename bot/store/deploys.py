"""Deploys in Redis: their records, the claim that one of them holds on its environment, what stands where.

A record is one hash: `v` (version of the form), `rev`, `state`, `fence`, `cancel` (who asked for the end), `seen` and
`called` (the last sign of life, and when one was asked for) and `record`, the rest as JSON. Every change is one script
that refuses a stale revision. One file, for it is one record.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from bot.domain.brings import Brings, Change
from bot.domain.deploys import Approval, Deploy, State, StepShown, Told
from bot.domain.watched import Watched
from bot.errors import NotFound
from bot.store import epoch, keys
from bot.store.peers import hosts
from bot.store.scripts import Scripts, WrongData, guarded
from bot.store.work import PLACES, encode


def thing_of(id: str) -> str:
    """What the work on one deploy is about, for the streams: one at a time, in order."""
    return f"deploy:{id}"


def guard_of(id: str) -> str:
    """The id of the timer that looks after one deploy."""
    return f"guard:{id}"


def look_of(id: str) -> str:
    """The id of the timer that looks at a run of another system."""
    return f"look:{id}"


@dataclass(frozen=True)
class Claim:
    """Which deploy holds an environment, under which fencing number."""

    service: str
    environment: str
    deploy: str
    fence: str


@dataclass(frozen=True)
class Standing:
    """What runs in an environment since when."""

    commit: str
    subject: str
    deploy: str
    since: float


class DeployStore:
    """wake: the kind of work that looks at what waits for a place when a deploy there is over."""

    def __init__(self, redis: Redis, *, wake: str) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._wake = wake

    async def requested(self, request: str) -> str | None:
        """The id of the deploy that this request became, within a day."""
        return cast(str | None, await guarded(self._redis.get)(keys.DEPLOY_REQUEST(id=request)))

    async def get(self, id: str) -> Deploy:
        """One deploy. Raises NotFound when there is none, or when its record cannot be read."""
        try:
            row = cast(dict[str, str], await guarded(self._redis.hgetall)(keys.DEPLOY(id=id)))
        except WrongData as error:
            raise _unreadable(id) from error
        if not row:
            raise NotFound(
                f"There is no deploy {id}.", code="no-such-deploy", hint="`deploys` lists the recent ones."
            )
        return _read(id, row)

    async def find(self, id: str) -> Deploy | None:
        try:
            return await self.get(id)
        except NotFound:
            return None

    async def save(self, deploy: Deploy, *, standing: Standing | None = None) -> bool:
        """Write this revision. False: somebody wrote one first, and nothing was changed."""
        place = {"service": deploy.service, "environment": deploy.environment}
        job = self._waking(place, deploy.id, deploy.request)
        done = await self._scripts.run(
            "deploy_save",
            [
                *PLACES,
                keys.DEPLOY(id=deploy.id),
                keys.CLAIM(**place),
                keys.STANDING(service=deploy.service),
                keys.DEPLOY_QUEUE(**place),
                keys.HELD(),
            ],
            [
                deploy.rev - 1,
                deploy.state,
                written(deploy),
                int(deploy.over),
                deploy.environment,
                orjson.dumps(asdict(standing)) if standing else "",
                deploy.id,
                job,
            ],
        )
        return bool(done)

    async def ask_cancel(self, id: str, by: str) -> bool:
        """Note who wants it ended. False: somebody did before."""
        return bool(await guarded(self._redis.hsetnx)(keys.DEPLOY(id=id), "cancel", by))

    async def see(self, id: str, now: float) -> None:
        """Note that the machine which runs it was heard of."""
        await guarded(self._redis.hset)(keys.DEPLOY(id=id), "seen", str(now))

    async def seen(self, id: str) -> float | None:
        """When the machine which runs it was last heard of."""
        value = await guarded(self._redis.hget)(keys.DEPLOY(id=id), "seen")
        return float(value) if value else None

    async def call(self, id: str, now: float) -> None:
        """Note that a sign of life was asked for."""
        await guarded(self._redis.hset)(keys.DEPLOY(id=id), "called", str(now))

    async def called(self, id: str) -> float | None:
        """When a sign of life was last asked for."""
        value = await guarded(self._redis.hget)(keys.DEPLOY(id=id), "called")
        return float(value) if value else None

    async def reached(self, service: str, environment: str, at: float) -> None:
        """The address of its health has answered, whatever it said."""
        key = keys.REACHED(service=service, environment=environment)
        await guarded(self._redis.set)(key, at, ex=keys.REACHED.life)

    async def was_reached(self, service: str, environment: str) -> bool:
        """Whether it has answered within the last days."""
        return bool(await guarded(self._redis.exists)(keys.REACHED(service=service, environment=environment)))

    async def recent(self, service: str, *, count: int = 10, start: int = 0) -> list[Deploy]:
        """The newest deploys of a service, newest first. One whose record cannot be read is left out."""
        key = keys.DEPLOYS(service=service)
        ids = cast(list[str], await guarded(self._redis.zrevrange)(key, start, start + count - 1))
        if not ids:
            return []
        rows = await self._scripts.run("deploys_read", [keys.DEPLOY(id=id) for id in ids])
        return list(readable(ids, rows))

    async def running(self, service: str, environment: str) -> str | None:
        """The id of the deploy that holds the environment now."""
        claim = keys.CLAIM(service=service, environment=environment)
        return cast(str | None, await guarded(self._redis.hget)(claim, "deploy"))

    async def queue(self, service: str, environment: str) -> list[str]:
        """The ids of the deploys that stand in line for a place, the next one first."""
        key = keys.DEPLOY_QUEUE(service=service, environment=environment)
        return cast(list[str], await guarded(self._redis.zrange)(key, 0, -1))

    async def held(self) -> list[str]:
        """The ids of all deploys that wait before they begin: parked, queued, for their approval; the oldest first."""
        return cast(list[str], await guarded(self._redis.zrange)(keys.HELD(), 0, -1))

    async def claims(self, service: str, environments: Iterable[str]) -> list[Claim]:
        """Which deploys hold environments of a service now. What somebody else wrote there is left out."""
        found = []
        for environment in environments:
            claim = keys.CLAIM(service=service, environment=environment)
            with suppress(WrongData):
                row = cast(dict[str, str], await guarded(self._redis.hgetall)(claim))
                if row:
                    found.append(Claim(service, environment, row.get("deploy", ""), row.get("fence", "")))
        return found

    async def release(self, claim: Claim) -> bool:
        """End a claim by its own fencing number. False: it is another one's by now."""
        place = {"service": claim.service, "environment": claim.environment}
        wake = self._waking(place, claim.deploy, "")
        wanted = [*PLACES, keys.CLAIM(**place), keys.HELD()]
        return bool(await self._scripts.run("claim_release", wanted, [claim.fence, wake]))

    def _waking(self, place: Mapping[str, str], deploy: str, request: str) -> str:
        """The job that looks at what waits for this place."""
        body = {**place, "why": deploy}
        return encode(self._wake, body, id=f"wake:{deploy}", request=request, thing=None, host=None)

    async def count_on_from(self, number: int) -> None:
        """Give no number again that was given up to here, also when Redis has forgotten it."""
        await self._scripts.run("deploy_number", [keys.DEPLOY_NUMBER()], [number])

    async def epoch(self) -> int:
        return await epoch.current(self._redis)

    async def server(self) -> str:
        """The server of this epoch, as it names itself: another one after each of its starts."""
        return await epoch.server(self._redis)

    async def hosts(self) -> frozenset[str]:
        """The machines that work now."""
        return await hosts(self._redis)

    async def confirm(self, number: int, host: str, others: Iterable[str]) -> bool:
        """All claims were confirmed in this epoch, by all machines. False: not yet, or it is another one by now."""
        return await epoch.confirm(self._redis, number, host, others)

    async def standing(self, service: str) -> dict[str, Standing]:
        """What runs in each environment of a service."""
        rows = cast(
            dict[str, str],
            await guarded(self._redis.hgetall)(keys.STANDING(service=service)),
        )
        return {environment: Standing(**orjson.loads(row)) for environment, row in rows.items()}

    async def quarantine(self, rollback: Deploy, commits: Iterable[str]) -> None:
        """Note what a roll-back took away: it may not come to that place again until it is cleared."""
        key = keys.QUARANTINE(service=rollback.service, environment=rollback.environment)
        await guarded(self._redis.hset)(key, rollback.id, " ".join(commits))

    async def quarantined(self, service: str, environment: str) -> dict[str, str]:
        """The commits that may not come there, each with the id of the roll-back that took it away."""
        key = keys.QUARANTINE(service=service, environment=environment)
        rows = cast(dict[str, str], await guarded(self._redis.hgetall)(key))
        return {commit: id for id, commits in rows.items() for commit in commits.split()}

    async def clear(self, service: str, environment: str) -> bool:
        """Forget what was taken away there. False: there was nothing."""
        key = keys.QUARANTINE(service=service, environment=environment)
        return bool(await guarded(self._redis.delete)(key))


def written(deploy: Deploy) -> bytes:
    """The record as it lies in Redis, without what stands beside it."""
    record = asdict(deploy)
    for apart in ("id", "rev", "state", "fence"):
        del record[apart]
    return orjson.dumps(record)


_KNOWN = {field.name for field in fields(Deploy)}
_BRINGS = {field.name for field in fields(Brings)}
_WATCHED = {field.name for field in fields(Watched)}


def _read(id: str, row: dict[str, str]) -> Deploy:
    try:
        record: dict[str, Any] = orjson.loads(row["record"])
        record["steps"] = tuple(StepShown(**step) for step in record.get("steps", ()))
        record["assumed"] = tuple(record.get("assumed", ()))
        record["conditions"] = tuple(Told(**one) for one in record.get("conditions", ()))
        record["passed"] = tuple(record.get("passed", ()))
        record["migrations"] = tuple(record.get("migrations", ()))
        record["approvals"] = tuple(Approval(**one) for one in record.get("approvals", ()))
        record["vouched"] = tuple((gate, said) for gate, said in record.get("vouched", ()))
        record["brings"] = _brings(record.get("brings"))
        record["waived"] = tuple((gate, by) for gate, by in record.get("waived", ()))
        record["watched"] = _watched(record.get("watched"))
        if row.get("cancel"):
            record["cancelled_by"] = row["cancel"]
        # Fields of a newer version are left alone: versions N and N+1 run side by side.
        known = {name: value for name, value in record.items() if name in _KNOWN}
        return Deploy(
            id=id, rev=int(row["rev"]), fence=int(row["fence"]), state=cast(State, row["state"]), **known
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _unreadable(id) from error


def _watched(row: dict[str, Any] | None) -> Watched | None:
    return Watched(**{name: value for name, value in row.items() if name in _WATCHED}) if row else None


def _brings(row: dict[str, Any] | None) -> Brings | None:
    if row is None:
        return None
    lists = {name: tuple(row.get(name, ())) for name in ("authors", "files", "migrations")}
    known = {name: value for name, value in row.items() if name in _BRINGS}
    coming = tuple(Change(**one) for one in row.get("coming", ()))
    return Brings(**{**known, **lists, "coming": coming})


def readable(ids: Iterable[str], rows: Iterable[list[str]]) -> Iterator[Deploy]:
    """The records of these as deploys_read.lua has them. One that there is not, or that cannot be read, is left out."""
    for id, row in zip(ids, rows, strict=True):
        with suppress(NotFound):
            yield _read(id, dict(zip(row[::2], row[1::2], strict=True)))


def _unreadable(id: str) -> NotFound:
    return NotFound(
        f"The record of deploy {id} cannot be read.",
        code="unreadable",
        hint="Somebody may have changed it by hand in Redis; everything else goes on.",
    )


__all__ = ["Claim", "DeployStore", "Standing"]

"""Scenes of the walk through the admission: what Redis holds at one moment, kept, put back, and told apart.

Two scenes are the same when all that a script could tell apart is: ids, fencing numbers, revisions and times are
left out but for their order, deploys that are over are forgotten, and the three people may change names.
"""

from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import orjson
from redis.asyncio import Redis

from bot.domain.deploys import ENDED, HELD, Deploy
from bot.store import keys
from tests.bot.store.desk import EVERYWHERE, PLACE

PEOPLE = ("ann", "bob", "cy")
ORDERS = tuple(permutations(range(3)))
HERE = {"service": "shop", "environment": "production"}

# Forgets what no script of the admission looks at again, then answers every key with its dump, and what is to be read.
_KEEP = """
local prefix, spared, ended = ARGV[1], ARGV[2], cjson.decode(ARGV[3])
local dumps, deploys = {}, {}
for _, name in ipairs(redis.call('KEYS', '*')) do
  local id = string.match(name, 'deploy:(d%-%d+)$')
  if name == KEYS[8] or string.find(name, 'queue:deploy:', 1, true) or string.find(name, 'deploy-request:', 1, true)
    or string.find(name, 'deploys:', 1, true) then
    redis.call('DEL', name)
  elseif id then
    local row = redis.call('HMGET', name, 'state', 'fence', 'record')
    if ended[row[1]] then
      redis.call('ZREM', KEYS[9], 'guard:' .. id)
      redis.call('HDEL', KEYS[10], 'guard:' .. id)
      if id ~= spared then redis.call('DEL', name) end
    else
      deploys[#deploys + 1] = {id, row[1], row[2], row[3]}
    end
  end
end
for _, name in ipairs(redis.call('KEYS', '*')) do
  dumps[#dumps + 1] = name
  dumps[#dumps + 1] = redis.call('DUMP', name)
end
local epoch = redis.call('HMGET', KEYS[6], 'run', 'number', 'confirmed')
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
return {cmsgpack.pack(dumps), deploys, redis.call('HGETALL', KEYS[1]), redis.call('ZRANGE', KEYS[2], 0, -1),
  redis.call('ZRANGE', KEYS[3], 0, -1), redis.call('HGETALL', KEYS[4]), redis.call('HGETALL', KEYS[5]),
  (epoch[1] == run and epoch[2] == epoch[3]) and 1 or 0, redis.call('GET', KEYS[7]) or '0',
  redis.call('ZRANGE', KEYS[9], 0, -1)}
"""

_BACK = """
redis.call('FLUSHDB')
local dumps = cmsgpack.unpack(ARGV[1])
for i = 1, #dumps, 2 do redis.call('RESTORE', dumps[i], 0, dumps[i + 1]) end
"""


@dataclass(frozen=True)
class Seen:
    """One deploy that is not over. by: index in PEOPLE."""

    id: str
    state: str
    fence: int
    by: int


@dataclass(frozen=True)
class Worker:
    """What no Redis holds: whether a worker lives, and what one that stood still believes to be watching."""

    lives: bool = True
    late: Deploy | None = None


@dataclass(frozen=True)
class Scene:
    """now: seconds since the epoch. locks, freezes: field and row as they lie in Redis."""

    dumps: bytes
    now: float
    worker: Worker
    deploys: dict[str, Seen]
    claim: dict[str, str]
    line: tuple[str, ...]
    held: frozenset[str]
    locks: dict[str, str]
    freezes: dict[str, str]
    confirmed: bool
    fence: int  # the highest number that was given
    timers: frozenset[str]

    @property
    def running(self) -> Seen | None:
        """The deploy that believes to have the place."""
        return next((one for one in self.deploys.values() if one.state not in HELD), None)

    def same(self, other: "Scene") -> bool:
        """Whether nothing but time has changed."""
        return replace(self, dumps=b"", now=0.0) == replace(other, dumps=b"", now=0.0)

    def form(self) -> tuple[tuple[Any, ...], list[tuple[int, ...]]]:
        """What it is under the best names for the three people, and all the namings under which it is that."""
        running, late, lock = self.running, self.worker.late, self.locks.get(PLACE.field)
        holder = PEOPLE.index(orjson.loads(lock)["by"]) if lock else None
        line = [self.deploys[id] for id in self.line if id in self.deploys]
        parked = [self.deploys[id] for id in self.held if id in self.deploys and id not in self.line]
        same_for_all = (
            EVERYWHERE.field in self.freezes,
            self.confirmed,
            self.worker.lives,
            (running is not None and running.id == late.id) if late else None,
        )

        def named(order: tuple[int, ...]) -> tuple[Any, ...]:
            return (
                (order[running.by], running.state) if running else (),
                tuple(order[one.by] for one in line),
                tuple(sorted(order[one.by] for one in parked)),
                -1 if holder is None else order[holder],
            )

        forms = [(named(order), order) for order in ORDERS]
        best = min(form for form, _ in forms)
        return (*best, *same_for_all), [order for form, order in forms if form == best]


class Stage:
    """Puts scenes into Redis, and takes them from there."""

    def __init__(self, redis: Redis) -> None:
        """redis: a connection that answers bytes."""
        self._keep = redis.register_script(_KEEP)
        self._back = redis.register_script(_BACK)
        self._names = [
            keys.CLAIM(**HERE), keys.DEPLOY_QUEUE(**HERE), keys.HELD(), keys.LOCKS(), keys.FREEZES(), keys.EPOCH(),
            keys.FENCE(**HERE), keys.WORK(), keys.TIMERS(), keys.TIMER_ROWS(),
        ]  # fmt: skip
        self._ended = orjson.dumps(dict.fromkeys(ENDED, True))

    async def show(self, scene: Scene) -> None:
        await self._back(keys=[], args=[scene.dumps])

    async def take(self, now: float, worker: Worker) -> Scene:
        spared = worker.late.id if worker.late else ""
        found: Any = await self._keep(keys=self._names, args=[keys.DEPLOY(id=""), spared, self._ended])
        dumps, deploys, claim, line, held, locks, freezes, confirmed, fence, timers = found
        seen = {}
        for id, state, number, record in deploys:
            by = PEOPLE.index(orjson.loads(record)["by"])
            seen[id.decode()] = Seen(id.decode(), state.decode(), int(number), by)
        return Scene(
            dumps, now, worker, seen, _pairs(claim), tuple(id.decode() for id in line),
            frozenset(id.decode() for id in held), _pairs(locks), _pairs(freezes), bool(confirmed), int(fence),
            frozenset(id.decode() for id in timers),
        )  # fmt: skip


def _pairs(flat: list[bytes]) -> dict[str, str]:
    words = [word.decode() for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))

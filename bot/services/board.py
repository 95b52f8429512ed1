"""What stands, runs, waits and is locked, of many services at once; and the line before one place."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.locks import Lock
from bot.errors import Stale
from bot.services.deploys import RECENT, Status
from bot.services.locks import Locks
from bot.services.places import Places
from bot.store.board import BoardStore

SHOWN = 20  # services that one card holds
LOOKED_AT = 50  # deploys of a service from which it is reckoned how long one takes


@dataclass(frozen=True)
class Board:
    """rows: a line for each environment. locks: all that hold anywhere. waiting: of the services shown, as they come.

    more: how many services were left out; where something goes on or is locked comes first then.
    """

    rows: tuple[Status, ...]
    locks: tuple[Lock, ...] = ()
    waiting: tuple[Deploy, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Line:
    """Who stands in line for one place, the next one first. median: seconds of a deploy there; None: none is known.

    later: what is set for a time that is still to come, the soonest first.
    """

    service: str
    environment: str
    running: Deploy | None
    waiting: tuple[Deploy, ...]
    median: float | None
    now: float
    later: tuple[Deploy, ...] = ()

    def wait(self, number: int) -> float | None:
        """Seconds until the turn of this place, counted from 1, as long as all take what they took before."""
        if self.median is None:
            return None
        left = max(0.0, self.median - self.running.elapsed(self.now)) if self.running else 0.0
        return left + (number - 1) * self.median


class Boards:
    """again: has a deploy that waits judged again."""

    def __init__(
        self,
        config: Callable[[], Config],
        store: BoardStore,
        locks: Locks,
        *,
        again: Callable[[Deploy], Awaitable[None]],
    ) -> None:
        self._config = config
        self._store = store
        self._locks = locks
        self._again = again
        self._places = Places(config, {})

    async def of(self, names: Sequence[str]) -> Board:
        """These services, in this order as long as one card holds them all."""
        services = self._config().services
        spots = [(name, environment) for name in names for environment in services[name].environments]
        held = await self._store.running(spots)
        locks = await self._locks.all()
        waiting = await self._store.deploys(await self._store.waiting())
        shown = list(names)
        if len(shown) > SHOWN:
            busy = {service for service, _ in held} | {one.service for one in waiting}
            busy |= {one.scope.service for one in locks if one.scope.service}
            shown = sorted(shown, key=lambda name: name not in busy)[:SHOWN]
        rows = await self._rows(shown, {spot: id for spot, id in held.items() if spot[0] in shown})
        return Board(
            tuple(rows),
            tuple(locks),
            tuple(_in_order(one for one in waiting if one.service in shown)),
            len(names) - len(shown),
        )

    async def lines(self, names: Collection[str], environment: str | None, now: float) -> list[Line]:
        """The places of these services where somebody stands in line, or something is set for later."""
        held = await self._store.deploys(await self._store.waiting())
        later = sorted(
            (one for one in held if one.begins is not None and one.begins > now and one.service in names),
            key=lambda one: one.begins or 0.0,
        )
        queued = [*(one for one in held if one.state == "queued" and one.service in names), *later]
        spots = dict.fromkeys(
            (one.service, one.environment) for one in queued if environment in (None, one.environment)
        )
        running = await self._store.running(list(spots))
        lines = []
        for spot in sorted(spots):
            waiting = await self._store.deploys(await self._store.line(*spot))
            holder = await self._store.deploys([running[spot]] if spot in running else [])
            recent = (await self._store.recent([spot[0]], LOOKED_AT))[spot[0]]
            took = _took(recent, spot[1])
            mine = tuple(one for one in later if (one.service, one.environment) == spot)
            lines.append(Line(*spot, next(iter(holder), None), tuple(waiting), took, now, mine))
        return [line for line in lines if line.waiting or line.later]

    async def to_the_front(self, deploy: Deploy) -> None:
        """Let it be the next in line; everybody's card there tells it. Raises Stale when it stands in line no more."""
        spot = (deploy.service, deploy.environment)
        if not await self._store.to_the_front(*spot, deploy.id):
            raise Stale(
                f"{deploy.id} stands in no line any more. Nothing was changed.",
                code="stale",
                hint="`queue` shows who does.",
            )
        for one in await self._store.deploys(await self._store.line(*spot)):
            await self._again(one)

    async def _rows(self, names: Sequence[str], held: dict[tuple[str, str], str]) -> list[Status]:
        standing = await self._store.standing(names)
        running = {one.id: one for one in await self._store.deploys(list(held.values()))}
        recent = await self._store.recent(names, RECENT)
        heard = await self._store.heard(names)
        rows = []
        for name in names:
            environments = self._config().services[name].environments
            there = standing.get(name, {})
            last, brought = _last(recent[name], set(environments), {one.deploy for one in there.values()})
            for environment in environments:
                spot = (name, environment)
                ended, stands = last.get(environment), there.get(environment)
                doubt = ended if ended is not None and ended.in_doubt else None
                url = self._places.url(name, environment) if stands else ""
                rows.append(
                    Status(
                        name, environment, stands, running.get(held.get(spot, "")), doubt, url,
                        heard.get(name, {}).get(environment), ended, brought.get(stands.deploy) if stands else None,
                    )
                )  # fmt: skip
        return rows


def _took(newest_first: Iterable[Deploy], environment: str) -> float | None:
    """The median of how long the last deploys took that succeeded there."""
    seconds = [
        one.ended - one.started
        for one in newest_first
        if one.environment == environment and one.state == "succeeded" and one.action is None
        and one.started is not None and one.ended is not None
    ]  # fmt: skip
    return median(seconds) if seconds else None


def _last(
    newest_first: Iterable[Deploy], environments: set[str], standing: Collection[str]
) -> tuple[dict[str, Deploy], dict[str, Deploy]]:
    """The last one that ran and ended in each environment; and of what stands, by id, what was read on the way. No more
    are read than that takes: where something failed outside, also what it has left standing.
    """
    last: dict[str, Deploy] = {}
    brought: dict[str, Deploy] = {}
    for one in newest_first:
        if one.id in standing:
            brought[one.id] = one
        if one.over and (one.happened or (one.outside and one.state == "succeeded")):
            last.setdefault(one.environment, one)
        left = any(one.reported and one.state != "succeeded" for one in last.values())
        if environments <= last.keys() and not (left and len(brought) < len(standing)):
            break
    return last, brought


def _in_order(waiting: Iterable[Deploy]) -> list[Deploy]:
    """Those in line by their places, then the others, the oldest first."""
    return sorted(waiting, key=lambda one: (one.state != "queued", one.place_in_line, one.requested))

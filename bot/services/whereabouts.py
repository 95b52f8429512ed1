"""Where a commit is: in which environments of which services, since when, and what is on its way with it.

A repository is asked once, however many services it holds: its ref is looked up, and then which of all the commits that
were ever deployed come after it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.clients.git import Commit, Git
from bot.config import Config, Service
from bot.domain.deploys import Deploy
from bot.domain.refs import check_ref, pull_request
from bot.domain.whereabouts import Stay, last_stay
from bot.errors import GrailError, NotFound, OutsideUnavailable, Refusal
from bot.store.board import BoardStore
from bot.store.deploys import DeployStore, Standing

SHOWN = 20  # services that one answer holds
NAMED = 4  # services by which a repository is called
LOOKED_AT = (
    100,
    1_000,
)  # deploys of a service that are looked through: first so many, then all that are kept
AT_ONCE = 4  # repositories that are asked at the same time
WITHIN_SECONDS = 8.0  # how long all of them may take
DAY = 24 * 3600.0


@dataclass(frozen=True)
class Place:
    """One environment. stands: what is there; here: whether the commit is; None: git does not know what stands there.

    stay: the last time that it was there. coming: deploys with it that run or wait, the next one first. kept_away: the
    roll-back that took it away, "" for none. doubt: the last attempt there, where nobody knows what it left behind.
    """

    service: str
    environment: str
    stands: Standing | None
    here: bool | None
    stay: Stay | None = None
    coming: tuple[Deploy, ...] = ()
    kept_away: str = ""
    doubt: Deploy | None = None


@dataclass(frozen=True)
class Found:
    """A commit of one repository, and where it is. squashed: it is what a pull request became when it was merged."""

    commit: Commit
    places: tuple[Place, ...]
    squashed: bool = False
    more: int = 0  # services that were left out


@dataclass(frozen=True)
class Whereabouts:
    """silent: why repositories could not be asked, a sentence each."""

    ref: str
    found: tuple[Found, ...]
    silent: tuple[str, ...] = ()


@dataclass
class _Asked:
    found: dict[str, tuple[Commit, Commit | None]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    silent: list[OutsideUnavailable] = field(default_factory=list)


class Finder:
    def __init__(
        self,
        config: Callable[[], Config],
        store: DeployStore,
        board: BoardStore,
        git: Git,
        *,
        within: float = WITHIN_SECONDS,
    ) -> None:
        self._config = config
        self._store = store
        self._board = board
        self._git = git
        self._within = within

    async def find(self, ref: str, names: Sequence[str]) -> Whereabouts:
        """Where a pull request, commit or branch is, of the services with these names, in this order.

        Raises Refusal where no repository knows it, OutsideUnavailable where none could be asked.
        """
        check_ref(ref)
        services = [self._config().services[name] for name in names]
        groups: dict[str, list[Service]] = {}
        for service in services:
            groups.setdefault(service.repository, []).append(service)
        asked = await self._ask(ref, groups)
        if not asked.found:
            if asked.silent:
                raise asked.silent[0]
            raise _best(asked.refused, ref, len(groups))
        found = [await self._of(groups[where], *commits) for where, commits in asked.found.items()]
        return Whereabouts(ref, tuple(found), tuple(str(one) for one in asked.silent))

    async def _ask(self, ref: str, groups: dict[str, list[Service]]) -> _Asked:
        asked = _Asked()
        few = asyncio.Semaphore(AT_ONCE)

        async def one(where: str, services: list[Service]) -> None:
            service, called = services[0], _called(services)
            async with few:
                try:
                    async with asyncio.timeout_at(until):
                        commit = await self._git.commit(where, ref, name=called)
                        asked.found[where] = (commit, await self._squashed(where, ref, commit, service))
                except Refusal as refusal:
                    asked.refused.append(refusal)
                except OutsideUnavailable as error:
                    asked.silent.append(error)
                except TimeoutError:
                    why = f"The repository of {called} did not answer in time."
                    asked.silent.append(OutsideUnavailable("git", why))

        until = asyncio.get_running_loop().time() + self._within
        await asyncio.gather(*(one(where, services) for where, services in groups.items()))
        asked.found = {where: asked.found[where] for where in groups if where in asked.found}
        return asked

    async def _squashed(self, where: str, ref: str, commit: Commit, service: Service) -> Commit | None:
        """What became of a pull request that was merged by squashing: its own commits are on no branch then."""
        number = pull_request(ref)
        if number is None:
            return None
        with suppress(NotFound):  # config.yaml names a main branch that there is not
            await self._git.commit(where, service.main, name=service.name)
            return await self._git.squashed(where, service.main, number, commit.when - DAY)
        return None

    async def _of(self, services: Sequence[Service], commit: Commit, squashed: Commit | None) -> Found:
        shown = services[:SHOWN]
        names = [service.name for service in shown]
        where = services[0].repository
        commits = [commit, *([squashed] if squashed else [])]
        standing = await self._board.standing(names)
        coming = await self._coming(shown)
        told = {one.commit for ones in coming.values() for one in ones}
        told |= {stands.commit for each in standing.values() for stands in each.values()}
        history: dict[str, list[Deploy]] = {}
        places: list[Place] = []
        open_ = set(names)
        for most in LOOKED_AT:
            # Where the beginning of a stay is not among the newest, all that is kept is looked through.
            history |= {
                name: list(ones) for name, ones in (await self._board.recent(list(open_), most)).items()
            }
            told |= {one.commit for ones in history.values() for one in ones}
            known = await self._with(where, commits, told)
            places = [
                _place(service.name, environment, standing, coming, history[service.name], known, most)
                for service in shown
                for environment in service.environments
            ]
            open_ = {place.service for place in places if place.here and place.stay and place.stay.open}
            if not open_:
                break
        kept = [await self._kept_away(place, [one.sha for one in commits]) for place in places]
        return Found(squashed or commit, tuple(kept), squashed is not None, len(services) - len(shown))

    async def _with(self, where: str, commits: Sequence[Commit], others: Iterable[str]) -> dict[str, bool]:
        """Which of these commits contain any of those."""
        known: dict[str, bool] = {}
        for commit in commits:
            for other, has in (await self._git.containing(where, commit.sha, sorted(others))).items():
                known[other] = known.get(other, False) or has
        return known

    async def _coming(self, services: Sequence[Service]) -> dict[tuple[str, str], list[Deploy]]:
        """What runs and what waits, by place, the next one first."""
        spots = [(service.name, environment) for service in services for environment in service.environments]
        running = await self._board.deploys(list((await self._board.running(spots)).values()))
        waiting = await self._board.deploys(await self._board.waiting())
        in_order = sorted(waiting, key=lambda one: (one.state != "queued", one.place_in_line, one.requested))
        coming: dict[tuple[str, str], list[Deploy]] = {spot: [] for spot in spots}
        for one in (*running, *in_order):
            if (one.service, one.environment) in coming and one.action is None and not one.over:
                coming[one.service, one.environment].append(one)
        return coming

    async def _kept_away(self, place: Place, shas: Sequence[str]) -> Place:
        if place.here:
            return place
        away = await self._store.quarantined(place.service, place.environment)
        by = next((away[sha] for sha in shas if sha in away), "")
        return replace(place, kept_away=by)


def _place(
    service: str,
    environment: str,
    standing: dict[str, dict[str, Standing]],
    coming: dict[tuple[str, str], list[Deploy]],
    history: Sequence[Deploy],
    known: dict[str, bool],
    most: int,
) -> Place:
    of_place = [one for one in history if one.environment == environment]
    stands = standing.get(service, {}).get(environment)
    last = next((one for one in of_place if one.over and one.run), None)
    # What git does not know any more says nothing.
    stay = last_stay((one for one in of_place if one.commit in known), lambda sha: known[sha])
    if stay is not None and len(history) < most:
        stay = replace(stay, open=False)  # that was all
    return Place(
        service,
        environment,
        stands,
        known.get(stands.commit) if stands else False,
        stay,
        tuple(one for one in coming[service, environment] if known.get(one.commit)),
        doubt=last if last is not None and last.in_doubt else None,
    )


def _called(services: Sequence[Service]) -> str:
    """A repository by all the services that come from it: `shop, search and gateway`."""
    names = [service.name for service in services]
    names = names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _best(refused: Sequence[Refusal], ref: str, repositories: int) -> GrailError:
    """One refusal for all repositories: the one that knows what was probably meant goes first."""
    if ref.isdecimal():
        return NotFound(
            f"There is no branch, tag or commit `{ref}`.",
            code="no-such-ref",
            hint=f"For the pull request say `where is #{ref}`; of a commit give seven digits at least.",
        )
    said = sorted(refused, key=lambda one: (one.code != "ambiguous-ref", "did you mean" not in str(one)))
    first = said[0] if said else NotFound(f"There is no `{ref}`.", code="no-such-ref")
    if first.code == "ambiguous-ref":
        return first
    others = repositories - 1
    there = "the repository of the others" if others == 1 else f"the {others} other repositories"
    elsewhere = f" Nor is it in {there}." if others else ""
    return NotFound(
        f"{first}{elsewhere}",
        code=first.code,
        hint="Name a pull request like `#812`, a commit by seven digits at least, or a branch.",
    )

"""What lies between what stands in a place and another commit; and what stands there, to be carried on."""

from dataclasses import dataclass

from bot.clients.git import Commit, Git
from bot.domain.refs import check_ref
from bot.errors import Conflict
from bot.services.places import Places
from bot.store.deploys import DeployStore, Standing


@dataclass(frozen=True)
class Difference:
    """stands: the commit there; ref: what it is compared with. coming: what the ref has and the place has not, newest
    first; going: the other way round. files: those that differ.
    """

    stands: str
    ref: str
    coming: tuple[Commit, ...]
    going: tuple[Commit, ...]
    files: tuple[str, ...]


class Differences:
    def __init__(self, store: DeployStore, git: Git, places: Places) -> None:
        self._store = store
        self._git = git
        self._places = places

    async def between(self, service: str, environment: str, ref: str | None) -> Difference:
        """ref None: what a deploy without a ref would bring. Raises Refusal, OutsideUnavailable."""
        found, where = self._places.at(service, environment)
        stands = (await self.standing(service, environment)).commit
        named = check_ref(ref) if ref else (where.ref or found.main)
        other = await self._git.commit(found.repository, named, name=found.name)
        coming = await self._git.between(found.repository, stands, other.sha)
        going = await self._git.between(found.repository, other.sha, stands)
        files = await self._git.changed(found.repository, stands, other.sha)
        return Difference(stands, named, tuple(coming), tuple(going), tuple(files))

    async def standing(self, service: str, environment: str) -> Standing:
        """What stands there. Raises Conflict where nothing does."""
        stands = (await self._store.standing(service)).get(environment)
        if stands is None:
            raise Conflict(
                f"Nothing is deployed to {service} {environment} yet.",
                code="nothing-there",
                hint=f"Say `deploy {service} to {environment}` first.",
            )
        return stands

"""What lies between what stands in a place and another commit; and what stands there, to be carried on."""

from dataclasses import dataclass

from bot.clients.git import Commit, Git
from bot.domain.brings import MANY, Brings, Change, brings
from bot.domain.deploys import Deploy
from bot.domain.refs import check_ref
from bot.domain.rollbacks import migrations
from bot.errors import Conflict, OutsideUnavailable, Refusal
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

    async def brings(self, deploy: Deploy) -> Brings | None:
        """What a deploy would bring to its place, in short; None: it brings no commit along, or git cannot say now."""
        if deploy.action is not None:
            return None
        found = await self._whole(deploy)
        if found is None:
            return None
        stands = (await self._store.standing(deploy.service)).get(deploy.environment)
        known = stands is not None and stands.commit == found.stands
        coming = [Change(one.sha, one.subject, one.author) for one in found.coming]
        return brings(
            found.stands, deploy.commit, coming, len(found.going), found.files, migrations(found.files),
            by=stands.deploy if stands and known else "", since=stands.since if stands and known else None,
        )  # fmt: skip

    async def text(self, deploy: Deploy) -> str:
        """All that it would bring, a line each: what is too long for the card. "" where git cannot say now."""
        found = await self._whole(deploy)
        if found is None:
            return ""
        lines = [
            f"{deploy.id}: {deploy.what} at {deploy.commit}",
            f"There now: {found.stands or 'nothing'}",
            "",
        ]
        for title, commits in (("Comes along", found.coming), ("Is taken back", found.going)):
            if commits:
                lines += [f"{title}: {len(commits)}{' or more' if len(commits) >= MANY else ''}"]
                lines += [f"{one.sha[:10]}  {one.author}  {one.subject}" for one in commits] + [""]
        crossed = migrations(found.files)
        for title, files in (("Migrations", crossed), ("Files", found.files)):
            if files:
                lines += [f"{title}: {len(files)}", *files, ""]
        return "\n".join(lines)

    async def _whole(self, deploy: Deploy) -> Difference | None:
        stands = deploy.previous or ""
        if not stands:
            return Difference("", deploy.ref, (), (), ())
        try:
            found, _ = self._places.at(deploy.service, deploy.environment)
            coming = await self._git.between(found.repository, stands, deploy.commit, limit=MANY)
            going = await self._git.between(found.repository, deploy.commit, stands, limit=MANY)
            files = await self._git.changed(found.repository, stands, deploy.commit)
        except (OutsideUnavailable, Refusal):
            return None
        return Difference(stands, deploy.ref, tuple(coming), tuple(going), tuple(files))

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

"""What came to a place without Grail becomes a deploy in the history, once somebody says that it was theirs.

Nothing is run. From then on `diff`, `rollback` and the next deploy know what really stands there.
"""

from collections.abc import Callable
from contextlib import suppress

from bot.clients.git import Commit, Git
from bot.clock import Clock
from bot.config import Config
from bot.domain.deploys import Deploy
from bot.domain.outside import compared
from bot.domain.rights import Holder, demand, may
from bot.errors import Conflict, OutsideUnavailable, Refusal, Stale
from bot.services.places import Places
from bot.services.standing import Standings
from bot.store.deploys import DeployStore
from bot.store.outside import OutsideStore

NOBODY = "-"
LOOKED_AT = 20


class Outsiders:
    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: DeployStore,
        claims: OutsideStore,
        standings: Standings,
        git: Git,
        clock: Clock,
    ) -> None:
        self._config = config
        self._store = store
        self._claims = claims
        self._standings = standings
        self._git = git
        self._clock = clock
        self._places = Places(config, {})

    async def mine(
        self, service: str, environment: str, commit: str, seen: str, holder: Holder, *, channel: str, request: str
    ) -> Deploy:  # fmt: skip
        """Take it into the history as this person's. commit: what the card showed; seen: the deploy that it showed as
        the last one of ours, or "". Raises Refusal. The same request twice is one deploy.
        """
        found, _ = self._places.at(service, environment)
        self._check(holder, service, environment)
        known = await self._store.requested(request)
        if known is not None:
            return await self._store.get(known)
        await self._standings.now([(service, environment)], fresh=0.0)
        heard = await self._standings.of(service, environment)
        if heard is None or heard.at is None or heard.fails:
            why = heard.fails if heard is not None and heard.fails else "Nobody says what stands there."
            raise Conflict(
                f"{why} Nothing was changed.", code="not-answered", hint="Press it again in a moment."
            )
        stands = (await self._store.standing(service)).get(environment)
        if (stands.deploy if stands else "") != seen:
            await self._refuse(service, environment, stands.deploy if stands else "", holder)
        if heard.commit != commit:
            what = f"`{heard.commit[:7]}` stands" if heard.commit else "nothing stands"
            raise _stale(f"By now {what} in {service} {environment}, not `{commit[:7]}`.")
        recent = await self._store.recent(service, count=LOOKED_AT)
        last = next(
            (one for one in recent if one.environment == environment and one.over and one.happened), None
        )
        really = compared(heard, stands.commit if stands else "", stands.since if stands else 0.0, last)
        if really != "outside":
            raise _stale(f"`{commit[:7]}` in {service} {environment} is what I know already.")
        now = self._clock.now()
        since = min(heard.since, now) if heard.since else now
        one = await self._commit(found.repository, commit)
        deploy = Deploy(
            id="", service=service, environment=environment, ref=commit, commit=commit,
            subject=one.subject if one else heard.subject, author=one.author if one else "", state="succeeded",
            by=holder.email or holder.user_id, by_user=holder.user_id, by_name=holder.name, team=holder.team_id,
            channel=channel, requested=now, ended=since, previous=stands.commit if stands else None,
            previous_subject=stands.subject if stands else "", driver=found.environments[environment].driver,
            request=request, outside=heard.by or NOBODY, asker=f"{holder.team_id}:{holder.user_id}",
            url=self._places.url(service, environment),
        )  # fmt: skip
        # What stands there counts from now on: an answer from before says nothing against it.
        outcome, id = await self._claims.claim(deploy, since=since, seen=seen, now=now, request=request)
        if outcome == "held":
            raise Conflict(
                f"{id} runs in {service} {environment} now: nothing was changed.",
                code="claimed",
                hint="Its card shows how it goes.",
            )
        if outcome == "stale":
            fresh = (await self._store.standing(service)).get(environment)
            await self._refuse(service, environment, fresh.deploy if fresh else "", holder)
        return await self._store.get(id)

    async def undo(self, id: str, holder: Holder) -> Deploy:
        """It was not theirs after all. Whoever may deploy there takes it back, as long as nothing came after it."""
        deploy = await self._store.get(id)
        if not deploy.outside:
            raise Conflict(f"I ran {id} myself: there is nothing to take back.", code="not-outside")
        if deploy.reported:
            raise Conflict(
                f"The system that did {id} has reported it itself: there is nothing to take back.",
                code="reported",
            )
        if deploy.by != (holder.email or holder.user_id) or holder.suspended:
            self._check(holder, deploy.service, deploy.environment)
        if deploy.state != "succeeded":
            raise _stale(f"{id} was taken back already.")
        why = f"Taken back by {holder.name}: I do not know who brought it there."
        gone = await self._claims.undo(deploy, why, self._clock.now())
        if gone is None:
            raise _stale(
                f"Something came after {id} in {deploy.service} {deploy.environment}, or runs there now."
            )
        return gone

    async def _refuse(self, service: str, environment: str, by: str, holder: Holder) -> None:
        """Something else is known to stand there than the card showed."""
        known = await self._store.find(by) if by else None
        if known is not None and known.outside:
            own = known.by == (holder.email or holder.user_id)
            who = "You said that already" if own else f"{known.by_name} said before you that it was theirs"
            raise Stale(
                f"{who}: {known.id}. Nothing was changed.",
                code="taken",
                hint=f"If that is wrong, the card of {known.id} has a button that takes it back.",
            )
        raise _stale(f"By now {by or 'no deploy'} stands in {service} {environment}.")

    def _check(self, holder: Holder, service: str, environment: str) -> None:
        right = may(
            self._config(), holder, "deploy", service=service, environment=environment, now=self._clock.now()
        )
        demand(right)

    async def _commit(self, repository: str, sha: str) -> Commit | None:
        with suppress(OutsideUnavailable, Refusal):
            return await self._git.commit(repository, sha)
        return None


def _stale(sentence: str) -> Stale:
    return Stale(
        f"{sentence} Nothing was changed.", code="stale", hint="`status` shows what stands there now."
    )

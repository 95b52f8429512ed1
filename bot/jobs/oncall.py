"""What becomes of overrides and of requests for cover as time goes on."""

from collections.abc import Mapping

from bot.clock import Clock
from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.covers import BEFORE, NEARS
from bot.services.overrides import SETTLED
from bot.slack.outbox import Outbox
from bot.slack.views import cover as cover_views
from bot.slack.views import override as views
from bot.store.streams import Job
from bot.store.timers import Timers


class OnCallCards:
    """Each method takes one kind of work; a job may come twice, and everything it does has an id of its own."""

    def __init__(self, services: Services, outbox: Outbox, timers: Timers, clock: Clock) -> None:
        self._services = services
        self._outbox = outbox
        self._timers = timers
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {SETTLED: self._settled, NEARS: self._nears}

    async def _settled(self, job: Job) -> None:
        """It can be taken back no more: its card says so by having no button."""
        override = await self._services.overrides.stands(job)
        config, team = self._services.config(), job.body["team"]
        if override is not None and team in config.teams:
            card = views.card(team, override, self._names(), undo=False)
            await self._outbox.card(views.card_of(override.id), config.teams[team].channel, card, version=2)

    async def _nears(self, job: Job) -> None:
        """Nobody has taken it yet: who asked is told, a day before in waking hours, and the card's thread too."""
        cover, why, now = await self._services.covers.nears(job), job.body["why"], self._clock.now()
        if cover is None:
            return
        if why == "day":
            when = await self._services.people.when_to_tell(cover.home, cover.user, "oncall", failed=True)
            if when is not None and self._clock.now() < when < cover.since - BEFORE["hour"]:
                await self._timers.at(f"{NEARS}:{cover.id}:awake", when, NEARS, job.body, request=job.request)
                return
        card = cover_views.card_of(cover.id)
        await self._outbox.direct(f"{card}:{why}", cover.user, cover_views.nears(cover, why, now))
        if why == "end":
            await self._outbox.card(
                card, self._channel(cover.team), cover_views.card(cover), version=cover.rev
            )
        elif why != "begin":
            await self._outbox.line(f"{card}:{why}", card, cover_views.line(cover, now))

    def _channel(self, team: str) -> str:
        config = self._services.config()
        return config.teams[team].channel if team in config.teams else config.channels.operations

    def _names(self) -> Mapping[str, str]:
        return {email: person.name for email, person in self._services.config().people.items()}

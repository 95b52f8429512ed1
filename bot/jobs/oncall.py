"""What becomes of overrides as time goes on."""

from collections.abc import Mapping

from bot.jobs._kinds import Handler
from bot.services import Services
from bot.services.overrides import SETTLED
from bot.slack.outbox import Outbox
from bot.slack.views import override as views
from bot.store.streams import Job


class OnCallCards:
    """Each method takes one kind of work; a job may come twice, and everything it does has an id of its own."""

    def __init__(self, services: Services, outbox: Outbox) -> None:
        self._services = services
        self._outbox = outbox

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {SETTLED: self._settled}

    async def _settled(self, job: Job) -> None:
        """It can be taken back no more: its card says so by having no button."""
        override = await self._services.overrides.stands(job)
        config, team = self._services.config(), job.body["team"]
        if override is not None and team in config.teams:
            card = views.card(team, override, self._names(), undo=False)
            await self._outbox.card(views.card_of(override.id), config.teams[team].channel, card, version=2)

    def _names(self) -> Mapping[str, str]:
        return {email: person.name for email, person in self._services.config().people.items()}

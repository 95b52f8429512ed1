"""Everything a workspace is made of, put together in one place; the HTTP around it is in server.py."""

from typing import Any, Protocol

from .checks import Checks
from .clock import Clock
from .courier import Courier
from .events import Events
from .faults import Json
from .files import Files
from .hub import Hub
from .journal import Journal, Records
from .limits import Limits
from .messages import Messages
from .settings import Settings
from .socket_mode import Sockets
from .tickets import Tickets
from .views import Views
from .weather import Weather
from .world import World

MOST_PICKED = 1_000  # messages whose menus somebody used; the oldest are forgotten


class Kept(Protocol):
    """What reads itself from the journal."""

    def restore(self, records: Records) -> None: ...


class Core:
    """`base`: the workspace's own address, known once it listens."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base = ""
        self.hub = Hub()
        self.clock = Clock(settings.clock_file)
        self.journal = Journal(settings.state)
        self.weather = Weather(self.journal, self.hub)
        self.checks = Checks(settings.contracts, self.hub, self.weather)
        self.limits = Limits(self.clock, self.checks.violation)
        self.world = World(settings.app_name, self.journal, self.hub, self.clock)
        self.sockets = Sockets(self.world.app_id)
        self.courier = Courier(settings.signing_secret, settings.app_url, self.sockets)
        self.events = Events(self.world, self.courier, self.journal, self.clock)
        self.messages = Messages(self.world, self.journal, self.hub, self.events.say)
        self.views = Views(self.world, self.journal, self.hub)
        self.tickets = Tickets(self.clock, self.journal)
        self.files = Files(settings.state, self.journal, self.world)
        self.sockets.on_connect = self._connected
        self.suggested: dict[tuple[str, str], list[Json]] = {}  # by person and action: the last options
        self.picked: dict[tuple[str, str], Json] = {}  # by person and message: what stands in its menus

    async def start(self, *others: Kept) -> None:
        """Read what was kept, and begin to deliver; others keep themselves in the same file. Raises StateInUse."""
        records = self.journal.open()
        parts: tuple[Kept, ...] = (
            self.world,
            self.messages,
            self.views,
            self.tickets,
            self.events,
            self.weather,
            self.files,
            *others,
        )
        for part in parts:
            part.restore(records)
        if self.clock.file is None and "offset" in records.get("clock", {}):
            self.clock.forward(float(records["clock"]["offset"]))
        await self.courier.start()
        self.events.start()

    async def stop(self) -> None:
        self.hub.close()
        await self.sockets.close()
        await self.events.stop()
        await self.courier.stop()
        self.journal.close()

    def response_url(self, user: str, channel: str, **more: Any) -> str:
        response = self.tickets.response(user, channel, **more)
        return f"{self.base}/respond/{response.secret}"

    def options_of(self, user: str) -> dict[str, list[Json]]:
        """By action: what this person's external menus offered last."""
        return {action: options for (person, action), options in self.suggested.items() if person == user}

    def pick(self, where: tuple[str, str], values: Json) -> None:
        """What a person chose in the menus of a message goes along with their next press there."""
        self.picked.pop(where, None)
        self.picked[where] = values
        if len(self.picked) > MOST_PICKED:
            del self.picked[next(iter(self.picked))]

    def notice(self, user: str, text: str, level: str = "error") -> None:
        """A line that one person's page shows for a moment."""
        self.hub.tell("notice", {"text": text, "level": level}, to=[user])

    def _connected(self) -> None:
        self.events.moved()

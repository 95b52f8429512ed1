"""What the app is handed to act with for a while: a trigger_id (3 s, once), a response_url (30 min, five times)."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from .clock import Clock
from .faults import SlackError
from .journal import Journal, Records
from .people import restored

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 1_800.0
RESPONSE_USES = 5


@dataclass
class Trigger:
    """view: the modal in which it was pressed, for views.push."""

    user: str
    born: float
    view: str | None = None
    used: bool = False


@dataclass
class Response:
    """A response_url. original: the ts of the message it may replace or delete (for a command: its last answer)."""

    secret: str
    user: str
    channel: str
    born: float
    original: str | None = None
    ephemeral: bool = False
    thread: str | None = None
    uses: int = 0


class Tickets:
    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock, self._journal = clock, journal
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, Response] = {}

    def restore(self, records: Records) -> None:
        for value in records.get("response", {}).values():
            response: Response = restored(Response, value)
            self._responses[response.secret] = response

    def trigger(self, user: str, view: str | None = None) -> str:
        now = self._clock.now()
        self._triggers = {name: old for name, old in self._triggers.items() if now - old.born < 600}
        name = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, now, view)
        return name

    def check(self, name: Any) -> Trigger:
        """The trigger where it is good. Raises invalid_trigger_id, expired_…, exchanged_trigger_id."""
        trigger = self._triggers.get(name) if isinstance(name, str) else None
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() - trigger.born > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        return trigger

    def response(
        self,
        user: str,
        channel: str,
        *,
        original: str | None = None,
        ephemeral: bool = False,
        thread: str | None = None,
    ) -> Response:
        now = self._clock.now()
        for old in [old for old in self._responses.values() if now - old.born > 2 * RESPONSE_SECONDS]:
            del self._responses[old.secret]
            self._journal.drop("response", old.secret)
        response = Response(secrets.token_urlsafe(18), user, channel, now, original, ephemeral, thread)
        self._responses[response.secret] = response
        self.keep(response)
        return response

    def use(self, secret: str) -> Response:
        """The response_url for one more use. Raises expired_url or used_url, with status 404 as Slack has it."""
        response = self._responses.get(secret)
        if response is None or self._clock.now() - response.born > RESPONSE_SECONDS:
            raise SlackError("expired_url", status=404)
        if response.uses >= RESPONSE_USES:
            raise SlackError("used_url", status=404)
        response.uses += 1
        self.keep(response)
        return response

    def keep(self, response: Response) -> None:
        self._journal.put("response", response.secret, asdict(response))

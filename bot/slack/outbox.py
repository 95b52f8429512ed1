"""Everything that leaves for Slack. What is put in here is sent, folded into something newer, or reported.

Each call below returns when its entry is durable in Redis. Any number of processes may `run` the sender: the store
gives each lane (a channel, a person's home tab, a response_url) to one of them at a time, in order.
"""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import structlog

from bot.clients.slack import Slack, SlackRateLimited, SlackRefused, SlackUnavailable
from bot.clock import Clock
from bot.slack import ALWAYS_NEW, Message, Shows
from bot.slack.packing import pack
from bot.slack.sender import OnUndeliverable, Sender
from bot.store import keys
from bot.store.outbox import OutboxStore, Posted, Redis

__all__ = ["Outbox", "Posted", "Unless"]

log = structlog.get_logger()

OPEN_SECONDS = 3.0  # as long as a trigger lives
FILE_LIMIT = 1_000_000  # characters of a file; of a longer one the end is kept
_USER = re.compile(r"[UW][A-Z0-9]{2,}")


@dataclass(frozen=True)
class Unless:
    """What need not be said where a card says it: one of `cards`, there, at `message` or posted after `since`.

    until: so long it is waited for; else it is said. Times are seconds since the epoch.
    """

    cards: tuple[str, ...]
    channel: str
    message: str
    since: float
    until: float


class Outbox:
    """The way to Slack. on_undeliverable: told the id and a sentence for each message that was given up.

    counts: what happened to entries, for the metrics: sent, kept, folded, again, moved, adopted, undeliverable.
    """

    def __init__(
        self,
        redis: "Redis",
        slack: Slack,
        clock: Clock,
        *,
        name: str,
        on_undeliverable: OnUndeliverable | None = None,
    ) -> None:
        self._store = OutboxStore(redis)
        self._slack = slack
        self._clock = clock
        self.counts: Counter[str] = Counter()
        self._sender = Sender(
            self._store, slack, clock, name=name, on_undeliverable=on_undeliverable, counts=self.counts
        )

    # --- what can be said

    async def card(
        self,
        card: str,
        channel: str,
        message: Message,
        *,
        version: int,
        shows: Shows = ALWAYS_NEW,
        otherwise: Sequence[str] = (),
    ) -> None:
        """Post the card `card`, or edit it where it stands. A version that is not newer is ignored.

        channel: an id or "#name" (a user id: their direct messages). shows: by what of it an edit is judged urgent.
        otherwise: channels to try in turn when this one refuses.
        """
        body = pack(message, otherwise=list(otherwise))
        record = keys.CARD(card=card)
        await self._newest(f"card:{card}", "card", lane_of(channel), body, version, record, shows)

    async def line(self, id: str, card: str, message: Message) -> None:
        """Say it in the thread of `card`, once it stands; once per id."""
        await self._once(f"line:{id}", "line", "", pack(message), card=card)

    async def say(
        self,
        id: str,
        channel: str,
        message: Message,
        *,
        thread: str | None = None,
        unless: Unless | None = None,
    ) -> None:
        """Say it in a channel or a thread of it; once per id."""
        await self._once(f"say:{id}", "say", lane_of(channel), pack(message, thread=thread, **_kept(unless)))

    async def direct(self, id: str, user: str, message: Message) -> None:
        """Say it to a person (user id) in a direct message; once per id."""
        await self._once(f"direct:{id}", "direct", f"@{user}", pack(message))

    async def ephemeral(
        self,
        id: str,
        channel: str,
        user: str,
        message: Message,
        *,
        thread: str | None = None,
        unless: Unless | None = None,
    ) -> None:
        """Say it so that one person sees it; as a direct message where the channel will not have it."""
        body = pack(message, channel=channel, user=user, thread=thread, **_kept(unless))
        await self._once(f"ephemeral:{id}", "ephemeral", f"to:{channel}:{user}", body)

    async def respond(
        self,
        id: str,
        response_url: str,
        message: Message,
        *,
        replace: bool = False,
        fallback: tuple[str, str] | None = None,
        unless: Unless | None = None,
    ) -> None:
        """Answer a command or a press at its own address; when that is used up, to fallback=(channel, user)."""
        channel, user = fallback or ("", "")
        body = pack(message, url=response_url, replace=replace, channel=channel, user=user, **_kept(unless))
        lane = "url:" + hashlib.sha256(response_url.encode()).hexdigest()[:16]
        await self._once(f"respond:{id}", "respond", lane, body)

    async def home(self, user: str, view: Mapping[str, Any], *, version: int) -> None:
        """Show a person's home tab. A version that is not newer is ignored."""
        body = orjson.dumps({"user": user, "view": view}).decode()
        await self._newest(f"home:{user}", "home", f"home:{user}", body, version, keys.HOME(user=user))

    async def file(
        self, id: str, card: str, name: str, content: str, *, title: str = "", comment: str = ""
    ) -> None:
        """Put a text file into the thread of `card`; once per id. `name` is what makes it one in that thread."""
        kept = content if len(content) <= FILE_LIMIT else "…\n" + content[-FILE_LIMIT:]
        body = orjson.dumps({"name": name, "content": kept, "title": title, "comment": comment}).decode()
        await self._once(f"file:{id}", "file", "", body, card=card)

    async def open(self, trigger: str, view: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Open a form, now or never: a trigger dies within 3 s. The view as it stands; None: it did not open."""
        return await self._view("views.open", trigger_id=trigger, view=view)

    async def redraw(self, id: str, view: Mapping[str, Any], *, hash: str | None = None) -> None:
        """Show an open form anew; with `hash`, unless it was drawn anew since. One that was closed stays closed."""
        await self._view("views.update", view_id=id, hash=hash, view=view)

    async def _view(self, method: str, **arguments: Any) -> Mapping[str, Any] | None:
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                answer = await self._slack.call(method, **arguments)
        except (SlackRefused, SlackRateLimited, SlackUnavailable, TimeoutError) as error:
            log.warning("A form was not shown", method=method, why=str(error) or "Slack is slow")
            return None
        found: Mapping[str, Any] = answer.get("view") or {}
        return found

    async def where(self, card: str) -> Posted | None:
        """Where the card stands in Slack; None while it does not."""
        return await self._store.posted(card)

    @property
    def in_flight(self) -> int:
        """How many calls to Slack this process is making."""
        return self._sender.in_flight

    async def waiting(self) -> int:
        """How many entries are on their way."""
        return await self._store.waiting()

    async def undeliverable(self, limit: int = 100) -> list[dict[str, Any]]:
        """What was given up, newest first: id, why, at (seconds since the epoch), text."""
        return await self._store.undeliverable(limit)

    async def _once(self, id: str, kind: str, lane: str, body: str, *, card: str | None = None) -> None:
        more: dict[str, Any] = {"card": card, "request": _request(), "wake": not self._sender.running}
        kept = await self._store.once(_plain(id), kind, lane, body, now=self._clock.now(), **more)
        self.counts["kept" if kept else "folded"] += 1
        self._sender.wake()

    async def _newest(
        self,
        id: str,
        kind: str,
        lane: str,
        body: str,
        version: int,
        record: str,
        shows: Shows = ALWAYS_NEW,
    ) -> None:
        more: dict[str, Any] = {"record": record, "request": _request(), "wake": not self._sender.running}
        more |= {"state": shows.state, "step": shows.step, "result": shows.result}
        kept = await self._store.newest(
            _plain(id), kind, lane, body, version=version, now=self._clock.now(), **more
        )
        self.counts["kept" if kept else "folded"] += 1
        self._sender.wake()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`. What is then in flight is finished, or left for another sender to clear up."""
        await self._sender.run(stop)


def _kept(unless: Unless | None) -> dict[str, Any]:
    return {} if unless is None else {"unless": asdict(unless)}


def lane_of(channel: str) -> str:
    """A person's direct messages are a lane under their id, until the id of the conversation is known."""
    return f"@{channel}" if _USER.fullmatch(channel) else channel


def _plain(id: str) -> str:
    return id.replace("{", "(").replace("}", ")")


def _request() -> str:
    return str(structlog.contextvars.get_contextvars().get("request", ""))

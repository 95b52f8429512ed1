"""Everything that leaves for Slack. What is put in here is sent, folded into something newer, or reported.

Each call below returns when its entry is durable in Redis. Any number of processes may `run` the sender: the store
gives each lane (a channel, a person's home tab, a response_url) to one of them at a time, in order.
"""

import asyncio
import hashlib
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import orjson
import structlog
from redis.asyncio import Redis

from bot.clients.slack import Slack, SlackRateLimited, SlackRefused, SlackUnavailable
from bot.clock import Clock
from bot.errors import GrailError, StoreUnavailable
from bot.slack import Message
from bot.slack.packing import pack
from bot.slack.sending import Again, GivenUp, Moved, Outcome, Sender, Sent
from bot.store import keys
from bot.store.outbox import LEASE, Flight, OutboxStore, Posted, Settled

__all__ = ["Outbox", "Posted"]

log = structlog.get_logger()

AT_ONCE = 16  # calls in flight in one process
POLL = 2.0  # seconds at most between two looks at what is due
ORDERED_TRIES = 5  # so often a failing entry holds up its lane; then others may overtake it
LONGEST_PAUSE = 30.0  # seconds between two tries while Slack is down
RECHECK = 20.0  # seconds after an unknown outcome: by then a late call has arrived, and is put right
FINISH = 5.0  # seconds that calls in flight get at the end
FILE_LIMIT = 1_000_000  # characters of a file; of a longer one the end is kept
_USER = re.compile(r"[UW][A-Z0-9]{2,}")

OnUndeliverable = Callable[[str, str], Awaitable[None]]


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
        self._sender = Sender(slack, self._store)
        self._name = f"{name}:{uuid4().hex[:8]}"  # a process that comes back is another sender
        self._on_undeliverable = on_undeliverable
        self._woken = asyncio.Event()
        self._running = False
        self._flights: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()

    # --- what can be said

    async def card(
        self,
        card: str,
        channel: str,
        message: Message,
        *,
        version: int,
        urgent: bool = True,
        otherwise: Sequence[str] = (),
    ) -> None:
        """Post the card `card`, or edit it where it stands. A version that is not newer is ignored.

        channel: an id or "#name" (a user id: their direct messages). urgent: a state change, shown at once; else an
        edit at most every 2 s. otherwise: channels to try in turn when this one refuses.
        """
        body = pack(message, otherwise=list(otherwise))
        record = keys.CARD(card=card)
        await self._newest(f"card:{card}", "card", lane_of(channel), body, version, urgent, record)

    async def line(self, id: str, card: str, message: Message) -> None:
        """Say it in the thread of `card`, once it stands; once per id."""
        await self._once(f"line:{id}", "line", "", pack(message), card=card)

    async def say(self, id: str, channel: str, message: Message, *, thread: str | None = None) -> None:
        """Say it in a channel or a thread of it; once per id."""
        await self._once(f"say:{id}", "say", lane_of(channel), pack(message, thread=thread))

    async def direct(self, id: str, user: str, message: Message) -> None:
        """Say it to a person (user id) in a direct message; once per id."""
        await self._once(f"direct:{id}", "direct", f"@{user}", pack(message))

    async def ephemeral(
        self, id: str, channel: str, user: str, message: Message, *, thread: str | None = None
    ) -> None:
        """Say it so that one person sees it; as a direct message where the channel will not have it."""
        body = pack(message, channel=channel, user=user, thread=thread)
        await self._once(f"ephemeral:{id}", "ephemeral", f"to:{channel}:{user}", body)

    async def respond(
        self,
        id: str,
        response_url: str,
        message: Message,
        *,
        replace: bool = False,
        fallback: tuple[str, str] | None = None,
    ) -> None:
        """Answer a command or a press at its own address; when that is used up, to fallback=(channel, user)."""
        channel, user = fallback or ("", "")
        body = pack(message, url=response_url, replace=replace, channel=channel, user=user)
        lane = "url:" + hashlib.sha256(response_url.encode()).hexdigest()[:16]
        await self._once(f"respond:{id}", "respond", lane, body)

    async def home(self, user: str, view: Mapping[str, Any], *, version: int) -> None:
        """Show a person's home tab. A version that is not newer is ignored."""
        body = orjson.dumps({"user": user, "view": view}).decode()
        await self._newest(f"home:{user}", "home", f"home:{user}", body, version, True, keys.HOME(user=user))

    async def file(
        self, id: str, card: str, name: str, content: str, *, title: str = "", comment: str = ""
    ) -> None:
        """Put a text file into the thread of `card`; once per id. `name` is what makes it one in that thread."""
        kept = content if len(content) <= FILE_LIMIT else "…\n" + content[-FILE_LIMIT:]
        body = orjson.dumps({"name": name, "content": kept, "title": title, "comment": comment}).decode()
        await self._once(f"file:{id}", "file", "", body, card=card)

    async def open(self, trigger: str, view: Mapping[str, Any]) -> bool:
        """Open a form, now or never: a trigger dies within 3 s. False: it did not open."""
        try:
            await self._slack.call("views.open", trigger_id=trigger, view=view)
        except (SlackRefused, SlackRateLimited, SlackUnavailable) as error:
            log.warning("A form did not open", why=str(error))
            return False
        return True

    async def where(self, card: str) -> Posted | None:
        """Where the card stands in Slack; None while it does not."""
        return await self._store.posted(card)

    async def waiting(self) -> int:
        """How many entries are on their way."""
        return await self._store.waiting()

    async def undeliverable(self, limit: int = 100) -> list[dict[str, Any]]:
        """What was given up, newest first: id, why, at (seconds since the epoch), text."""
        return await self._store.undeliverable(limit)

    async def _once(self, id: str, kind: str, lane: str, body: str, *, card: str | None = None) -> None:
        more: dict[str, Any] = {"card": card, "request": _request(), "wake": not self._running}
        kept = await self._store.once(_plain(id), kind, lane, body, now=self._clock.now(), **more)
        self.counts["kept" if kept else "folded"] += 1
        self._woken.set()

    async def _newest(
        self, id: str, kind: str, lane: str, body: str, version: int, urgent: bool, record: str
    ) -> None:
        more: dict[str, Any] = {"record": record, "request": _request(), "wake": not self._running}
        kept = await self._store.newest(
            _plain(id), kind, lane, body, version=version, urgent=urgent, now=self._clock.now(), **more
        )
        self.counts["kept" if kept else "folded"] += 1
        self._woken.set()

    # --- the sender

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`. What is then in flight is finished, or left for another sender to clear up."""
        self._running = True
        beside = [asyncio.create_task(job) for job in (self._hear(), self._beat(), self._heed(stop))]
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._pause(await self._send_due())
            if self._flights:
                await asyncio.wait(self._flights, timeout=FINISH)
        finally:
            self._running = False
            for task in (*beside, *self._flights):
                task.cancel()
            await asyncio.gather(*beside, *self._flights, return_exceptions=True)

    async def _send_due(self) -> float | None:
        """Start what may go now. Answers when to look again."""
        room = AT_ONCE - len(self._flights)
        if room <= 0:
            return None  # the end of a flight wakes us
        now = self._clock.now()
        try:
            taken = await self._store.take(self._name, now=now, limit=room)
        except StoreUnavailable as error:
            log.warning("The outbox waits for Redis", why=str(error))
            return now + 0.5
        for id in taken.unreadable:
            await self._report(id, "What stood under it could not be read.")
        for flight in taken.flights:
            task = asyncio.create_task(self._fly(flight))
            self._flights.add(task)
            task.add_done_callback(self._landed)
        return now if len(taken.flights) == room else taken.next

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flights.discard(task)
        self._woken.set()

    async def _pause(self, later: float | None) -> None:
        until = self._clock.now() + POLL
        timer = asyncio.create_task(self._clock.until(until if later is None else min(later, until)))
        woken = asyncio.create_task(self._woken.wait())
        try:
            await asyncio.wait((timer, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (timer, woken):
                task.cancel()
            await asyncio.gather(timer, woken, return_exceptions=True)

    async def _fly(self, flight: Flight) -> None:
        with structlog.contextvars.bound_contextvars(request=flight.entry.get("request", "")):
            if flight.adopted:
                self.counts["adopted"] += 1
                log.info("Taking over what another sender left", id=flight.id)
            try:
                outcome = await self._sender.send(flight, self._clock.now())
            except StoreUnavailable as error:
                outcome = Again(str(error), doubt=True)
            except Exception:
                log.exception("An entry of the outbox broke", id=flight.id)
                broke = "Something in Grail broke over it."
                outcome = GivenUp(broke) if flight.tries >= ORDERED_TRIES else Again(broke, doubt=True)
            await self._settle(flight, outcome)

    async def _settle(self, flight: Flight, outcome: Outcome) -> None:
        while True:
            try:
                settled = await self._keep(flight, outcome)
                break
            except StoreUnavailable as error:  # the fencing number keeps a second time from counting
                log.warning("What Slack said cannot be kept yet", id=flight.id, why=str(error))
                await asyncio.sleep(0.3)
            except Exception:
                if isinstance(outcome, GivenUp):
                    raise
                log.exception("What Slack said cannot be kept", id=flight.id)
                outcome = GivenUp("What stood under its key could not be used.")
        self.counts[type(outcome).__name__.lower()] += 1
        if settled.double and isinstance(outcome, Sent):
            with suppress(GrailError):
                await self._sender.delete(Posted(outcome.channel, outcome.ts))
        why = outcome.why if isinstance(outcome, Moved | GivenUp) else ""
        for id in settled.given_up:
            await self._report(id, why)

    async def _keep(self, flight: Flight, outcome: Outcome) -> Settled:
        now, settle = self._clock.now(), self._store.settle
        match outcome:
            case Sent():
                named = flight.lane[:1] in "#@" and outcome.channel
                return await settle(
                    flight,
                    "sent",
                    now=now,
                    channel=outcome.channel,
                    ts=outcome.ts,
                    posted=outcome.posted,
                    found=outcome.found,
                    version=-1 if outcome.found else flight.version,
                    learned=flight.lane if named else None,
                    recheck=RECHECK if flight.entry.get("doubted") and flight.kind != "check" else None,
                    body=_check_body(flight, outcome),
                )
            case Again():
                limited = outcome.limited not in (None, "", "chat.postMessage", "response_url", "upload")
                wait = outcome.after if outcome.after is not None else pause(flight.tries)
                return await settle(
                    flight,
                    "again",
                    now=now,
                    at=now + wait,
                    doubt=outcome.doubt,
                    counted=outcome.counted,
                    close_lane=outcome.order and flight.tries < ORDERED_TRIES,
                    close_method=outcome.limited if limited else None,
                )
            case Moved():
                return await settle(
                    flight,
                    "moved",
                    now=now,
                    why=outcome.why,
                    to_kind=outcome.kind,
                    to=outcome.lane,
                    hop=outcome.hop,
                    body=outcome.body,
                    repost=outcome.repost or None,
                    forget=outcome.forget,
                )
            case GivenUp():
                return await settle(flight, "given_up", now=now, why=outcome.why, text=_first_words(flight))

    async def _report(self, id: str, why: str) -> None:
        self.counts["undeliverable"] += 1
        log.error("A message was not delivered", id=id, why=why)
        if self._on_undeliverable is not None:
            try:
                await self._on_undeliverable(id.partition(":")[2], why)
            except Exception:
                log.exception("Nobody could be told that a message was not delivered", id=id)

    # --- beside the sender

    async def _hear(self) -> None:
        """Wake up when a process without a sender puts something in."""
        while True:
            try:
                if await self._store.wait_for_wake(POLL):
                    self._woken.set()
            except StoreUnavailable:
                await asyncio.sleep(0.5)

    async def _beat(self) -> None:
        """Keep what is in flight ours, also when time is moved."""
        while True:
            await self._clock.sleep(LEASE / 4)
            if self._flights:
                with suppress(StoreUnavailable):
                    await self._store.beat(self._name, now=self._clock.now())

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()


def lane_of(channel: str) -> str:
    """A person's direct messages are a lane under their id, until the id of the conversation is known."""
    return f"@{channel}" if _USER.fullmatch(channel) else channel


def pause(tries: int) -> float:
    """Seconds until the next try while Slack fails; not all of us at the same moment."""
    return float(min(LONGEST_PAUSE, 0.5 * 2 ** min(tries, 10)) * random.uniform(0.75, 1.25))


def _plain(id: str) -> str:
    return id.replace("{", "(").replace("}", ")")


def _request() -> str:
    return str(structlog.contextvars.get_contextvars().get("request", ""))


def _first_words(flight: Flight) -> str:
    with suppress(ValueError, AttributeError):
        return str(orjson.loads(flight.body).get("text", ""))[:200]
    return ""


def _check_body(flight: Flight, sent: Sent) -> str:
    """What to look at again after an unknown outcome. See Sender._check."""
    if flight.kind in ("respond", "ephemeral", "file", "check"):
        return "{}"
    body = orjson.loads(flight.body)
    thread = flight.posted.ts if flight.kind == "line" and flight.posted else body.get("thread")
    about = {"of": flight.kind, "mark": flight.id, "channel": sent.channel, "ts": sent.ts, "thread": thread}
    return orjson.dumps(body | about | {"since": flight.entry.get("first")}).decode()

"""The sender: takes from the outbox what may go now, and keeps how each try ended.

Any number of processes may run one. What a killed one had in flight is taken over by another within some seconds.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import orjson
import structlog

from bot import metrics
from bot.clients.slack import Slack
from bot.clock import Clock
from bot.ending import ended
from bot.errors import GrailError, StoreUnavailable
from bot.slack.outcomes import Again, GivenUp, Moved, Outcome, Sent
from bot.slack.sending import Sending
from bot.store.outbox import LEASE, Flight, OutboxStore, Posted, Settled

log = structlog.get_logger()

AT_ONCE = 16  # calls in flight in one process
POLL = 2.0  # seconds at most between two looks at what is due
ORDERED_TRIES = 5  # so often a failing entry holds up its lane; then others may overtake it
LONGEST_PAUSE = 30.0  # seconds between two tries while Slack is down
RECHECK = 20.0  # seconds after an unknown outcome: by then a late call has arrived, and is put right
FINISH = 5.0  # seconds that calls in flight get at the end

OnUndeliverable = Callable[[str, str], Awaitable[None]]


class Sender:
    """running: whether this process sends; who puts something in then only has to `wake` it."""

    def __init__(
        self,
        store: OutboxStore,
        slack: Slack,
        clock: Clock,
        *,
        name: str,
        on_undeliverable: OnUndeliverable | None,
        counts: Counter[str],
    ) -> None:
        self._store = store
        self._clock = clock
        self._sending = Sending(slack, store)
        self._name = f"{name}:{uuid4().hex[:8]}"  # a process that comes back is another sender
        self._on_undeliverable = on_undeliverable
        self._woken = asyncio.Event()
        self._flights: set[asyncio.Task[None]] = set()
        self._counts = counts
        self.running = False

    @property
    def in_flight(self) -> int:
        """How many calls to Slack this process is making."""
        return len(self._flights)

    def wake(self) -> None:
        """Something new is there."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`. What is then in flight is finished, or left for another sender to clear up."""
        self.running = True
        beside = [asyncio.create_task(job) for job in (self._hear(), self._beat(), self._heed(stop))]
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._pause(await self._send_due())
            if self._flights:
                await asyncio.wait(self._flights, timeout=FINISH)
        finally:
            self.running = False
            await ended((*beside, *self._flights))

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
            await ended((timer, woken))

    async def _fly(self, flight: Flight) -> None:
        request = flight.entry.get("request")
        with structlog.contextvars.bound_contextvars(**({"request": request} if request else {})):
            if flight.adopted:
                self._counts["adopted"] += 1
                log.info("Taking over what another sender left", id=flight.id)
            try:
                outcome = await self._sending.send(flight, self._clock.now())
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
                if not self.running:
                    return  # whoever takes it over will look for it in Slack
                await asyncio.sleep(0.3)
            except Exception:
                if isinstance(outcome, GivenUp):
                    raise
                log.exception("What Slack said cannot be kept", id=flight.id)
                outcome = GivenUp("What stood under its key could not be used.")
        self._counts[type(outcome).__name__.lower()] += 1
        if isinstance(outcome, Sent):
            log.info("needless" if outcome.needless else "sent", id=flight.id)
        if settled.double and isinstance(outcome, Sent):
            with suppress(GrailError):
                await self._sending.delete(Posted(outcome.channel, outcome.ts))
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
        self._counts["undeliverable"] += 1
        metrics.UNDELIVERED.inc()
        log.error("A message was not delivered", id=id, why=why)
        if self._on_undeliverable is not None:
            try:
                await self._on_undeliverable(id.partition(":")[2], why)
            except Exception:
                log.exception("Nobody could be told that a message was not delivered", id=id)

    # --- beside the sender

    async def _hear(self) -> None:
        """Wake up when a process without a sender puts something in."""
        # Looks at `running`, too: a call to Redis may answer "unavailable" to being cancelled.
        while self.running:
            try:
                if await self._store.wait_for_wake(POLL):
                    self._woken.set()
            except StoreUnavailable:
                await asyncio.sleep(0.5)

    async def _beat(self) -> None:
        """Keep what is in flight ours, also when time is moved."""
        while self.running:
            await self._clock.sleep(LEASE / 4)
            if self._flights:
                with suppress(StoreUnavailable):
                    await self._store.beat(self._name, now=self._clock.now())

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()


def pause(tries: int) -> float:
    """Seconds until the next try while Slack fails; not all of us at the same moment."""
    return float(min(LONGEST_PAUSE, 0.5 * 2 ** min(tries, 10)) * random.uniform(0.75, 1.25))


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

"""What people asked is answered: their words, presses and forms, taken from the inbox."""

import re
from collections.abc import Mapping
from typing import Any

import structlog

from bot import metrics
from bot.clock import Clock
from bot.jobs._kinds import Handler
from bot.slack import Ask, File, Message, Reply
from bot.slack.effects import Effects
from bot.slack.outbox import Outbox, Unless
from bot.slack.payloads import values_at_first
from bot.slack.router import Router
from bot.slack.views.refusal import broken
from bot.slack.views.text import said
from bot.store.inbox import Inbox
from bot.store.streams import Job, Later

log = structlog.get_logger()

_DEPLOY = re.compile(r"\bd-\d{1,9}\b")

FRESH_SECONDS = 60.0  # a card that was posted within so long stands where whoever asked is looking
CARD_SECONDS = 5.0  # so long an answer waits for the card that makes it needless
FIRST_SECONDS = 120.0  # how long a repetition waits for the answer to the first; all of its tries take less


class Answers:
    def __init__(
        self, *, router: Router, outbox: Outbox, inbox: Inbox, effects: Effects, clock: Clock
    ) -> None:
        self._router = router
        self._outbox = outbox
        self._inbox = inbox
        self._effects = effects
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By kind, for the worker."""
        return {
            "slack.ask": self._ask,
            "slack.press": self._press,
            "slack.form": self._form,
            "slack.chosen": self._chosen,
            "slack.home": self._home,
            "slack.duplicate": self._duplicate,
        }

    async def _ask(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        await self._answer(ask, await self._router.ask(ask))

    async def _press(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        await self._answer(ask, await self._router.press(ask, job.body["action"], job.body["value"]))

    async def _form(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        await self._answer(ask, await self._router.submit(ask, job.body["callback"], job.body["values"]))

    async def _chosen(self, job: Job) -> None:
        ask, body = Ask.stored(job.body["ask"]), job.body
        view = await self._router.redraw(ask, body["callback"], body["values"])
        if view is not None:
            await self._outbox.redraw(body["view"], view)

    async def _home(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        reply = await self._router.ask(ask)
        view = {"type": "home", "blocks": list(reply.message.base_blocks or reply.message.blocks)}
        await self._outbox.home(ask.user, view, version=int(self._clock.now() * 1000))

    async def _duplicate(self, job: Job) -> None:
        ask = Ask.stored(job.body["ask"])
        first = await self._inbox.answered(job.body["duplicate_of"])
        if first is None:
            if self._clock.now() - job.body.get("at", 0.0) < FIRST_SECONDS:
                raise Later(0.3)  # the first one is still being answered
            first = {"text": "It is not answered yet: `status` shows what runs."}
        metrics.REPEATED.inc()
        if ask.how == "press":
            return  # a double click: the card itself tells what the first one did
        text = f"You asked me the same a moment ago, so I did it once. {first['text']}"
        await self._send(ask, said(text), card_follows=False)

    async def given_up(self, job: Job) -> None:
        """Whoever asked for what was given up is told so, once."""
        if job.kind not in ("slack.ask", "slack.press", "slack.form"):
            return
        try:
            ask = Ask.stored(job.body["ask"])
        except (KeyError, TypeError):
            return  # nobody can say who asked
        sorry = broken(ask.request)
        await self._inbox.answer(ask.id, {"text": sorry.text})
        await self._send(ask, sorry, card_follows=False)

    async def _answer(self, ask: Ask, reply: Reply) -> None:
        metrics.ASKS.labels(ask.how, reply.outcome.split(":")[0]).inc()
        log.info("asked", how=ask.how, id=ask.id, outcome=reply.outcome)
        await self._inbox.answer(ask.id, {"text": reply.message.text})
        if reply.form is not None and ask.trigger and await self._opened(ask, ask.trigger, reply.form):
            return
        await self._effects.of(ask.id, reply)
        if reply.file is not None:
            await self._send_file(ask, reply.message, reply.file)
        else:
            await self._send(ask, reply.message, reply.card_follows, self._unless(ask, reply))

    def _unless(self, ask: Ask, reply: Reply) -> Unless | None:
        """By which cards the answer is needless. A line in a thread is not: nobody there sees the card."""
        cards = [card.id for card in reply.cards] or [f"deploy:{id}" for id in _DEPLOY.findall(reply.outcome)]
        if not reply.card_follows or not cards or ask.how == "mention":
            return None
        now = self._clock.now()
        return Unless(tuple(cards), ask.channel, ask.message or "", now - FRESH_SECONDS, now + CARD_SECONDS)

    async def _opened(self, ask: Ask, trigger: str, form: Mapping[str, Any]) -> bool:
        """Whether it opened. What takes longer than a trigger lives is drawn once it stands."""
        view = await self._outbox.open(trigger, form)
        if view is None:
            return False
        drawn = await self._router.redraw(ask, form["callback_id"], values_at_first(form))
        if drawn is not None:
            await self._outbox.redraw(view["id"], drawn, hash=view.get("hash"))
        return True

    async def _send_file(self, ask: Ask, message: Message, file: File) -> None:
        """To the person alone, whoever reads along where it was asked."""
        card = f"answer:{ask.id}"
        await self._outbox.card(card, ask.user, message, version=1)
        await self._outbox.file(card, card, file.name, file.content, title=file.title)
        await self._send(ask, said("I have sent it to you directly."), card_follows=True)

    async def _send(
        self, ask: Ask, message: Message, card_follows: bool, unless: Unless | None = None
    ) -> None:
        id = f"answer:{ask.id}"
        if ask.how == "mention":
            await self._outbox.say(id, ask.channel, message, thread=ask.thread)
        elif ask.how == "direct":
            if unless or not card_follows:
                await self._outbox.say(id, ask.channel, message, thread=ask.thread, unless=unless)
        elif ask.response_url:
            fallback = (ask.channel, ask.user)
            await self._outbox.respond(id, ask.response_url, message, fallback=fallback, unless=unless)
        elif ask.channel:
            await self._outbox.ephemeral(id, ask.channel, ask.user, message, thread=ask.thread, unless=unless)
        else:
            await self._outbox.direct(id, ask.user, message)

"""Find the command, check the right, run it; help for who erred; the one `except`; the audit line."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.clock import Clock
from bot.domain.rights import Holder, demand, may_begin, may_somewhere
from bot.errors import GrailError, NotAllowed, NotUnderstood, OutsideUnavailable, Refusal, StoreUnavailable
from bot.services import Services
from bot.slack import Ask, Command, Given, Incomplete, Kind, Reply, Turn, recorded
from bot.slack.grammar import understand
from bot.slack.lookup import begins, find
from bot.slack.more import unfolded
from bot.slack.registry import Registry
from bot.slack.views.refusal import broken, refused, store_gone
from bot.slack.views.text import duration, escape, said
from bot.slack.words import Word, split, trimmed

log = structlog.get_logger()

# What may still change something; what work that is tried again may do is judged when it is done.
WHILE_PAUSED = frozenset(
    {
        "resume", "cancel", "notify", "retry", "confirm", "rollback", "rollback.stop", "ack", "resolve", "escalate",
        "snooze", "wake", "note", "merge", "reassign", "responder", "link", "page", "page.open", "page.add", "page.why",
        "page.several",
    }
)  # fmt: skip


class Router:
    """What a person asked becomes what that person is told."""

    def __init__(self, registry: Registry, services: Services, clock: Clock) -> None:
        self.registry = registry
        self._services = services
        self._clock = clock

    def meaning(self, ask: Ask) -> str | None:
        """What makes two asks the same although Slack gave them two ids; None for what changes nothing."""
        words = split(ask.text)
        command = begins(words, self.registry.commands)
        if command is None or not command.changes or any(word.low == "--plan" for word in words):
            return None
        said_words = " ".join(trimmed(word).low for word in words)
        # A mention at top level is answered in a thread of its own: that thread is no other place.
        thread = ask.thread if ask.thread and ask.thread != ask.message else ""
        return f"{ask.team}:{ask.user}:{ask.channel}:{thread}:{said_words}"

    async def ask(self, ask: Ask) -> Reply:
        """Answer words. Never raises for what a person did; StoreUnavailable passes, for it has to be tried again."""
        return await self._guarded(ask, self._asked)

    async def press(self, ask: Ask, action: str, value: str) -> Reply:
        """Answer a button. Rights are judged now, not when it was drawn."""

        action, value = unfolded(action, value)

        async def pressed(ask: Ask) -> Reply:
            press = self.registry.presses.get(action)
            if press is None:
                raise NotUnderstood(
                    "This button is of an older version of me.", hint="Type the command instead."
                )
            turn = await self._turn(ask)

            async def run() -> Reply:
                if press.changes:
                    await self._refuse_when_paused(turn, action)
                return await press.run(replace(turn, values={"value": value}))

            if not press.changes:
                return await run()
            return await self._audited(turn, f"press {action}", value, press.kind, run)

        return await self._guarded(ask, pressed)

    async def submit(self, ask: Ask, callback: str, values: Mapping[str, str]) -> Reply:
        """Carry out a form."""

        async def submitted(ask: Ask) -> Reply:
            form = self.registry.forms.get(callback)
            if form is None:
                raise NotUnderstood(
                    "This form is of an older version of me.", hint="Type the command instead."
                )
            turn = replace(await self._turn(ask), values=values)

            async def run() -> Reply:
                await self._refuse_when_paused(turn, callback)
                return await form.run(turn)

            return await self._audited(turn, f"form {callback}", " ".join(values.values()), form.kind, run)

        return await self._guarded(ask, submitted)

    async def check(self, ask: Ask, callback: str, values: Mapping[str, str]) -> Mapping[str, str]:
        """The faults of a form, by block id, at once. None found: it may be stored."""
        form = self.registry.forms.get(callback)
        if form is None:
            return {}
        turn = replace(await self._turn(ask), values=values)
        return await form.check(turn)

    async def options(
        self, ask: Ask, callback: str, field: str, typed: str, values: Mapping[str, str]
    ) -> Sequence[tuple[str, str]]:
        """What a select of a form offers: (value, text). Empty when it cannot be said."""
        form = self.registry.forms.get(callback)
        if form is None or form.options is None:
            return ()
        try:
            return await form.options(replace(await self._turn(ask), values=values), field, typed)
        except GrailError as error:
            log.warning("options.failed", field=field, error=str(error))
            return ()

    async def redraw(self, ask: Ask, callback: str, values: Mapping[str, str]) -> Mapping[str, Any] | None:
        """A form as it shall be with what is chosen in it; None: it stays as it is."""
        form = self.registry.forms.get(callback)
        if form is None or form.redraw is None:
            return None
        try:
            return await form.redraw(replace(await self._turn(ask), values=values))
        except GrailError as error:
            log.warning("redraw.failed", form=callback, error=str(error))
            return None

    async def _asked(self, ask: Ask) -> Reply:
        turn = await self._turn(ask)
        words = split(ask.text)
        command, rest = find(words or [Word("home")], self.registry.commands)
        understood = understand(command, rest, self._services.config())
        given = understood.given if isinstance(understood, Incomplete) else understood
        turn = replace(turn, given=given)
        changes = command.changes and not given.plan and not isinstance(understood, Incomplete)

        async def run() -> Reply:
            try:
                self._check_right(turn, command, somewhere=isinstance(understood, Incomplete))
            except NotAllowed as refusal:
                if command.otherwise is not None and refusal.code == "no-right":
                    refusal.offers = tuple(await command.otherwise(turn))
                raise
            if isinstance(understood, Incomplete):
                assert command.form is not None
                return await command.form(turn, understood)
            if changes:
                await self._refuse_when_paused(turn, command.word)
            return await command.run(turn)

        return await (self._audited(turn, command.word, ask.text, command.kind, run) if changes else run())

    def _check_right(self, turn: Turn, command: Command, *, somewhere: bool) -> None:
        """somewhere: words are still missing, so that any place will do to be asked for them."""
        if command.right is None:
            return
        config, place = self._services.config(), turn.given.environment
        for service in turn.given.services or (None,):
            if somewhere and (service is None or place is None):
                right = may_somewhere(config, turn.holder, command.right, service=service, now=turn.now)
            else:
                right = may_begin(
                    config, turn.holder, command.right, service=service, environment=place, now=turn.now
                )
            demand(right)

    async def _turn(self, ask: Ask) -> Turn:
        holder = await self._services.people.holder(ask.team, ask.user, proved=ask.how == "terminal")
        self._only_members(holder)
        return Turn(ask, holder, self._services, commands=self.registry.commands, now=self._clock.now())

    @staticmethod
    def _only_members(holder: Holder) -> None:
        if holder.kind == "unknown":
            raise NotAllowed(
                "Slack cannot say who you are right now, and I only work for full members.",
                code="cannot-say",
                hint="Try again in a minute.",
            )
        if holder.kind != "member":
            raise NotAllowed(
                "I only work for full members of this workspace.",
                code="not-a-member",
                hint="Ask somebody on the team to do it with you.",
            )

    async def _refuse_when_paused(self, turn: Turn, word: str) -> None:
        if word in WHILE_PAUSED or word.split(".")[-1] in WHILE_PAUSED:
            return
        paused = await self._services.people.paused()
        if paused is not None:
            since = duration(self._clock.now() - paused.since)
            raise Refusal(
                f"Everything was paused {since} ago by {paused.by}: {paused.reason}",
                code="paused",
                hint="`resume` ends it (admins, and whoever is on call).",
            )

    async def _guarded(self, ask: Ask, run: Callable[[Ask], Awaitable[Reply]]) -> Reply:
        try:
            return await run(ask)
        except Refusal as refusal:
            log.info("refused", code=refusal.code, text=ask.text[:200])
            return Reply(refused(refusal), outcome=f"refused: {refusal.code}")
        except OutsideUnavailable as error:
            log.warning("outside.unavailable", system=error.system, error=str(error))
            text = f":warning: {escape(str(error))} Nothing was changed; try again in a minute."
            return Reply(said(text), outcome="unavailable")
        except StoreUnavailable:
            raise
        except GrailError as error:
            log.error("failed", error=str(error))
            return Reply(broken(ask.request), outcome="failed")

    async def _audited(
        self, turn: Turn, word: str, what: str, kind: Kind, run: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """Do what changes something, and write down who did it, or who was refused it."""
        try:
            reply = await run()
        except Refusal as refusal:
            await recorded.refused(turn, word, what, refusal)
            raise
        await recorded.done(turn, word, what, reply.outcome, kind)
        return reply


__all__ = ["Given", "Router", "store_gone"]

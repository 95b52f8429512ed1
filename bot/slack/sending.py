"""One try to get one entry to Slack, and what follows from how it went.

Nothing here waits or repeats: a try ends in an outcome, and the outbox keeps it. Where an earlier try may have
counted without our knowing, the message is looked for first, by its mark. Only what one person sees for a moment
(ephemeral messages, answers to a response_url) cannot be looked for: after an unknown outcome it is sent again.
"""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog

from bot.clients.slack import Slack, SlackRateLimited, SlackRefused, SlackUnavailable
from bot.slack.looking import Looker
from bot.slack.outcomes import Again, GivenUp, Moved, Outcome, Sent
from bot.slack.packing import mark, variants
from bot.store.outbox import Flight, OutboxStore, Posted

log = structlog.get_logger()

GIVE_UP = 86_400  # seconds that an entry is tried while Slack does not answer
NO_CARD_TRIES = 60  # a second apart, that a line waits for a card that is posted anew
LOOK_AGAIN = 0.4  # seconds between two looks whether a card stands that makes an answer needless

REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"}
REFUSED_CHANNEL = {
    "not_in_channel", "channel_not_found", "is_archived", "restricted_action", "user_not_in_channel",
    "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "cannot_reply_to_message",
    "restricted_action_non_threadable_channel", "messages_tab_disabled", "is_inactive",
}  # fmt: skip
GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


class _Try:
    """What one try knows. doubt: a message of ours may stand in Slack without our knowing where."""

    def __init__(self, flight: Flight) -> None:
        self.flight = flight
        self.body: dict[str, Any] = orjson.loads(flight.body)
        self.doubt = flight.doubt
        self.writing = False


class Sending:
    def __init__(self, slack: Slack, store: OutboxStore) -> None:
        self._slack = slack
        self._store = store
        self._look = Looker(slack)
        self._kinds = {
            "card": self._card,
            "line": self._line,
            "say": self._say,
            "direct": self._say,
            "ephemeral": self._ephemeral,
            "respond": self._respond,
            "home": self._home,
            "file": self._file,
            "check": self._check,
        }

    async def send(self, flight: Flight, now: float) -> Outcome:
        kind = self._kinds.get(flight.kind)
        if kind is None:  # a newer version of Grail put it in: it will take it
            return Again(f"this version knows no {flight.kind}", after=5, order=False, counted=False)
        try:
            one = _Try(flight)
        except ValueError:
            return GivenUp("What was kept of it could not be read.")
        try:
            return await self._said_by_a_card(one, now) or await kind(one)
        except SlackRateLimited as error:
            return Again(str(error), error.retry_after, one.doubt, limited=error.method, counted=False)
        except SlackUnavailable as error:
            if now - float(flight.entry.get("since", now)) > GIVE_UP:
                return GivenUp(f"{error} It was tried for a day.")
            return Again(str(error), None, one.doubt or (error.reached and one.writing))
        except SlackRefused as error:
            return GivenUp(str(error))

    async def _said_by_a_card(self, one: _Try, now: float) -> Outcome | None:
        """Whether nothing has to be said, for a card says it where it was asked; or perhaps will, in a moment."""
        unless = one.body.get("unless")
        if not unless:
            return None
        stands = [await self._store.posted(card) for card in unless["cards"]]
        for card in stands:
            here = card is not None and card.channel == unless["channel"]
            if card and here and (card.ts == unless["message"] or float(card.ts) >= unless["since"]):
                return Sent(needless=True)
        if all(stands) or now >= unless["until"]:
            return None
        return Again("its card may say it", after=LOOK_AGAIN, order=False, counted=False)

    # --- what people see

    async def _card(self, one: _Try) -> Outcome:
        flight = one.flight
        if flight.posted is None:
            return await self._post(one, None)
        channel, ts = flight.posted.channel, flight.posted.ts
        try:
            await self._write(one, "chat.update", channel=channel, ts=ts, metadata=mark(flight.id))
        except SlackRefused as error:
            if error.error in GONE:
                return Moved(str(error), "card", channel, flight.hop, repost=True)
            raise
        return Sent(channel, ts)

    async def _line(self, one: _Try) -> Outcome:
        card = one.flight.posted
        if card is None:
            return self._without_card(one)
        return await self._post(one, card.ts)

    async def _say(self, one: _Try) -> Outcome:
        return await self._post(one, one.body.get("thread"))

    async def _ephemeral(self, one: _Try) -> Outcome:
        body = one.body
        try:
            await self._write(
                one,
                "chat.postEphemeral",
                channel=body["channel"],
                user=body["user"],
                thread_ts=body.get("thread"),
            )
        except SlackRefused as error:
            if error.error in REFUSED_CHANNEL:
                return Moved(str(error), "direct", "@" + body["user"], body=one.flight.body)
            raise
        return Sent()

    async def _respond(self, one: _Try) -> Outcome:
        body = one.body
        kind = {"replace_original": True} if body.get("replace") else {"response_type": "ephemeral"}
        try:
            await self._write(one, "", **kind)
        except SlackRefused as error:
            if body.get("channel") and body.get("user"):
                lane = f"to:{body['channel']}:{body['user']}"
                return Moved(str(error), "ephemeral", lane, body=one.flight.body)
            raise
        return Sent()

    async def _home(self, one: _Try) -> Outcome:
        await self._writing(one, "views.publish", user_id=one.body["user"], view=one.body["view"])
        return Sent()

    async def _file(self, one: _Try) -> Outcome:
        card, body = one.flight.posted, one.body
        if card is None:
            return self._without_card(one)
        if one.doubt:
            async for message in self._look.messages(card.channel, card.ts, one.flight.entry.get("first")):
                if any(file.get("name") == body["name"] for file in message.get("files") or ()):
                    return Sent(card.channel, str(message["ts"]), found=True)
            one.doubt = False
        content = str(body["content"]).encode()
        place = await self._slack.call(
            "files.getUploadURLExternal", filename=body["name"], length=len(content)
        )
        await self._slack.upload(place["upload_url"], content)
        await self._writing(
            one,
            "files.completeUploadExternal",
            files=[{"id": place["file_id"], "title": body["title"] or body["name"]}],
            channel_id=card.channel,
            thread_ts=card.ts,
            initial_comment=body["comment"] or None,
        )
        return Sent()

    async def _check(self, one: _Try) -> Outcome:
        """Some time after an unknown outcome: take away what arrived late, and say the latest once more."""
        body, card = one.body, one.flight.posted
        if body.get("view"):
            await self._writing(one, "views.publish", user_id=body["user"], view=body["view"])
        if body.get("channel") and body.get("mark"):
            keep = card.ts if card and body["of"] == "card" else body["ts"]
            for extra in await self._look.find(
                body["channel"], body.get("thread"), body["mark"], body["since"]
            ):
                if extra.ts != keep:
                    await self.delete(extra)
        if card and body["of"] == "card":
            await self._write(
                one, "chat.update", channel=card.channel, ts=card.ts, metadata=mark(body["mark"])
            )
        return Sent()

    async def delete(self, extra: Posted) -> None:
        """Take away a message that is one too many."""
        log.warning("A message was in Slack twice; one is taken away", channel=extra.channel, ts=extra.ts)
        try:
            await self._slack.call("chat.delete", channel=extra.channel, ts=extra.ts)
        except SlackRefused as error:
            if error.error != "message_not_found":
                raise

    # --- how it gets there

    async def _post(self, one: _Try, thread: str | None) -> Outcome:
        """Post to the lane's channel, once: after an unknown outcome it is looked for first."""
        flight = one.flight
        channel = flight.lane
        try:
            if channel.startswith("@"):
                opened = await self._slack.call("conversations.open", users=channel[1:])
                channel = str(opened["channel"]["id"])
            if one.doubt:
                known = await self._look.id_of(channel)
                first = flight.entry.get("first")
                found = await self._look.find(known, thread, flight.id, first) if known else []
                if found:
                    return Sent(found[0].channel, found[0].ts, posted=True, found=True)
                one.doubt = False
            answer = await self._write(
                one,
                "chat.postMessage",
                channel=channel,
                thread_ts=thread,
                metadata=mark(flight.id),
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackRefused as error:
            if error.error in REFUSED_CHANNEL:
                return self._elsewhere(one, error)
            raise
        return Sent(str(answer["channel"]), str(answer["ts"]), posted=True)

    def _elsewhere(self, one: _Try, error: SlackRefused) -> Outcome:
        flight = one.flight
        if flight.asked != flight.lane and flight.asked[:1] in "#@" and flight.kind != "line":
            return Moved(str(error), flight.kind, flight.asked, flight.hop, forget=flight.asked)
        for hop, other in enumerate(one.body.get("otherwise") or (), start=1):
            if hop > flight.hop and other not in (flight.lane, flight.asked):
                log.warning("A channel refuses; trying the next", channel=flight.lane, error=error.error)
                return Moved(str(error), flight.kind, other, hop)
        return GivenUp(str(error))

    def _without_card(self, one: _Try) -> Outcome:
        if one.flight.lane.startswith("wait:"):
            return GivenUp("The card that it belongs to was never posted.")
        # The card was deleted by somebody and is about to be posted anew.
        if one.flight.tries >= NO_CARD_TRIES:
            return GivenUp("The card that it belongs to no longer stands.")
        return Again("its card does not stand", after=1, order=False)

    async def _write(self, one: _Try, method: str, **where: Any) -> Mapping[str, Any]:
        """Say it with the best blocks that this workspace takes. An empty method is the response_url."""
        body = one.body
        base_only = body.get("base") is not None and await self._store.base_blocks_only()
        tries = variants(body, base_only)
        for blocks in tries:
            # An edit without blocks must take the old ones away.
            said = {"text": body["text"], "blocks": blocks if blocks or method == "chat.update" else None}
            try:
                answer = await self._writing(one, method, **where, **said)
            except SlackRefused as error:
                if error.error not in REFUSED_BLOCKS or blocks is tries[-1]:
                    raise
                log.warning(
                    "Slack refuses these blocks; trying plainer ones", id=one.flight.id, why=str(error)
                )
                continue
            if blocks is not tries[0] and blocks and not base_only:
                log.warning("This workspace takes base blocks only; remembered for a day")
                await self._store.remember_base_blocks()
            return answer
        raise AssertionError("the last variant is returned or raised")

    async def _writing(self, one: _Try, method: str, **arguments: Any) -> Mapping[str, Any]:
        """A call after which, if it fails without an answer, something of ours may stand in Slack."""
        one.writing = True
        if not method:
            await self._slack.respond(one.body["url"], {k: v for k, v in arguments.items() if v is not None})
            answer: Mapping[str, Any] = {}
        elif method == "chat.postEphemeral":  # cannot be looked for: better be patient than say it twice
            answer = await self._slack.call_patiently(method, **arguments)
        else:
            answer = await self._slack.call(method, **arguments)
        one.writing = False
        return answer

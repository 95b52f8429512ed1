"""`grail do "…"`: the same grammar, rights and audit from a terminal, for when Slack is down.

Who asks is said by a person's token, which that person got from Grail; only its hash is kept.
"""

import asyncio
import re
from dataclasses import dataclass
from uuid import uuid4

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.services.people import People
from bot.slack import Ask, Reply
from bot.slack.effects import Effects
from bot.slack.router import Router
from bot.slack.views.refusal import store_gone

ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """An HTTP status and what the terminal shows."""

    status: int
    text: str


class Terminal:
    """effects: carries out what a reply does besides answering."""

    def __init__(self, router: Router, people: People, clock: Clock, *, effects: Effects) -> None:
        self._router = router
        self._effects = effects
        self._people = people
        self._clock = clock

    async def do(self, token: str, text: str) -> Answer:
        """Carry out one line. 401 for a token that nobody holds, 409 when it is refused or words are missing, 502 when
        another system does not answer, 503 when Redis is gone.
        """
        try:
            who = await self._people.by_token(token) if token else None
            if who is None:
                return Answer(401, "This token is nobody's: ask me in Slack for one with `whoami token`.\n")
            id = f"terminal:{uuid4()}"
            ask = Ask(id, "terminal", who.team_id, who.user_id, text.strip(), request=uuid4().hex[:12])
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = await self._router.ask(ask)
            await self._effects.of(id, reply)
        except StoreUnavailable:
            return Answer(503, store_gone().text + "\n")
        except TimeoutError:
            return Answer(504, "That took too long. It may still happen: look at `status`.\n")
        return Answer(_status(reply), plain(reply) + "\n")


def _status(reply: Reply) -> int:
    """Whoever waits for it in a script has to see that nothing was done."""
    if reply.outcome.startswith("refused") or reply.form is not None:
        return 409
    return {"unavailable": 502, "failed": 500}.get(reply.outcome, 200)


def plain(reply: Reply) -> str:
    """A reply as a terminal can show it: the words of its sections, without Slack's marks."""
    if reply.file is not None:
        return reply.file.content.rstrip("\n")
    message = reply.message
    lines: list[str] = []
    for block in message.base_blocks or message.blocks:
        if isinstance(found := block.get("text"), dict):
            lines.append(str(found.get("text", "")))
        lines += [
            str(part.get("text", ""))
            for part in block.get("elements", ())
            if isinstance(part.get("text"), str)
        ]
    text = "\n".join(lines) or message.text
    text = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<[@#!]?([^|>]*)\|([^>]*)>", r"\2", text)
    text = re.sub(r":[a-z0-9_+-]+: ?", "", text).replace("*", "").replace("`", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

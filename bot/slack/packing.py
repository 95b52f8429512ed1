"""A message as the outbox keeps it and as Slack takes it: within Slack's limits, with our mark on it.

The mark is Slack's message metadata. By it a message is found again when nobody knows whether Slack took it.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from bot.slack import Block, Message

CARD_EVENT = "grail_card"
MESSAGE_EVENT = "grail_message"
TEXT_LIMIT = 3_000  # characters; an edit with more than 4,000 is refused, and nobody reads that many
BLOCKS_LIMIT = 50


def pack(message: Message, **more: Any) -> str:
    """A message, cut to Slack's limits, and what belongs to it, as JSON."""
    base = None if message.base_blocks is None else _fitting(message.base_blocks)
    return orjson.dumps(
        {"text": cut(message.text), "blocks": _fitting(message.blocks), "base": base, **more}
    ).decode()


def variants(body: dict[str, Any], base_only: bool) -> list[list[Block]]:
    """The blocks to try, best first. Text alone is the last: it cannot be refused for its blocks."""
    full, base = body.get("blocks") or [], body.get("base")
    tried = [base if base_only and base is not None else full]
    if base is not None and base not in tried:
        tried.append(base)
    if [] not in tried:
        tried.append([])
    return tried


def mark(id: str) -> dict[str, Any]:
    """The metadata of the entry `id` ("card:deploy:d-12", "say:…")."""
    kind, _, name = id.partition(":")
    if kind == "card":
        return {"event_type": CARD_EVENT, "event_payload": {"card": name}}
    return {"event_type": MESSAGE_EVENT, "event_payload": {"id": id}}


def marked(message: dict[str, Any], id: str) -> bool:
    """Whether this message, as conversations.history gives it, is the entry `id`."""
    found, wanted = message.get("metadata") or {}, mark(id)
    return all(found.get(name) == wanted[name] for name in wanted)


def cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


def _fitting(blocks: Sequence[Block]) -> list[Block]:
    if len(blocks) <= BLOCKS_LIMIT:
        return list(blocks)
    left = len(blocks) - BLOCKS_LIMIT + 1
    note = {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": f"… and {left} more that do not fit here."}],
    }
    return [*blocks[: BLOCKS_LIMIT - 1], note]

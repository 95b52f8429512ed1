"""What the stories say again and again."""

from typing import Any

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import LONG
from tests.fixtures.workspace import DANA, Workspace

Json = dict[str, Any]


def cards(messages: list[Json]) -> list[Json]:
    """The deploy cards among messages: what stands at top level and names a service and where it goes."""
    return [m for m in messages if "→" in m["text"] and m.get("thread_ts", m["ts"]) == m["ts"]]


async def held(workspace: Workspace, grail: GrailProcess, place: str = "#storefront") -> None:
    """Dana deploys shop to staging, the first deploy of all, and it stands at the gate."""
    grail.shut_gate()
    await workspace.type(DANA, place, "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1"])


async def card_says(workspace: Workspace, place: str, word: str, *, within: float = LONG) -> Json:
    """The newest card of that place, as soon as it says this."""
    found = await workspace.wait_for(place, lambda ms: word in cards(ms)[-1]["text"], within=within)
    return cards(found)[-1]


async def thread_of(workspace: Workspace, place: str, card: Json) -> list[str]:
    """What stands in a card's thread, oldest first."""
    messages = await workspace.messages(place)
    return [m["text"] for m in messages if m.get("thread_ts") == card["ts"] and m["ts"] != card["ts"]]


async def told(workspace: Workspace, who: str, place: str, word: str, *, within: float = LONG) -> str:
    """The first message that only this person sees there and that holds this word; its whole words."""

    def holds(messages: list[Json]) -> Json:
        return next(m for m in messages if m.get("ephemeral_to") and word in words_of(m))

    found = await workspace.wait_for(place, holds, within=within, as_=who)
    return words_of(holds(found))


async def refused(workspace: Workspace, who: str, place: str, word: str) -> Json:
    """The message that only this person sees there and that holds this word, to press what it offers."""
    await told(workspace, who, place, word)
    messages = await workspace.messages(place, as_=who)
    return next(m for m in messages if m.get("ephemeral_to") and word in words_of(m))


def words_of(message: Json) -> str:
    """All that a person reads in a message."""
    parts = [message.get("text", "")]
    for block in message.get("blocks", ()):
        text = block.get("text")
        parts.append(text.get("text", "") if isinstance(text, dict) else "")
        parts += [e.get("text", "") for e in block.get("elements", ()) if isinstance(e.get("text"), str)]
    return "\n".join(part for part in parts if part)

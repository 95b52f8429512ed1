"""A third party's Bolt app, in three libraries and over both ways, runs here as it does at Slack.

Nothing in the apps knows of the workspace but the API's address. They lie beside this file.
"""

from pathlib import Path
from typing import Any

import pytest

from .harness import Person, person_with

DANA = "dana@example.com"
HERE = "#general"


@pytest.mark.parametrize("mode", ["http", "socket"])
@pytest.mark.parametrize("language", ["python", "python_async", "javascript"])
async def test_a_third_partys_bolt_app_runs_unchanged(language: str, mode: str, tmp_path: Path) -> None:
    async with person_with(language, mode, tmp_path, DANA) as dana:
        # a command: acknowledged, answered through respond(), and a message with buttons
        typed = await dana.does("type", **{"in": HERE, "text": "/ask why not"})
        assert typed["ack"]["status"] == 200
        answer = await dana.sees_text(HERE, "You asked: why not")
        assert answer["ephemeral_to"]
        question = await dana.sees_text(HERE, "May I?")
        assert question["metadata"] == {"event_type": "asked", "event_payload": {"words": "why not"}}

        # a press, a file, and the message edited in place
        where = {"in": HERE, "message": question["ts"]}
        await dana.does("press", **where, action="log")
        with_file = await dana.sees(HERE, lambda message: bool(message.get("files")))
        assert with_file["thread_ts"] == question["ts"]
        assert with_file["files"][0]["title"] == "The log"
        me = answer["ephemeral_to"]
        pressed = await dana.does("press", **where, action="yes")
        assert pressed["ack"]["status"] == 200
        edited = await dana.sees_text(HERE, f"<@{me}> said yes to 42")
        assert edited["ts"] == question["ts"]
        assert edited["edited"]
        thanks = await dana.sees_text(HERE, "Thank you.")
        assert thanks["ephemeral_to"] == me

        # a modal: look-up, a refusal, a success
        await dana.does("type", **{"in": HERE, "text": "/ask again"})
        question = await dana.sees(HERE, lambda message: _asks(message, "again"))
        where = {"in": HERE, "message": question["ts"]}
        view = await _form(dana, where)
        found = await dana.does("options", view=view, action_id="pick", query="ap")
        assert [option["value"] for option in found["ack"]["body"]["options"]] == ["Apple", "Apricot"]
        values = {"fruit": {"pick": "Apricot"}, "why": {"reason": "so"}}
        refused = await dana.tries("submit", view=view, values=values)
        assert refused["ack"]["status"] == 200
        assert refused["errors"] == {"why": "Say a little more."}
        assert [each["id"] for each in await _open(dana)] == [view]
        values["why"]["reason"] = "it is sweet"
        taken = await dana.does("submit", view=view, values=values)
        assert not taken.get("errors")
        await dana.sees_text(HERE, f"<@{me}> took Apricot: it is sweet")
        assert await _open(dana) == []

        # a modal that is closed
        view = await _form(dana, where)
        await dana.does("close", view=view)
        await dana.sees_text(HERE, "Nothing was taken.")
        assert await _open(dana) == []

        # a mention, answered in its thread, and the Home tab
        said = await dana.does("type", **{"in": HERE, "text": "@Grail are you there"})
        reply = await dana.sees_text(HERE, "You called: are you there")
        assert reply["thread_ts"] == said["ts"]
        await dana.does("open_home")
        home = await dana.sees_home()
        assert home["blocks"][0]["text"]["text"] == "Welcome home"

        # told to come again: what is said meanwhile waits for it
        if mode == "socket":
            await dana.does("disconnect")
            said = await dana.does("type", **{"in": HERE, "text": "@Grail still there"})
            reply = await dana.sees_text(HERE, "You called: still there")
            assert reply["thread_ts"] == said["ts"]
        assert (await dana.asks("violations"))["violations"] == []


def _asks(message: dict[str, Any], words: str) -> bool:
    asked: bool = message.get("metadata", {}).get("event_payload", {}).get("words") == words
    return asked


async def _open(dana: Person) -> list[dict[str, Any]]:
    views: list[dict[str, Any]] = (await dana.asks("views", **{"as": DANA}))["views"]
    return views


async def _form(dana: Person, where: dict[str, str]) -> str:
    """Presses the button that opens the modal; answers the view's id once it is there."""
    await dana.does("press", **where, action="form")
    return str((await dana.sees_modal())["id"])

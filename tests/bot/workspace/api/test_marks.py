"""Reactions and pins."""

from tests.bot.workspace.inside import Workspace


async def test_a_reaction_is_added_once_and_taken_away(workspace: Workspace) -> None:
    posted = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "hi"})
    mark = {"channel": posted["channel"], "timestamp": posted["ts"], "name": "eyes"}
    assert (await workspace.api("reactions.add", mark))["ok"]
    assert (await workspace.api("reactions.add", mark))["error"] == "already_reacted"
    (message,) = await workspace.messages("#ops")
    assert message["reactions"] == [{"name": "eyes", "users": [message["user"]], "count": 1}]
    assert (await workspace.api("reactions.get", mark))["message"]["reactions"] == message["reactions"]
    assert (await workspace.api("reactions.remove", mark))["ok"]
    assert (await workspace.api("reactions.remove", mark))["error"] == "no_reaction"
    missing = mark | {"timestamp": "1.000001"}
    assert (await workspace.api("reactions.add", missing))["error"] == "message_not_found"


async def test_a_message_is_pinned_once(workspace: Workspace) -> None:
    posted = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "hi"})
    mark = {"channel": posted["channel"], "timestamp": posted["ts"]}
    assert (await workspace.api("pins.add", mark))["ok"]
    assert (await workspace.api("pins.add", mark))["error"] == "already_pinned"
    assert (await workspace.api("pins.remove", mark))["ok"]
    assert (await workspace.api("pins.remove", mark))["error"] == "no_pin"

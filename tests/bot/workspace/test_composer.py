"""What comes of what people type."""

import asyncio
from pathlib import Path

import pytest

from bot.workspace import Command, Settings
from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, OMAR, SAM


@pytest.fixture
def workspace_settings(clock_file: Path) -> Settings:
    commands = (Command("/grail"), Command("/raw", should_escape=False))
    return Settings(clock_file=clock_file, commands=commands)


async def test_a_command_says_who_where_and_what(workspace: Workspace, app: App) -> None:
    typed = await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    assert typed["ack"] == {"status": 200, "ms": typed["ack"]["ms"], "body": None}
    (command,) = app.of("/grail")
    state = await workspace.state()
    dana = next(user for user in state["users"] if user["email"] == DANA)
    assert (command["user_id"], command["user_name"]) == (dana["id"], "dana")
    assert (command["channel_name"], command["team_domain"]) == ("storefront", "acme")
    assert command["response_url"].startswith(workspace.url)
    assert command["trigger_id"]


async def test_names_in_a_command_are_escaped_as_slack_does(workspace: Workspace, app: App) -> None:
    state = await workspace.state()
    ids = {user["name"]: user["id"] for user in state["users"]}
    ops = next(channel["id"] for channel in state["channels"] if channel["name"] == "ops")
    await workspace.type(DANA, "#storefront", "/grail ask @omar in #ops about <a> & https://a.example/b?c=1.")
    assert app.of("/grail")[0]["text"] == (
        f"ask <@{ids['omar']}|omar> in <#{ops}|ops> about &lt;a&gt; &amp; <https://a.example/b?c=1>."
    )
    await workspace.type(DANA, "#storefront", "/raw ask @omar & you")
    assert app.of("/raw")[0]["text"] == "ask @omar &amp; you"


async def test_a_command_that_is_not_registered_is_explained_to_the_person(
    workspace: Workspace, app: App
) -> None:
    refused = await workspace.type(DANA, "#storefront", "/nothing")
    assert not refused["ok"]
    (private,) = await workspace.messages("#storefront")
    assert private["text"].startswith("/nothing is not a valid command.")
    assert (private["user"], app.got) == ("USLACKBOT", [])


async def test_commands_do_not_work_in_threads(workspace: Workspace, app: App) -> None:
    root = await workspace.type(DANA, "#storefront", "hello")
    refused = await workspace.type(DANA, "#storefront", "/grail help", thread=root["ts"])
    assert refused["error"] == "/grail is not supported in threads. Sorry!"
    assert app.of("/grail") == []


@pytest.mark.parametrize("way", ["refused", "gone"])
async def test_a_command_that_the_app_does_not_take_fails_before_the_person(
    workspace: Workspace, app: App, way: str
) -> None:
    app.answers["/grail"] = 404
    if way == "gone":
        workspace.app_at("http://127.0.0.1:9/")
    typed = await workspace.type(DANA, "#storefront", "/grail help")
    assert (typed["ok"], typed["error"]) == (False, "dispatch_failed")
    assert typed["ack"]["status"] == (404 if way == "refused" else None)
    (private,) = await workspace.messages("#storefront", as_=DANA)
    assert private["text"] == '/grail failed with the error "dispatch_failed"'


async def test_after_three_seconds_the_person_sees_operation_timeout(workspace: Workspace, app: App) -> None:
    app.asleep.clear()
    typed = await workspace.type(DANA, "#storefront", "/grail help")
    assert (typed["error"], typed["ack"]["status"]) == ("operation_timeout", None)
    (private,) = await workspace.messages("#storefront")
    assert private["text"] == '/grail failed with the error "operation_timeout"'


async def test_the_body_of_the_acknowledgement_is_an_answer(workspace: Workspace, app: App) -> None:
    app.answers["/grail"] = "Hello Dana"
    await workspace.type(DANA, "#storefront", "/grail help")
    app.answers["/grail"] = {"response_type": "in_channel", "text": "Hello all"}
    await workspace.type(DANA, "#storefront", "/grail help me")
    private, command, public = await workspace.messages("#storefront")
    assert (private["text"], bool(private["ephemeral_to"])) == ("Hello Dana", True)
    assert command["text"] == "/grail help me"
    assert public["text"] == "Hello all"
    assert "ephemeral_to" not in public


async def test_a_stranger_comes_from_a_team_of_their_own(workspace: Workspace, app: App) -> None:
    await workspace.type(SAM, "#storefront", "/grail help")
    (command,) = app.of("/grail")
    assert (command["team_id"], command["team_domain"]) == ("T0STRANGER0", "stranger")


async def test_who_is_not_there_cannot_speak_there(workspace: Workspace) -> None:
    refused = await workspace.type(DANA, "#secret", "hello")
    assert refused["error"] == "dana is not in #secret."
    refused = await workspace.type("nobody@example.com", "#ops", "hello")
    assert refused["error"] == (
        "There is no person 'nobody@example.com' here: use an e-mail such as dana@example.com."
    )
    refused = await workspace.type(DANA, "#nowhere", "hello")
    assert refused["error"] == "There is no channel '#nowhere' here: use a name such as #ops, or @person."
    refused = await workspace.act("type", {"as": DANA, "in": "#ops"})
    assert refused["error"] == "'text' is missing: what is typed."
    refused = await workspace.type(DANA, "#ops", "hello", thread="1.000001")
    assert refused["error"] == "There is no message '1.000001' in this channel to answer in a thread."


async def test_two_people_type_at_the_same_time(workspace: Workspace, app: App) -> None:
    both = await asyncio.gather(
        workspace.type(DANA, "#ops", "/grail status"), workspace.type(OMAR, "#ops", "/grail status")
    )
    assert [one["ok"] for one in both] == [True, True]
    assert {command["user_name"] for command in app.of("/grail")} == {"dana", "omar"}

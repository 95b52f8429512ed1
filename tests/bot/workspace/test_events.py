"""Events reach the app at once, and again after 1 s, 1 min and 5 min by the workspace's clock."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

from aiohttp import web

from bot.workspace import Settings
from tests.bot.workspace.app import App, running
from tests.bot.workspace.inside import Workspace, served
from tests.fixtures.workspace import DANA, SAM


async def test_a_message_and_a_mention_are_two_events(workspace: Workspace, app: App) -> None:
    typed = await workspace.type(DANA, "#storefront", "@Grail can I deploy?")
    assert typed["ack"]["status"] == 200
    await workspace.wait_until(lambda: len(app.got) == 2)
    me = (await workspace.state())["app"]["user_id"]
    (message,) = app.of("message")
    (mention,) = app.of("app_mention")
    assert message["event"]["text"] == mention["event"]["text"] == f"<@{me}> can I deploy?"
    assert message["event"]["ts"] == mention["event"]["ts"] == typed["ts"]
    assert (message["event"]["channel_type"], message["type"]) == ("channel", "event_callback")
    assert message["event_id"] != mention["event_id"]
    assert message["authorizations"][0]["user_id"] == me


async def test_a_direct_message_is_of_type_im_and_no_mention(workspace: Workspace, app: App) -> None:
    await workspace.type(DANA, "@Grail", "@Grail help")
    await workspace.type(DANA, "@devi", "between us")
    assert [kind for kind, _, _ in app.got] == ["message"]
    event = app.of("message")[0]["event"]
    assert event["channel_type"] == "im"
    assert event["channel"].startswith("D")


async def test_what_is_said_where_the_app_is_not_stays_there(workspace: Workspace, app: App) -> None:
    await workspace.type("mia@example.com", "#secret", "@Grail")
    assert app.got == []


def more_than(app: App, number: int) -> bool:
    return len(app.got) > number


async def test_an_event_comes_again_three_times_as_the_clock_moves(workspace: Workspace, app: App) -> None:
    app.answers["message"] = 500
    await workspace.type(DANA, "#storefront", "hello")
    for times, forward in ((2, 1), (3, 60), (4, 300)):
        assert len(app.got) == times - 1
        await workspace.clock(forward=forward)
        await workspace.wait_until(partial(more_than, app, times - 1))
    numbers = [headers.get("X-Slack-Retry-Num") for headers in app.headers("message")]
    assert numbers == [None, "1", "2", "3"]
    assert app.headers("message")[1]["X-Slack-Retry-Reason"] == "http_error"
    assert len({payload["event_id"] for payload in app.of("message")}) == 1
    await workspace.clock(forward=3_600)
    await workspace.type(DANA, "#storefront", "another")
    assert len(app.got) == 5, "after the third retry an event is given up"


async def test_an_app_can_ask_for_no_retry(workspace: Workspace, app: App) -> None:
    app.answers["message"] = lambda payload: web.Response(status=503, headers={"X-Slack-No-Retry": "1"})
    await workspace.type(DANA, "#storefront", "hello")
    await workspace.clock(forward=600)
    del app.answers["message"]
    await workspace.type(DANA, "#storefront", "another")
    assert [payload["event"]["text"] for payload in app.of("message")] == ["hello", "another"]


async def test_an_event_that_was_taken_the_second_time_rests(workspace: Workspace, app: App) -> None:
    app.answers["message"] = 503
    await workspace.type(DANA, "#storefront", "hello")
    del app.answers["message"]
    await workspace.clock(forward=1)
    await workspace.wait_until(lambda: len(app.got) == 2)
    await workspace.clock(forward=600)
    await workspace.type(DANA, "#storefront", "done")
    assert len(app.got) == 3


async def test_what_was_not_delivered_is_delivered_after_a_restart(clock_file: Path, tmp_path: Path) -> None:
    settings = Settings(clock_file=clock_file, state=tmp_path / "state.jsonl")
    async with served(replace(settings, app_url="http://127.0.0.1:9/nobody")) as workspace:
        await workspace.type(DANA, "#storefront", "hello")
    async with (
        running(settings.signing_secret) as app,
        served(replace(settings, app_url=app.url)) as workspace,
    ):
        await workspace.clock(forward=1)
        await workspace.wait_until(lambda: len(app.of("message")) == 1)
        assert app.headers("message")[0]["X-Slack-Retry-Reason"] == "connection_failed"


async def test_the_workspace_ends_also_in_the_moment_when_an_event_is_said() -> None:
    settings = Settings(app_url="http://127.0.0.1:9/nobody")
    for steps in range(4):
        async with served(settings) as workspace:
            await workspace.type(DANA, "#storefront", "something to send again")
            events = workspace.server.core.events
            events.moved()
            for _ in range(steps):
                await asyncio.sleep(0)
            async with asyncio.timeout(30):
                await events.stop()


async def test_the_home_tab_is_opened(workspace: Workspace, app: App) -> None:
    user = (await workspace.state())["users"][0]
    await workspace.open_home(user["email"])
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    assert (await workspace.api("views.publish", {"user_id": user["id"], "view": view}))["ok"]
    await workspace.open_home(user["email"])
    first, second = (payload["event"] for payload in app.of("app_home_opened"))
    assert (first["tab"], first["user"]) == ("home", user["id"])
    assert "view" not in first
    home = await workspace.home(user["email"])
    assert home is not None
    assert second["view"]["id"] == home["id"]


async def test_what_strangers_say_is_marked(workspace: Workspace, app: App) -> None:
    await workspace.type(SAM, "#storefront", "hello")
    event = app.of("message")[0]["event"]
    assert event["team"] == event["user_team"] == event["source_team"] == "T0STRANGER0"


async def test_what_is_sent_again_is_what_was_sent(workspace: Workspace, app: App) -> None:
    posted = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "one"})
    await workspace.wait_until(lambda: app.of("message"))
    mark = {"channel": posted["channel"], "timestamp": posted["ts"], "name": "eyes"}
    await workspace.api("reactions.add", mark)
    await workspace.redeliver(app.of("message")[0]["event_id"])
    first, again = app.of("message")
    assert first == again


async def test_any_delivery_can_be_sent_again_in_copies(workspace: Workspace, app: App) -> None:
    typed = await workspace.type(DANA, "#storefront", "/grail status")
    again = await workspace.redeliver(typed["id"], copies=3)
    assert (again["ok"], len(again["acks"]), len(app.of("/grail"))) == (True, 3, 4)
    assert len({payload["trigger_id"] for payload in app.of("/grail")}) == 1
    await workspace.type(DANA, "#storefront", "hello")
    assert (await workspace.redeliver(app.of("/grail")[0]["trigger_id"]))["ok"]
    assert len(app.of("/grail")) == 5
    event_id = app.of("message")[0]["event_id"]
    await workspace.redeliver(event_id)
    assert app.headers("message")[1]["X-Slack-Retry-Num"] == "1"
    unknown = await workspace.redeliver("Ev404")
    assert unknown["error"] == (
        "Nothing with the id 'Ev404' was delivered: take the id that /control answered, or an event_id."
    )

"""What a program at /control or at the Web API gets wrong is answered in words, as JSON."""

from typing import Any

import aiohttp
import pytest

from tests.bot.workspace.app import App
from tests.fixtures.workspace import DANA, Workspace


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/control/type", 405),
        ("POST", "/control/messages", 404),
        ("GET", "/control/a/b", 404),
        ("PUT", "/api/auth.test", 405),
    ],
)
async def test_an_address_that_is_none_is_answered_as_json(
    workspace: Workspace, verb: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {workspace.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            verb, workspace.url + path, headers=headers, json={} if verb == "POST" else None
        ) as answer,
    ):
        assert answer.status == status
        body = await answer.json()
    assert (body["ok"], body["ack"]) == (False, None)
    assert body["error"] in (f"There is nothing at {verb} {path}.", f"There is no {path}.")


@pytest.mark.parametrize("nobody", ["", " ", "@", "U404", "nobody@example.com", 5, None, ["dana"]])
async def test_who_is_not_known_does_nothing(workspace: Workspace, app: App, nobody: Any) -> None:
    answer = await workspace.act("type", {"as": nobody, "in": "#ops", "text": "hello"})
    assert answer["error"] in (
        "'as' is missing: an e-mail.",
        f"There is no person {nobody!r} here: use an e-mail such as dana@example.com.",
    )
    assert app.got == []


async def test_nothing_is_not_sent(workspace: Workspace, app: App) -> None:
    answer = await workspace.type(DANA, "#ops", " \n ")
    assert answer["error"] == "There is nothing to send: type something."
    assert app.got == []


async def test_a_command_ends_at_a_new_line_too(workspace: Workspace, app: App) -> None:
    await workspace.type(DANA, "#ops", "/grail\nhelp\ndeploy")
    assert app.of("/grail")[0]["text"] == "help\ndeploy"


@pytest.mark.parametrize("forward", [1e300, -1e11, 10**15])
async def test_time_stays_where_calendars_reach(workspace: Workspace, forward: float) -> None:
    answer = await workspace.act("clock", {"forward": forward})
    assert answer["error"] == "Time cannot be moved that far: stay between the years 1970 and 9999."
    assert (await workspace.type(DANA, "#ops", "hello"))["ok"]


@pytest.mark.parametrize(
    ("weather", "sentence"),
    [
        ({"old_blocks": "x"}, "'old_blocks' is true or false."),
        ({"methods": [1]}, "'methods' is a list of method names, or null for all of them."),
    ],
)
async def test_weather_of_a_wrong_kind_is_refused(
    workspace: Workspace, weather: dict[str, Any], sentence: str
) -> None:
    assert (await workspace.act("weather", {"system": "slack", **weather}))["error"] == sentence


async def test_the_blocks_that_come_with_a_file_are_judged_too(workspace: Workspace) -> None:
    workspace.expect_violations()
    given = await workspace.api("files.getUploadURLExternal", {"filename": "a.txt", "length": 2})
    async with (
        aiohttp.ClientSession() as session,
        session.post(given["upload_url"], data=b"hi", headers={"Content-Type": "text/plain"}) as sent,
    ):
        assert sent.status == 200
    wrong = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    said = {"files": [{"id": given["file_id"]}], "channel_id": "C0OPS000000", "blocks": wrong}
    answer = await workspace.api("files.completeUploadExternal", said)
    assert answer["error"] == "invalid_blocks"
    assert [fault["path"] for fault in await workspace.violations()][-1] == "/blocks/0/text/text"


@pytest.mark.parametrize("place", ["@Grail", "@dana", "@dana@example.com", DANA, "U0DANA00000"])
async def test_what_the_app_and_a_person_say_to_each_other_is_read_by_either_name(
    workspace: Workspace, app: App, place: str
) -> None:
    await workspace.type(DANA, "@Grail", "hello")
    assert [message["text"] for message in await workspace.messages(place, as_=DANA)] == ["hello"]
    if place != "@Grail":
        assert [message["text"] for message in await workspace.messages(place)] == ["hello"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "There is no channel '' here: use a name such as #ops, or @person."),
        ({"in": "#nowhere"}, "There is no channel '#nowhere' here: use a name such as #ops, or @person."),
        ({"in": "@nobody"}, "There is no person '@nobody' here: use an e-mail such as dana@example.com."),
        ({"in": "@grail"}, 'Whose direct messages with @grail? Say it with "as".'),
        ({"in": "#secret", "as": DANA}, "dana is not in #secret."),
    ],
)
async def test_what_cannot_be_read_is_said(
    workspace: Workspace, query: dict[str, str], sentence: str
) -> None:
    headers = {"Authorization": f"Bearer {workspace.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{workspace.url}/control/messages", params=query) as answer,
    ):
        assert answer.status in (400, 403)
        assert await answer.json() == {"ok": False, "error": sentence}

"""Bad weather at every call, and that it passes."""

from typing import Any

import aiohttp
import pytest

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, Json


async def status(workspace: Workspace, method: str = "chat.postMessage") -> tuple[int, Json, str | None]:
    headers = {"Authorization": f"Bearer {workspace.settings.bot_token}"}
    said = {"channel": "#ops", "text": "hi"}
    url = f"{workspace.api_url}{method}"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=said) as answer:
        return answer.status, await answer.json(), answer.headers.get("Retry-After")


async def test_a_failing_slack_answers_500_and_does_nothing(workspace: Workspace) -> None:
    await workspace.weather(failing=True)
    assert (await status(workspace))[0] == 500
    assert await workspace.messages("#ops") == []
    await workspace.weather(failing=False)
    assert (await status(workspace))[0] == 200


async def test_a_failing_slack_may_have_done_it_after_all(workspace: Workspace) -> None:
    await workspace.weather(failing="after", times=1)
    assert (await status(workspace))[0] == 500
    assert len(await workspace.messages("#ops")) == 1
    assert (await status(workspace))[0] == 200
    assert (await workspace.state())["weather"]["slack"] == {}


@pytest.mark.parametrize(("how", "posted"), [(True, 0), ("after", 1)])
async def test_a_slack_that_is_down_cuts_the_connection(workspace: Workspace, how: Any, posted: int) -> None:
    await workspace.weather(down=how)
    with pytest.raises(aiohttp.ClientError):
        await status(workspace)
    assert len(await workspace.messages("#ops")) == posted


async def test_rate_limits_say_how_long(workspace: Workspace) -> None:
    await workspace.weather(rate_limited=30)
    code, body, after = await status(workspace)
    assert (code, body, after) == (429, {"ok": False, "error": "ratelimited"}, "30")


async def test_only_the_named_methods_are_struck_and_only_so_often(workspace: Workspace) -> None:
    await workspace.weather(failing=True, methods=["chat.postMessage"], times=2)
    assert (await status(workspace, "auth.test"))[0] == 200
    assert [(await status(workspace))[0] for _ in range(3)] == [500, 500, 200]


async def test_an_old_workspace_knows_base_blocks_only_and_that_is_no_fault_of_the_app(
    workspace: Workspace,
) -> None:
    plan: Json = {"type": "plan", "title": "Deploy", "tasks": []}
    plan["tasks"] = [{"type": "task_card", "task_id": "1", "title": "Prepare", "status": "pending"}]
    said = {"channel": "#ops", "text": "hi", "blocks": [plan]}
    assert (await workspace.api("chat.postMessage", said))["ok"]
    await workspace.weather(old_blocks=True)
    refused = await workspace.api("chat.postMessage", said)
    assert refused["error"] == "invalid_blocks"
    assert await workspace.violations() == []


async def test_response_urls_meet_the_weather_too(workspace: Workspace, app: App) -> None:
    await workspace.type(DANA, "#ops", "/grail")
    await workspace.weather(failing=True)
    url = app.of("/grail")[0]["response_url"]
    async with aiohttp.ClientSession() as session, session.post(url, json={"text": "hi"}) as answer:
        assert answer.status == 500


async def test_slow_weather_comes_late(workspace: Workspace) -> None:
    await workspace.weather(slow=0.05)
    assert (await status(workspace))[0] == 200


async def test_the_weather_of_other_systems_is_kept_for_them(workspace: Workspace) -> None:
    answer = await workspace.weather("pagerduty", down=True, slow=3)
    assert answer["weather"]["pagerduty"] == {"down": True, "slow": 3}
    await workspace.weather("pagerduty", down=False)
    assert (await workspace.state())["weather"]["pagerduty"] == {"slow": 3}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, 'Say whose weather: {"system": "slack", …}.'),
        (
            {"system": "slack", "rain": True},
            "There is no weather called 'rain': "
            "there is slow, rate_limited, failing, down, answers, old_blocks, methods, times.",
        ),
        ({"system": "slack", "slow": "very"}, "'slow' is true, false or a number of at least 0."),
        ({"system": "slack", "down": "soon"}, "'down' is true, false or \"after\"."),
        (
            {"system": "slack", "methods": "all"},
            "'methods' is a list of method names, or null for all of them.",
        ),
    ],
)
async def test_weather_that_cannot_be_is_refused(workspace: Workspace, asked: Json, sentence: str) -> None:
    assert (await workspace.act("weather", asked))["error"] == sentence

"""Whichever way a client sends its arguments, they mean the same; and who may call what, how often."""

import json
from typing import Any

import aiohttp
import pytest

from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import Json

PLACE = "C0STOREFRON"
BLOCKS: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]


async def call(workspace: Workspace, method: str, *, token: str | None = None, **how: Any) -> Json:
    headers = how.pop("headers", {})
    if token != "":
        headers["Authorization"] = f"Bearer {token or workspace.settings.bot_token}"
    verb = how.pop("verb", "POST")
    url = f"{workspace.api_url}{method}"
    async with aiohttp.ClientSession(headers=headers) as session, session.request(verb, url, **how) as answer:
        body: Json = await answer.json()
        return body | {"_status": answer.status, "_headers": dict(answer.headers)}


async def where(workspace: Workspace) -> str:
    return next(str(c["id"]) for c in (await workspace.state())["channels"] if c["name"] == "storefront")


@pytest.mark.parametrize("way", ["json", "form", "query", "multipart"])
async def test_the_same_message_is_posted_whichever_way_it_comes(workspace: Workspace, way: str) -> None:
    place = await where(workspace)
    flat = {"channel": place, "text": "hi", "blocks": json.dumps(BLOCKS)}
    ways: dict[str, Json] = {
        "json": {"json": {"channel": place, "text": "hi", "blocks": BLOCKS}},
        "form": {"data": flat},
        "query": {"verb": "GET", "params": flat},
        "multipart": {"data": multipart(flat)},
    }
    answer = await call(workspace, "chat.postMessage", **ways[way])
    assert answer["ok"], answer
    (message,) = await workspace.messages("#storefront")
    assert message["text"] == "hi"
    assert message["blocks"][0]["text"]["text"] == "hello"
    assert message["blocks"][0]["block_id"]


def multipart(fields: dict[str, str]) -> aiohttp.MultipartWriter:
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        writer.append(value).set_content_disposition("form-data", name=name)
    return writer


async def test_an_empty_body_of_type_json_is_no_arguments_at_all(workspace: Workspace) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await call(workspace, "auth.test", headers=headers, data=b"")
    assert answer["ok"]
    assert {"url", "team", "user", "team_id", "user_id", "bot_id", "is_enterprise_install"} <= set(answer)
    assert "chat:write" in answer["_headers"]["x-oauth-scopes"]


async def test_the_token_may_stand_among_the_arguments(workspace: Workspace) -> None:
    answer = await call(workspace, "auth.test", token="", data={"token": workspace.settings.bot_token})
    assert answer["ok"]


async def test_a_wrong_token_or_none_is_refused_with_status_200(workspace: Workspace) -> None:
    assert (await call(workspace, "auth.test", token="xoxb-other"))["error"] == "invalid_auth"
    missing = await call(workspace, "auth.test", token="")
    assert (missing["error"], missing["_status"]) == ("not_authed", 200)
    app_token = workspace.settings.app_token
    assert (await call(workspace, "auth.test", token=app_token))["error"] == "not_allowed_token_type"
    assert (await call(workspace, "apps.connections.open"))["error"] == "not_allowed_token_type"
    assert (await call(workspace, "apps.connections.open", token=app_token))["ok"]


async def test_broken_arguments_are_refused_with_slacks_words(workspace: Workspace) -> None:
    workspace.expect_violations()
    headers = {"Content-Type": "application/json"}
    assert (await call(workspace, "chat.postMessage", headers=headers, data=b"{"))["error"] == "invalid_json"
    assert (await call(workspace, "chat.postMessage", headers=headers, data=b"[1]"))[
        "error"
    ] == "json_not_object"
    bad = {"channel": PLACE, "blocks": "[{"}
    assert (await call(workspace, "chat.postMessage", data=bad))["error"] == "invalid_blocks_format"
    assert (await call(workspace, "chat.nothing"))["error"] == "unknown_method"
    missing = await call(workspace, "chat.postMessage", json={"text": "hi"})
    assert missing["error"] == "invalid_arguments"
    assert missing["response_metadata"] == {"messages": ["[ERROR] missing required field: channel"]}
    found = await workspace.violations()
    assert {"method": "chat.postMessage", "path": "/channel", "why": "missing required field"} in found


async def test_a_method_is_limited_by_its_tier_and_time_fills_it_again(workspace: Workspace) -> None:
    workspace.expect_violations()
    for _ in range(20):
        assert (await call(workspace, "users.list"))["ok"]
    refused = await call(workspace, "users.list")
    assert (refused["_status"], refused["error"]) == (429, "ratelimited")
    assert int(refused["_headers"]["Retry-After"]) in range(40, 61)
    often = {"method": "users.list", "path": "", "why": "called more than 20 times within a minute"}
    assert await workspace.violations() == [often]
    await workspace.clock(forward=60)
    assert (await call(workspace, "users.list"))["ok"]


async def test_a_channel_takes_a_short_burst_and_then_one_message_a_second(workspace: Workspace) -> None:
    workspace.expect_violations()
    place, other = await where(workspace), "#ops"
    answers = [await workspace.api("chat.postMessage", {"channel": place, "text": str(n)}) for n in range(12)]
    assert [answer["ok"] for answer in answers[:10]] == [True] * 10
    assert answers[-1]["error"] == "ratelimited"
    assert (await workspace.api("chat.postMessage", {"channel": other, "text": "elsewhere"}))["ok"]
    await workspace.clock(forward=1)
    assert (await workspace.api("chat.postMessage", {"channel": place, "text": "now"}))["ok"]


async def test_what_slack_publishes_about_its_answers_holds_for_ours(workspace: Workspace) -> None:
    from bot.workspace.contracts import Contracts

    contracts = Contracts(workspace.settings.contracts)
    if not contracts.at_hand:
        pytest.skip("Slack's schemas are not at hand")
    place = await where(workspace)
    posted = await workspace.api("chat.postMessage", {"channel": place, "text": "hi", "blocks": BLOCKS})
    user = (await workspace.state())["users"][0]["id"]
    calls: list[tuple[str, Json]] = [
        ("auth.test", {}),
        ("chat.postMessage", {"channel": place, "text": "hi"}),
        ("chat.update", {"channel": place, "ts": posted["ts"], "text": "ho", "blocks": BLOCKS}),
        ("conversations.history", {"channel": place}),
        ("conversations.open", {"users": user}),
        ("users.info", {"user": user}),
        ("users.lookupByEmail", {"email": "dana@example.com"}),
        ("views.publish", {"user_id": user, "view": {"type": "home", "blocks": BLOCKS}}),
    ]
    for method, arguments in calls:
        answer = await workspace.api(method, arguments)
        assert answer["ok"], (method, answer)
        assert contracts.response(method, answer) == [], method

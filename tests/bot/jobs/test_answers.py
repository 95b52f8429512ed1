"""What the work becomes in the log: one id from Slack's request to the last effect, and no secret in any line."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from redis.asyncio import Redis

from bot.store import keys
from tests.fixtures.grail import GrailProcess, memory_of
from tests.fixtures.ports import free_port
from tests.fixtures.wire import Wire
from tests.fixtures.workspace import DANA, OMAR, Workspace
from tests.stories.steps import card_says, told

PLACE = "#storefront"


def lines(grail: GrailProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in grail.text().splitlines() if line.startswith("{")]


async def test_one_request_id_goes_from_slacks_request_to_the_last_effect(
    workspace: Workspace, resting_grail: GrailProcess
) -> None:
    grail = resting_grail
    grail.options = ["--log-format", "json"]
    await grail.start()
    await workspace.type(DANA, PLACE, "/grail notify deploys always")
    await told(workspace, DANA, PLACE, "Done.")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.wait_for("@Grail", lambda ms: "succeeded" in ms[-1]["text"], as_=DANA)
    # The lines of a thread go out after cards and answers: the last of them is the last effect.
    await workspace.wait_for(PLACE, lambda ms: any("health" in m["text"] for m in ms))
    grail.stop()
    [asked] = [line for line in lines(grail) if line["event"] == "asked" and line["outcome"] == "d-1"]
    assert re.fullmatch(r"[0-9a-f]{12}", asked["request"])
    same = [line for line in lines(grail) if line.get("request") == asked["request"]]
    assert [line["state"] for line in same if line["event"] == "deploy"][-1] == "succeeded"
    sent = {line["id"] for line in same if line["event"] == "sent"}
    assert {"card:deploy:d-1", "line:deploy:d-1:steps", "direct:notice:d-1"} <= sent
    assert not any(id.startswith("respond:") for id in sent)  # the card was the answer


async def test_what_its_card_says_where_it_was_asked_is_told_once(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(DANA, PLACE, "/grail lock shop staging the fair")
    found = await workspace.wait_for(PLACE, lambda ms: next(m for m in ms if "is locked" in m["text"]))
    lock = next(m for m in found if "is locked" in m["text"])
    await workspace.press(DANA, "lock.unlock", message=lock["ts"])
    await workspace.wait_for(PLACE, lambda ms: any("unlocked by Dana" in m["text"] for m in ms))
    await workspace.type(DANA, "#ops", "/grail lock shop staging the fair")
    await workspace.wait_for("#ops", lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(DANA, PLACE, "/grail unlock shop staging")  # its card is in #ops
    await told(workspace, DANA, PLACE, "shop staging is unlocked.")
    each = [m["text"] for m in await workspace.messages(PLACE, as_=DANA) if m.get("ephemeral_to")]
    assert each == ["shop staging is unlocked."]


@pytest.mark.parametrize("form", ["text", "json"])
async def test_no_secret_stands_in_any_line_whatever_goes_wrong(
    form: str, workspace: Workspace, resting_grail: GrailProcess, listened: Wire
) -> None:
    grail = resting_grail
    grail.options = ["--log-format", form]
    grail.environment |= {"PAGERDUTY_API_TOKEN": "pd-secret-1", "GITHUB_TOKEN": "ghp_secret2secret2"}
    await grail.start()
    await workspace.type(DANA, PLACE, "/grail whoami token")
    token = re.search(r"grail-[\w-]+", await told(workspace, DANA, PLACE, "shown this once"))
    assert token is not None
    urls = response_urls(listened)
    for storm in ({"down": True}, {"failing": True}, {"failing": "after"}, {"rate_limited": 1}):
        await workspace.weather(**storm, times=2)
        await workspace.type(DANA, PLACE, f"/grail help {token[0]} {urls[0]}")
    await workspace.weather(down=False, failing=False, rate_limited=0, times=0)
    poison = {"kind": "slack.ask", "v": 1, "id": "poison", "request": "r-1", "thing": None, "host": None}
    poison["body"] = {
        "ask": {"text": token[0], "response_url": urls[0], "token": workspace.settings.bot_token}
    }
    async with memory_of(grail) as redis:
        await redis.xadd(keys.WORK(), {"tries": "4", "job": orjson.dumps(poison).decode()})
        await redis.xadd(keys.WORK(), {"tries": "0", "job": f"no job {urls[0]} {token[0]}"})
    await workspace.type(OMAR, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.wait_for("#ops", lambda ms: bool(ms))
    grail.stop()
    said = grail.text()
    settings = workspace.settings
    secrets = [
        settings.bot_token,
        settings.signing_secret,
        token[0],
        *(url.rpartition("/")[2] for url in response_urls(listened)),
        "pd-secret-1",
        "ghp_secret2secret2",
    ]
    assert [secret for secret in secrets if secret in said] == []
    assert "poison" in said  # the faults were told


@pytest.fixture
async def listened(resting_grail: GrailProcess, app_port: int) -> AsyncIterator[Wire]:
    """What goes from the workspace to Grail, which listens elsewhere."""
    resting_grail.port = free_port()
    async with Wire(resting_grail.url, port=app_port) as wire:
        yield wire


def response_urls(listened: Wire) -> list[str]:
    """Where Slack takes answers: whoever has one of these addresses can speak as Grail for half an hour."""
    forms = [dict(parse_qsl(body.decode())) for body in listened.taken]
    found = [form["response_url"] for form in forms if "response_url" in form]
    assert found
    return found


async def test_a_repetition_whose_first_is_never_answered_is_told_so(
    workspace: Workspace, grail: GrailProcess, memory: Redis
) -> None:
    grail.shut_gate()
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "running")

    async def answers() -> list[str]:
        return [key async for key in memory.scan_iter(match=keys.ANSWER(id="*").replace("{", "[{]"))]

    [answer] = await workspace.wait_until(answers)
    await memory.delete(answer)
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await asyncio.sleep(0)
    await workspace.clock(forward=121)
    again = await told(workspace, DANA, PLACE, "You asked me the same")
    assert "It is not answered yet: `status` shows what runs." in again

"""The PagerDuty that the workspace plays: it tells, tries again, opens again what is acknowledged late, and refuses."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.fixtures.pagerduty import SECRETS, TOKEN, PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import OLGA, OMAR, Json, Workspace, served

ACCEPT = "application/vnd.pagerduty+json;version=2"


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int, tmp_path: Path) -> list[str]:
    return [*words_with_pagerduty(app_port), "--state", str(tmp_path / "journal.jsonl")]


@pytest.fixture
async def workspace(workspace_words: list[str]) -> AsyncIterator[Workspace]:
    async with served(workspace_words) as driver:
        yield driver


class App:
    """What listens at /hooks/pagerduty, and answers as it is told."""

    def __init__(self) -> None:
        self.status = 202
        self.came: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.came.append(({n.lower(): v for n, v in request.headers.items()}, await request.read()))
        return web.Response(status=self.status)


@pytest.fixture
async def app(app_port: int) -> AsyncIterator[App]:
    app, server = App(), web.Application()
    server.router.add_post("/hooks/pagerduty", app.take)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", app_port).start()
    yield app
    await runner.cleanup()


async def call(
    pagerduty: PagerDuty, verb: str, path: str, body: Any = None, *, by: str = "", token: str = TOKEN
) -> tuple[int, Json]:
    headers = {"Authorization": f"Token token={token}", "Accept": ACCEPT} | ({"From": by} if by else {})
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.request(verb, f"{pagerduty.api_url}{path}", json=body, headers=headers) as answer,
    ):
        said: Json = await answer.json()
        return answer.status, said


async def test_each_webhook_is_signed_by_every_secret_and_holds_one_event(
    app: App, pagerduty: PagerDuty
) -> None:
    await pagerduty.open("checkout 5xx")
    await pagerduty.until(lambda seen: seen["deliveries"][-1]["answers"] == [202])
    [(headers, body)] = app.came
    marks = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in SECRETS.split(",")]
    assert headers["x-pagerduty-signature"] == ",".join(f"v1={mark}" for mark in marks)
    assert b'"event_type":"incident.triggered"' in body


async def test_what_was_not_taken_is_sent_again_in_order_also_after_a_restart(
    app: App, workspace_words: list[str]
) -> None:
    app.status = 503
    async with served(workspace_words) as workspace:
        pagerduty = PagerDuty(workspace)
        await pagerduty.open("checkout 5xx")
        await pagerduty.to("resolved")
        await pagerduty.until(lambda seen: seen["deliveries"][0]["answers"] == [503])
    app.status = 202
    async with served(workspace_words) as workspace:
        pagerduty = PagerDuty(workspace)
        await workspace.clock(forward=10)
        seen = await pagerduty.until(lambda seen: all(one["over"] for one in seen["deliveries"]))
    assert [one["answers"] for one in seen["deliveries"]] == [[503, 202], [202]]
    assert [b"triggered" in body.split(b"resource_type")[0] for _, body in app.came] == [True, True, False]


async def test_three_that_are_refused_switch_the_webhook_off(app: App, pagerduty: PagerDuty) -> None:
    app.status = 401
    for _ in range(3):
        await pagerduty.open("checkout 5xx")
    await pagerduty.until(lambda seen: [one["answers"] for one in seen["deliveries"]] == [[401]] * 3)
    assert (await pagerduty.look())["off"]
    await pagerduty.open("one more")
    assert len(app.came) == 3


async def test_acknowledging_what_is_resolved_opens_it_again_as_pagerduty_does(pagerduty: PagerDuty) -> None:
    id = await pagerduty.open("checkout 5xx")
    await pagerduty.to("resolved", by=OLGA)
    wanted = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    status, said = await call(pagerduty, "PUT", f"/incidents/{id}", wanted, by=OMAR)
    assert (status, said["incident"]["status"]) == (200, "acknowledged")
    assert (await pagerduty.look())["deliveries"][-1]["event"] == "incident.reopened"


async def test_it_refuses_as_pagerduty_does(pagerduty: PagerDuty) -> None:
    id = await pagerduty.open("checkout 5xx", key="k")
    assert (await call(pagerduty, "GET", "/incidents", token="wrong"))[0] == 401
    assert (await call(pagerduty, "GET", "/incidents/Q0"))[0] == 404
    wanted = {"incident": {"type": "incident_reference", "status": "resolved"}}
    status, said = await call(pagerduty, "PUT", f"/incidents/{id}", wanted, by="nobody@example.com")
    assert (status, said["error"]["message"]) == (400, "Requester User Not Found")
    again = {
        "type": "incident",
        "title": "x",
        "incident_key": "k",
        "service": {"id": "PSHOP01", "type": "service_reference"},
    }
    status, said = await call(pagerduty, "POST", "/incidents", {"incident": again}, by=OMAR)
    assert (status, said["error"]["errors"]) == (
        400, ["Open incident with matching dedup key already exists on this service"],
    )  # fmt: skip


async def test_what_it_answers_is_what_the_contract_says(pagerduty: PagerDuty, workspace: Workspace) -> None:
    id = await pagerduty.open("checkout 5xx", priority="P1")
    await pagerduty.to("acknowledged", by=OMAR)
    note = {"note": {"content": "hello"}}
    assert (await call(pagerduty, "POST", f"/incidents/{id}/notes", note, by=OMAR))[0] == 200
    new = {"type": "incident", "title": "x", "service": {"id": "PSHOP01", "type": "service_reference"}}
    assert (await call(pagerduty, "POST", "/incidents", {"incident": new}, by=OMAR))[0] == 201
    for path in (
        "/incidents?statuses[]=triggered&limit=100", f"/incidents/{id}", f"/incidents/{id}/notes", "/users?query=omar",
        "/users/POMAR01", "/services", "/services/PSHOP01", "/schedules", "/escalation_policies/PEPSTOR", "/oncalls",
        "/abilities",
    ):  # fmt: skip
        assert (await call(pagerduty, "GET", path))[0] == 200
    assert await workspace.violations() == []

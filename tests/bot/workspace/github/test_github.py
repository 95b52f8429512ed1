"""The GitHub that the workspace plays: it moves by itself, keeps what it knows, and refuses as GitHub does."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.workspace import Settings
from bot.workspace import Workspace as Server
from tests.fixtures.github import REPOSITORY, SECRET, TOKEN, GitHub, head, words_with_github
from tests.fixtures.workspace import Json, Workspace, served

Answer = tuple[int, Any, dict[str, str]]


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int, tmp_path: Path) -> list[str]:
    return [*words_with_github(app_port), "--state", str(tmp_path / "journal.jsonl")]


class Caller:
    """An app's client."""

    def __init__(self, github: GitHub, session: aiohttp.ClientSession) -> None:
        self._github, self._session = github, session

    async def __call__(
        self, verb: str, path: str, body: Any = None, *, token: str = TOKEN, **headers: str
    ) -> Answer:
        url = f"{self._github.api_url}/repos/{REPOSITORY}{path}"
        given = {"Authorization": f"Bearer {token}", "User-Agent": "test", **headers}
        async with self._session.request(verb, url, json=body, headers=given) as answer:
            said = await answer.json() if answer.content_type.endswith("json") else await answer.text()
            return answer.status, said, {name.lower(): value for name, value in answer.headers.items()}


@pytest.fixture
async def call(github: GitHub) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield Caller(github, session)


async def dispatched(call: Caller, **inputs: str) -> int:
    status, said, _ = await call(
        "POST", "/actions/workflows/deploy.yml/dispatches",
        {"ref": "main", "inputs": inputs, "return_run_details": True},
    )  # fmt: skip
    assert status == 200
    return int(said["workflow_run_id"])


async def test_a_run_goes_forward_by_itself_over_the_clock(github: GitHub, call: Caller) -> None:
    await github.workflow(held=False, queue=5)
    run = await dispatched(call, deploy="d-1-0123abcd")

    async def now() -> tuple[str, list[str]]:
        _, said, _ = await call("GET", f"/actions/runs/{run}/jobs")
        [job] = said["jobs"]
        return job["status"], [step["status"] for step in job["steps"]]

    assert (await now())[0] == "queued"
    await github.workspace.clock(forward=5.5)
    assert await now() == ("in_progress", ["in_progress", "queued", "queued", "queued", "queued"])
    await github.workspace.clock(forward=2)
    assert (await now())[1][:3] == ["completed", "completed", "in_progress"]
    await github.workspace.clock(forward=10)
    assert await now() == ("completed", ["completed"] * 5)
    _, said, _ = await call("GET", f"/actions/runs/{run}")
    assert (said["conclusion"], said["display_title"]) == ("success", "Deploy d-1-0123abcd")


async def test_a_dispatch_without_details_says_no_id_and_is_listed_after_its_lag(
    github: GitHub, call: Caller
) -> None:
    await github.workflow(details=False, lag=3)
    body = {"ref": "main", "inputs": {"deploy": "d-1"}, "return_run_details": True}
    status, said, _ = await call("POST", "/actions/workflows/deploy.yml/dispatches", body)
    assert (status, said) == (204, "")
    listed = "/actions/workflows/deploy.yml/runs?event=workflow_dispatch"
    assert (await call("GET", listed))[1]["total_count"] == 0
    await github.workspace.clock(forward=4)
    assert (await call("GET", listed))[1]["total_count"] == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"ref": "gone"}, "No ref found for: gone"),
        ({"ref": "main", "inputs": {"more": "x"}}, "Unexpected inputs provided: ['more']"),
    ],
)
async def test_what_github_would_not_dispatch_is_422(
    github: GitHub, call: Caller, body: Json, message: str
) -> None:
    await github.workflow()
    status, said, _ = await call("POST", "/actions/workflows/deploy.yml/dispatches", body)
    assert (status, said["message"]) == (422, message)
    await github.workflow("other.yml", dispatchable=False)
    status, said, _ = await call("POST", "/actions/workflows/other.yml/dispatches", {"ref": "main"})
    assert (status, said["message"]) == (422, "Workflow does not have 'workflow_dispatch' trigger")
    assert (await call("POST", "/actions/workflows/none.yml/dispatches", {"ref": "main"}))[0] == 404


async def test_a_wrong_token_is_401_and_a_run_that_is_over_cannot_be_cancelled(
    github: GitHub, call: Caller
) -> None:
    await github.workflow()
    run = await dispatched(call)
    assert (await call("GET", "", token="another"))[0] == 401
    await github.run("success")
    status, said, _ = await call("POST", f"/actions/runs/{run}/cancel")
    assert (status, said["message"]) == (409, "Cannot cancel a workflow run that is completed.")


async def test_what_has_not_changed_is_304_and_costs_nothing(github: GitHub, call: Caller) -> None:
    _, _, headers = await call("GET", "/commits/main")
    left = headers["x-ratelimit-remaining"]
    status, said, headers = await call("GET", "/commits/main", **{"If-None-Match": headers["etag"]})
    assert (status, said, headers["x-ratelimit-remaining"]) == (304, "", left)


async def test_the_eighty_first_write_within_a_minute_meets_the_secondary_limit(
    github: GitHub, call: Caller
) -> None:
    path, body = "/deployments", {"ref": "main", "environment": "staging", "required_contexts": []}
    for _ in range(80):
        assert (await call("POST", path, body))[0] == 201
    status, said, headers = await call("POST", path, body)
    assert status in (403, 429)
    assert "secondary rate limit" in said["message"]
    assert 0 < int(headers["retry-after"]) <= 60
    assert (await call("GET", "/deployments"))[0] == 200
    await github.workspace.clock(forward=61)
    assert (await call("POST", path, body))[0] == 201


async def test_a_success_retires_the_deployment_before_it_in_the_same_environment(
    github: GitHub, call: Caller
) -> None:
    ids = []
    for _ in range(2):
        _, said, _ = await call("POST", "/deployments", {"ref": "main", "environment": "staging"})
        ids.append(said["id"])
        await call("POST", f"/deployments/{said['id']}/statuses", {"state": "success"})
    states = [(await call("GET", f"/deployments/{id}/statuses"))[1][0]["state"] for id in ids]
    assert states == ["inactive", "success"]
    status, said, _ = await call(
        "POST", f"/deployments/{ids[0]}/statuses", {"state": "success", "description": "x" * 141}
    )
    assert (status, said["errors"][0]["field"]) == (422, "description")


async def test_what_breaks_the_contract_is_a_violation(github: GitHub, call: Caller) -> None:
    if not github.workspace.settings.github_contracts:
        pytest.skip("GitHub's published contract is not at hand")
    await call("GET", "/deployments?colour=red")
    await call("POST", "/deployments", {"environment": "staging", "ref": 5})
    found = [(row["method"], row["path"], row["why"]) for row in await github.workspace.violations()]
    assert found == [
        (f"github GET /repos/{REPOSITORY}/deployments", "?colour", "is no parameter of this address"),
        (f"github POST /repos/{REPOSITORY}/deployments", "/ref", "has to be of type string"),
    ]
    github.workspace.expect_violations()


async def test_it_remembers_over_a_restart(
    github: GitHub, call: Caller, workspace_words: list[str], github_git: Path, tmp_path: Path
) -> None:
    await github.workflow()
    run = await dispatched(call, deploy="d-1-0123abcd")
    await github.run("step")
    await github.fire(check="test", ref="main", to="success")
    await call("POST", "/deployments", {"ref": "main", "environment": "staging"})
    before = await github.look()
    copy = tmp_path / "copy.jsonl"  # as a kill leaves it
    copy.write_bytes((tmp_path / "journal.jsonl").read_bytes())
    async with served([*workspace_words[:-1], str(copy)]) as again:
        after = await GitHub(again).look()
        assert (after["runs"], after["deployments"]) == (before["runs"], before["deployments"])
        assert (await GitHub(again).run("step"))["run"] == run


async def test_what_happens_is_told_to_the_app_signed(
    github: GitHub, call: Caller, app_port: int, github_git: Path
) -> None:
    came: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        await came.put((dict(request.headers), await request.read()))
        return web.Response(status=202)

    app = web.Application(client_max_size=2**24)
    app.router.add_post("/hooks/github", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", app_port).start()
    try:
        await github.workflow()
        await dispatched(call, deploy="d-1-0123abcd")
        await github.run("step")
        await github.run("success")
        await github.fire(check="test", ref="main", to="success")
        seen = []
        async with asyncio.timeout(20):
            for _ in range(5):
                headers, body = await came.get()
                digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
                assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
                seen.append(headers["X-GitHub-Event"])
                last = headers["X-GitHub-Delivery"]
            assert seen == ["workflow_run"] * 3 + ["check_run", "check_suite"]
            assert head(github_git) in body.decode()
            assert (await github.fire(redeliver=last))["status"] == 202
            assert (await came.get())[1] == body
    finally:
        await runner.cleanup()


async def test_what_cannot_be_fired_is_refused_in_words(github: GitHub) -> None:
    for asked, words in (
        ({}, 'Say what: "make", "check", "run", "hooks", "redeliver", "tell" or "look".'),
        ({"run": "newest", "to": "success"}, "There is no run 'newest' on this GitHub: use an id, or newest."),
        ({"make": "house"}, "'make' is repository, workflow, pull or deployment, not 'house'."),
        ({"make": "workflow", "repository": "acme/none"},
         f"There is no repository 'acme/none' on this GitHub: there is {REPOSITORY}."),
    ):  # fmt: skip
        answer = await github.workspace.act("fire", {"source": "github", **asked})
        assert (answer["ok"], answer["error"]) == (False, words)


async def test_what_it_has_from_the_start_can_be_deployed(github_git: Path, tmp_path: Path) -> None:
    settings = Settings(repositories=((REPOSITORY, github_git), ("acme/none", tmp_path / "none")))
    server = Server(settings)
    await server.start()
    try:
        async with Workspace(server.url, settings.token, settings) as driver:
            played = GitHub(driver)
            async with aiohttp.ClientSession(trust_env=False) as session:
                call = Caller(played, session)
                status, said, _ = await call("GET", "/actions/workflows", token=settings.github_token)
            assert (status, [flow["path"] for flow in said["workflows"]]) == (
                200,
                [".github/workflows/deploy.yml"],
            )
            refused = await driver.act(
                "fire", {"source": "github", "make": "pull", "repository": "acme/none"}
            )
            assert not refused["ok"]
    finally:
        await server.stop()

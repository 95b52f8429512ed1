"""Grail's own HTTP: whether it lives, whether it works, what it counts, and what it takes in."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Mapping
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from redis.asyncio import Redis

from bot.store import keys
from bot.store.connection import connect
from bot.store.embedded import running as embedded_running
from bot.web import routes
from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server, eventually
from tests.fixtures.workspace import DANA, Workspace

BODY = "token=x&team_id=T0ACME00000&user_id=U1&command=%2Fgrail&text=status&channel_id=C1&trigger_id=1.2.3"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield session


async def said(
    http: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    async with http.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def signed(secret: str, body: str, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    mark = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {**FORM, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mark}"}


async def test_it_says_that_it_lives_and_that_it_works(
    grail: GrailProcess, http: aiohttp.ClientSession
) -> None:
    assert await said(http, f"{grail.url}/healthz") == (200, "alive\n")
    assert await said(http, f"{grail.url}/readyz") == (200, "ready\n")
    assert await said(http, f"{grail.url}/healthz/") == (200, "alive\n")
    assert await said(http, f"{grail.url}/readyz/") == (200, "ready\n")
    assert (await said(http, f"{grail.url}/nowhere"))[0] == 404


async def test_without_redis_it_lives_but_is_not_ready_and_says_why(
    own_redis_server: Server, resting_grail: GrailProcess, http: aiohttp.ClientSession
) -> None:
    resting_grail.environment["REDIS_URL"] = own_redis_server.url
    await resting_grail.start()
    own_redis_server.kill()
    assert await said(http, f"{resting_grail.url}/readyz") == (503, "Redis does not answer.\n")
    assert await said(http, f"{resting_grail.url}/healthz") == (200, "alive\n")
    own_redis_server.restart()

    async def ready() -> bool:
        return await said(http, f"{resting_grail.url}/readyz") == (200, "ready\n")

    await eventually(ready)
    resting_grail.stop()


def from_elsewhere(metrics_token: str | None) -> web.Application:
    """Nothing of a test leaves loopback: a request only says that it came from elsewhere."""

    @web.middleware
    async def as_from_outside(request: web.Request, handler: Handler) -> web.StreamResponse:
        elsewhere = request.query.get("from")
        return await handler(request.clone(remote=elsewhere) if elsewhere else request)

    app = routes(transport=None, terminal=None, ready=None, metrics_token=metrics_token)  # type: ignore[arg-type]
    app.middlewares.append(as_from_outside)
    return app


REFUSED = (
    403,
    "Metrics are for this machine, and for who sends `Authorization: Bearer …` with a token of GRAIL_METRICS_TOKEN.",
)


async def test_metrics_are_for_loopback_alone(http: aiohttp.ClientSession) -> None:
    async with TestServer(from_elsewhere(None)) as server:
        for path in ("/metrics", "/metrics/"):
            status, text = await said(http, str(server.make_url(path)))
            assert (status, "grail_up_since_seconds" in text, "dana" in text) == (200, True, False)
        assert await said(http, str(server.make_url("/healthz?from=192.0.2.7"))) == (200, "alive\n")
        assert await said(http, str(server.make_url("/metrics?from=192.0.2.7"))) == REFUSED
        # A proxy on this machine asks from loopback, and says for whom.
        for passed_on in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
            headers = {passed_on: "for=192.0.2.7" if passed_on == "Forwarded" else "192.0.2.7"}
            assert await said(http, str(server.make_url("/metrics")), headers) == REFUSED
        # Where no token is set, none opens it.
        for token in ("", "None", ","):
            bearer = {"Authorization": f"Bearer {token}"}
            assert await said(http, str(server.make_url("/metrics?from=192.0.2.7")), bearer) == REFUSED


async def test_a_token_opens_metrics_to_another_machine(http: aiohttp.ClientSession) -> None:
    async with TestServer(from_elsewhere("the-new-one, the-old-one")) as server:
        url = str(server.make_url("/metrics?from=192.0.2.7"))
        for token in ("the-new-one", "the-old-one"):
            status, text = await said(http, url, {"Authorization": f"Bearer {token}"})
            assert (status, "grail_up_since_seconds" in text) == (200, True)
        for wrong in (
            "Bearer the",
            "Bearer the-new-one, the-old-one",
            "Basic the-new-one",
            "Bearer ",
            "the-new-one",
        ):
            assert await said(http, url, {"Authorization": wrong}) == REFUSED


async def test_the_token_for_metrics_comes_from_the_environment(
    resting_grail: GrailProcess, http: aiohttp.ClientSession
) -> None:
    resting_grail.environment["GRAIL_METRICS_TOKEN"] = "read-metrics-1"
    await resting_grail.start()
    url = f"{resting_grail.url}/metrics"
    by_proxy = {"X-Forwarded-For": "192.0.2.7"}
    assert await said(http, url, by_proxy) == REFUSED
    status, _ = await said(http, url, by_proxy | {"Authorization": "Bearer read-metrics-1"})
    assert status == 200
    resting_grail.stop()


@pytest.mark.parametrize("fault", ["wrong", "missing", "old"])
async def test_what_slack_did_not_sign_is_refused_counted_and_not_stored(
    fault: str, workspace: Workspace, grail: GrailProcess, http: aiohttp.ClientSession
) -> None:
    secret = workspace.settings.signing_secret
    headers = {
        "wrong": signed("another secret", BODY),
        "missing": FORM,
        "old": signed(secret, BODY, at=time.time() - 600),
    }[fault]
    memory = await _memory(grail)
    before = await _stored(memory)
    async with http.post(f"{grail.url}/slack/events", data=BODY, headers=headers) as answer:
        assert answer.status == 401
    assert await _stored(memory) == before
    assert await grail.metric('grail_slack_requests_total{status="401"}') == 1
    await memory.aclose()


async def test_a_trailing_slash_is_the_same_path_and_never_a_redirect(
    workspace: Workspace, grail: GrailProcess, http: aiohttp.ClientSession
) -> None:
    for path in ("/slack/events", "/slack/events/"):
        body = BODY.replace("1.2.3", f"{len(path)}.2.3")
        headers = signed(workspace.settings.signing_secret, body)
        url = f"{grail.url}{path}"
        async with http.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            assert (answer.status, await answer.text()) == (200, "")


async def test_a_body_that_is_too_large_is_refused(grail: GrailProcess, http: aiohttp.ClientSession) -> None:
    large = BytesIO(b"x" * (10 * 1024 * 1024 + 1))
    async with http.post(f"{grail.url}/slack/events", data=large, headers=FORM) as answer:
        assert answer.status == 413


async def _memory(grail: GrailProcess) -> Redis:
    url = await embedded_running(grail.folder / "data")
    assert url is not None
    return await connect(url, say=lambda line: None)


async def _stored(memory: Redis) -> set[str]:
    """What was received."""
    return {str(key) async for key in memory.scan_iter(f"{keys.SEEN(id='')}*")}


async def test_a_signing_secret_is_replaced_without_a_gap(
    workspace: Workspace, resting_grail: GrailProcess
) -> None:
    secret = resting_grail.environment["SLACK_SIGNING_SECRET"]
    resting_grail.environment["SLACK_SIGNING_SECRET"] = f"the-next-one, {secret}"
    await resting_grail.start()
    try:
        answer = await workspace.type(DANA, "#storefront", "/grail status")
        assert answer["ack"]["status"] == 200
        async with aiohttp.ClientSession() as session:
            odd = {**signed(secret, BODY), "X-Slack-Request-Timestamp": "yesterday"}
            async with session.post(f"{resting_grail.url}/slack/events", data=BODY, headers=odd) as refused:
                assert (refused.status, await refused.text()) == (401, "This is not signed by Slack.\n")
    finally:
        resting_grail.stop()

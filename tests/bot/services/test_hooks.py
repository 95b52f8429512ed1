"""A webhook is judged, stored and acknowledged; what it means for a deploy comes later, and once."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import orjson
import pytest
from redis.asyncio import Redis

from bot.clock import Clock
from bot.services.hooks import Hooks
from bot.store.connection import connect
from bot.store.inbox import Inbox
from bot.store.keys import WORK
from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server, eventually

BODY = orjson.dumps({"action": "completed", "workflow_run": {"display_title": "Deploy d-999-0123abcd"}})
SECRET = "the-secret"


def headers(body: bytes = BODY, secret: str = SECRET, delivery: str = "1") -> dict[str, str]:
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "x-github-event": "workflow_run", "x-github-delivery": delivery, "x-hub-signature-256": f"sha256={mark}",
    }  # fmt: skip


@pytest.fixture
def hooks(redis: Redis, clock_file: Path) -> Hooks:
    return Hooks(Inbox(redis), Clock(clock_file), {"github": ("new", SECRET)})


async def test_it_is_stored_once_however_often_it_comes(hooks: Hooks, redis: Redis) -> None:
    for _ in range(3):
        answered = await hooks.receive("github", headers(), BODY)
        assert (answered.status, answered.text) == (202, "Stored.\n")
    assert await redis.xlen(WORK()) == 1
    assert (await hooks.receive("github", headers(delivery="2"), BODY)).status == 202
    assert await redis.xlen(WORK()) == 2


@pytest.mark.parametrize("wrong", [{}, {"x-hub-signature-256": ""}, headers(secret="theirs")])
async def test_a_missing_or_wrong_signature_is_401_and_stores_nothing(
    hooks: Hooks, redis: Redis, wrong: dict[str, str]
) -> None:
    answered = await hooks.receive("github", wrong, BODY)
    assert (answered.status, answered.text) == (401, "The signature is missing or wrong.\n")
    assert await redis.xlen(WORK()) == 0


async def test_an_odd_body_that_is_signed_is_stored(hooks: Hooks, redis: Redis) -> None:
    assert (await hooks.receive("github", headers(b"not json"), b"not json")).status == 202
    assert await redis.xlen(WORK()) == 1


async def test_without_a_secret_it_is_closed_and_an_unknown_source_is_404(redis: Redis) -> None:
    closed = Hooks(Inbox(redis), Clock(), {})
    answered = await closed.receive("github", headers(secret=""), BODY)
    assert (answered.status, answered.text, answered.retry) == (
        503,
        "GITHUB_WEBHOOK_SECRET is not set.\n",
        3600,
    )
    assert (await closed.receive("gitlab", {}, b"")).status == 404


async def test_what_cannot_be_stored_is_to_be_sent_again(
    own_redis_server: Server,
) -> None:
    redis = await connect(own_redis_server.url, say=print)
    own_redis_server.kill()
    hooks = Hooks(Inbox(redis), Clock(), {"github": (SECRET,)})
    answered = await hooks.receive("github", headers(), BODY)
    await redis.aclose()
    assert (answered.status, answered.retry) == (503, 10)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield session


async def test_over_http_one_for_a_deploy_that_nobody_knows_is_taken_and_counted(
    resting_grail: GrailProcess, http: aiohttp.ClientSession
) -> None:
    resting_grail.environment["GITHUB_WEBHOOK_SECRET"] = f"another, {SECRET}"
    await resting_grail.start()
    for url in (f"{resting_grail.url}/hooks/github", f"{resting_grail.url}/hooks/github/"):
        async with http.post(url, data=BODY, headers=headers(), allow_redirects=False) as answer:
            assert answer.status == 202
    big = b" " * (10 * 1024 * 1024 + 1)
    async with http.post(
        f"{resting_grail.url}/hooks/github", data=BytesIO(big), headers=headers(big)
    ) as answer:
        assert (answer.status, await answer.text()) == (413, "That is more than 10 MiB.\n")

    async def counted() -> bool:
        heard = await resting_grail.metric('grail_hooks_heard_total{outcome="unknown",source="github"}')
        return heard == 1

    await eventually(counted)
    for outcome in ("stored", "repeated", "too-big"):
        name = f'grail_hooks_total{{outcome="{outcome}",source="github"}}'
        assert await resting_grail.metric(name) == 1

"""PagerDuty's webhooks are judged, stored once, and acknowledged before anything is done about them."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from bot.clock import Clock
from bot.services.hooks import Hooks
from bot.services.page_events import PageEvents
from bot.store.connection import connect
from bot.store.inbox import Inbox
from bot.store.keys import HOUR, WORK
from tests.fixtures.store import Server


def body(id: str = "01E", type: str = "incident.triggered") -> bytes:
    data = {"id": "Q1", "type": "incident", "status": "triggered", "title": "x", "number": 1}
    said = {"id": id, "event_type": type, "occurred_at": "2026-03-02T03:14:07.120Z", "data": data}
    return orjson.dumps({"event": said})


def headers(body: bytes, secret: str = "old", delivery: str = "1") -> dict[str, str]:
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-webhook-id": delivery, "x-pagerduty-signature": f"v1={mark}"}


def hooks_on(redis: Redis, clock_file: Path, *secrets: str) -> Hooks:
    inbox, clock = Inbox(redis), Clock(clock_file)
    return Hooks(inbox, clock, {}, {"pagerduty": PageEvents(inbox, clock, secrets)})


@pytest.fixture
def hooks(redis: Redis, clock_file: Path) -> Hooks:
    return hooks_on(redis, clock_file, "new", "old")


async def test_an_event_is_stored_once_in_fifty_hours_by_whichever_delivery_it_comes(
    hooks: Hooks, redis: Redis, clock_file: Path
) -> None:
    for delivery in ("1", "1", "2"):
        answered = await hooks.receive("pagerduty", headers(body(), delivery=delivery), body())
        assert (answered.status, answered.text) == (202, "Stored.\n")
    assert await redis.xlen(WORK()) == 1
    clock_file.write_text(str(49 * HOUR))
    await hooks.receive("pagerduty", headers(body(), delivery="3"), body())
    assert await redis.xlen(WORK()) == 1
    other = body("01F")  # another event, though the delivery calls itself the same
    await hooks.receive("pagerduty", headers(other), other)
    assert await redis.xlen(WORK()) == 2


async def test_a_missing_or_wrong_signature_is_401_and_stores_nothing(hooks: Hooks, redis: Redis) -> None:
    for wrong in ({}, headers(body(), "theirs"), headers(body("other"))):
        answered = await hooks.receive("pagerduty", wrong, body())
        assert (answered.status, answered.text) == (401, "The signature is missing or wrong.\n")
    assert await redis.xlen(WORK()) == 0


@pytest.mark.parametrize("odd", [b"not json", b"[1]", body(type="incident.painted"), body(type="")])
async def test_what_is_odd_or_unknown_is_stored_because_a_4xx_would_switch_the_webhook_off(
    hooks: Hooks, redis: Redis, odd: bytes
) -> None:
    assert (await hooks.receive("pagerduty", headers(odd), odd)).status == 202
    rows: Any = await redis.xrange(WORK())
    [(_, row)] = rows
    assert orjson.loads(row["job"])["body"]["body"] == odd.decode()


async def test_without_a_secret_it_is_closed_and_says_what_to_set(redis: Redis, clock_file: Path) -> None:
    answered = await hooks_on(redis, clock_file).receive("pagerduty", headers(body()), body())
    assert (answered.status, answered.text, answered.retry) == (
        503,
        "PAGERDUTY_WEBHOOK_SECRET is not set.\n",
        3600,
    )


async def test_what_cannot_be_stored_is_503_so_that_pagerduty_sends_it_again(
    own_redis_server: Server, clock_file: Path
) -> None:
    redis = await connect(own_redis_server.url, say=print)
    hooks = hooks_on(redis, clock_file, "old")
    own_redis_server.kill()
    answered = await hooks.receive("pagerduty", headers(body()), body())
    assert (answered.status, answered.text, answered.retry) == (503, "It cannot be stored now.\n", 10)
    await redis.aclose()

"""What a caller knows after each way in which a call to Slack can end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from bot.clients.slack import Slack, SlackRateLimited, SlackRefused, SlackUnavailable

TOKEN = "xoxb-not-a-real-one"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Stub:
    """A server that answers as the test says and keeps what it was sent."""

    def __init__(self) -> None:
        self.answer: Answer = self.fine
        self.seen: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.url = ""

    async def fine(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "ts": "1.0"})

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            if isinstance(body, str):
                return web.Response(text=body, status=status, headers=headers, content_type="text/html")
            return web.json_response(body, status=status, headers=headers)

        self.answer = answer

    async def serve(self, request: web.Request) -> web.StreamResponse:
        as_json = request.content_type == "application/json"
        body = await request.json() if as_json else dict(await request.post())
        self.seen.append((request.path, body, dict(request.headers)))
        return await self.answer(request)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    stub = Stub()
    app = web.Application()
    app.router.add_post("/{any:.*}", stub.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stub
    await runner.cleanup()


@pytest.fixture
async def slack(stub: Stub) -> AsyncIterator[Slack]:
    slack = Slack(TOKEN, base_url=f"{stub.url}/api/")
    yield slack
    await slack.close()


async def test_a_message_goes_as_json_and_the_rest_as_a_form(slack: Slack, stub: Stub) -> None:
    blocks = [{"type": "divider"}]
    assert (await slack.call("chat.postMessage", channel="C1", blocks=blocks, thread_ts=None))["ts"] == "1.0"
    await slack.call("conversations.history", channel="C1", limit=5, include_all_metadata=True)
    assert [(path, body) for path, body, _ in stub.seen] == [
        ("/api/chat.postMessage", {"channel": "C1", "blocks": blocks}),
        ("/api/conversations.history", {"channel": "C1", "limit": "5", "include_all_metadata": "true"}),
    ]
    assert all(headers["Authorization"] == f"Bearer {TOKEN}" for _, _, headers in stub.seen)


async def test_a_refusal_carries_the_word_of_slack_and_the_paths_of_faults(slack: Slack, stub: Stub) -> None:
    where = "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    stub.says({"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [where]}})
    with pytest.raises(SlackRefused) as caught:
        await slack.call("chat.postMessage", channel="C1")
    assert (caught.value.error, caught.value.details) == ("invalid_blocks", (where,))
    assert str(caught.value) == f"Slack refused: invalid_blocks ({where})"


@pytest.mark.parametrize(
    ("body", "status", "header", "seconds"),
    [
        ({"ok": False, "error": "ratelimited"}, 429, "7", 7.0),
        ("too many", 429, "2", 2.0),
        ({"ok": False, "error": "ratelimited"}, 200, "3", 3.0),
        ({"ok": False, "error": "ratelimited"}, 429, "soon", 1.0),
        ({"ok": False, "error": "ratelimited"}, 429, "999999", 3600.0),
    ],
)
async def test_a_rate_limit_says_how_long_to_wait(
    slack: Slack, stub: Stub, body: Any, status: int, header: str, seconds: float
) -> None:
    stub.says(body, status, **{"Retry-After": header})
    with pytest.raises(SlackRateLimited) as caught:
        await slack.call("chat.postMessage", channel="C1")
    assert (caught.value.retry_after, caught.value.method) == (seconds, "chat.postMessage")
    assert str(caught.value) == f"Slack wants us to wait for {seconds:g} s."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>", 500),
        ({"ok": False, "error": "internal_error"}, 503),
        ({"ok": False, "error": "fatal_error"}, 200),
        ("<html>a page of some proxy", 200),
        ({}, 200),
    ],
)
async def test_when_slack_fails_nobody_knows_whether_it_counted(
    slack: Slack, stub: Stub, body: Any, status: int
) -> None:
    stub.says(body, status)
    with pytest.raises(SlackUnavailable) as caught:
        await slack.call("chat.postMessage", channel="C1")
    assert caught.value.reached
    assert caught.value.system == "Slack"
    assert len(stub.seen) == 1


async def test_an_answer_that_does_not_come_in_time_leaves_it_unknown(stub: Stub) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise AssertionError

    stub.answer = never
    slack = Slack(TOKEN, base_url=f"{stub.url}/api/", timeout=0.1)
    with pytest.raises(SlackUnavailable, match=r"^Slack did not answer in time\.$") as caught:
        await slack.call("chat.postMessage", channel="C1")
    assert caught.value.reached
    with pytest.raises(SlackUnavailable) as caught:
        await slack.respond(f"{stub.url}/hook", {"text": "x"})
    assert caught.value.reached
    await slack.close()


async def test_a_patient_call_waits_three_times_as_long(stub: Stub) -> None:
    async def late(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1.0)
        return web.json_response({"ok": True})

    stub.answer = late
    slack = Slack(TOKEN, base_url=f"{stub.url}/api/", timeout=0.8)
    assert (await slack.call_patiently("conversations.history", channel="C1"))["ok"]
    await slack.close()


async def test_a_connection_that_breaks_is_not_tried_a_second_time(slack: Slack, stub: Stub) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    stub.answer = cut
    with pytest.raises(SlackUnavailable) as caught:
        await slack.call("chat.postMessage", channel="C1")
    assert caught.value.reached
    assert len(stub.seen) == 1


async def test_what_cannot_be_reached_has_certainly_not_counted(unused_tcp_port: int) -> None:
    slack = Slack(TOKEN, base_url=f"http://127.0.0.1:{unused_tcp_port}/api/")
    with pytest.raises(SlackUnavailable, match=r"^Slack cannot be reached\.$") as caught:
        await slack.call("chat.postMessage", channel="C1")
    assert not caught.value.reached
    await slack.close()


async def test_a_response_url_takes_the_answer(slack: Slack, stub: Stub) -> None:
    stub.says("ok")
    await slack.respond(f"{stub.url}/commands/T1/2/x", {"text": "done"})
    path, body, headers = stub.seen[0]
    assert (path, body) == ("/commands/T1/2/x", {"text": "done"})
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"ok": False, "error": "used_url"}, 404, "used_url"),
        ({"ok": False, "error": "expired_url"}, 200, "expired_url"),
        ("no_text", 400, "no_text"),
        ("", 302, "status 302"),
    ],
)
async def test_a_response_url_that_is_dead_refuses(
    slack: Slack, stub: Stub, body: Any, status: int, word: str
) -> None:
    stub.says(body, status, Location="/elsewhere")
    with pytest.raises(SlackRefused) as caught:
        await slack.respond(f"{stub.url}/hook", {"text": "x"})
    assert caught.value.error == word
    assert len(stub.seen) == 1


async def test_a_file_goes_up_as_bytes_without_our_token(slack: Slack, stub: Stub) -> None:
    await slack.upload(f"{stub.url}/upload", "ü".encode())
    assert stub.seen[0][2]["Content-Type"] == "application/octet-stream"
    assert "Authorization" not in stub.seen[0][2]
    stub.says("no", 403)
    with pytest.raises(SlackRefused):
        await slack.upload(f"{stub.url}/upload", b"x")
    stub.says("no", 502)
    with pytest.raises(SlackUnavailable):
        await slack.upload(f"{stub.url}/upload", b"x")


async def test_neither_the_token_nor_a_message_is_ever_logged(
    slack: Slack, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("slack_sdk").setLevel(logging.DEBUG)
    stub.says({"ok": False, "error": "invalid_auth"})
    with pytest.raises(SlackRefused) as caught:
        await slack.call("chat.postMessage", channel="C1", text="between us")
    logged = caplog.text + str(caught.value) + repr(caught.value)
    assert TOKEN not in logged
    assert "between us" not in logged

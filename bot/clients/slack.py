"""Slack's Web API: one method call, and one answer that says what is known about it.

Retries, rates and order are the outbox's work, so a call here is tried once. What matters to a caller that must
not post twice is whether a failed call may have counted: see `SlackUnavailable.reached`.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import GrailError, OutsideUnavailable

SLACK_API = "https://slack.com/api/"

# Said with `ok: false`, but it is Slack that failed, not what was asked; it may have been done all the same.
_FAILED_WORDS = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown_error"}
_LIMITED_WORDS = {"ratelimited", "rate_limited", "message_limit_exceeded"}


class SlackRefused(GrailError):
    """Slack understood and said no. `error`: its word, e.g. "not_in_channel"; `details`: paths of faults."""

    def __init__(self, error: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(f"Slack refused: {error}" + (f" ({'; '.join(details)})" if details else ""))
        self.error = error
        self.details = details


class SlackRateLimited(GrailError):
    """Nothing was done; `retry_after`: seconds until it may be asked again. `method`: what was asked."""

    def __init__(self, retry_after: float, method: str = "") -> None:
        super().__init__(f"Slack wants us to wait for {retry_after:g} s.")
        self.retry_after = retry_after
        self.method = method


class SlackUnavailable(OutsideUnavailable):
    """No usable answer. `reached`: False: certainly not taken; True: nobody knows."""

    def __init__(self, sentence: str, *, reached: bool) -> None:
        super().__init__("Slack", sentence)
        self.reached = reached


class Slack:
    """Slack's Web API at `base_url`. `timeout`: seconds for a whole call."""

    def __init__(self, token: str, *, base_url: str | None, timeout: float = 10) -> None:
        self._token = token
        self._base_url = base_url or SLACK_API
        self.timeout = timeout
        self._sessions: dict[float, aiohttp.ClientSession] = {}

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Slack's answer. Raises SlackRefused, SlackRateLimited, SlackUnavailable."""
        return await self._call(method, arguments, self.timeout)

    async def call_patiently(self, method: str, **arguments: Any) -> dict[str, Any]:
        """The same with three times the patience: for looking what became of a call that was too slow."""
        return await self._call(method, arguments, self.timeout * 3)

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer at a command's or a press's own address. SlackRefused("used_url") and the like when it is dead."""
        try:
            session = self._session(self.timeout)
            async with session.post(response_url, json=body, allow_redirects=False) as answer:
                text = await answer.text()
                status, wait = answer.status, answer.headers.get("Retry-After")
        except Exception as error:
            raise _unreachable(error) from error
        if status == 429:
            raise SlackRateLimited(_seconds(wait), "response_url")
        if status >= 500:
            raise SlackUnavailable(f"Slack answers {status}.", reached=True)
        data = _json(text)
        if status == 200 and data.get("ok") is not False:
            return
        raise SlackRefused(str(data.get("error") or text.strip()[:60] or f"status {status}"))

    async def upload(self, url: str, content: bytes) -> None:
        """The bytes of a file, to the address that files.getUploadURLExternal gave."""
        try:
            session = self._session(self.timeout * 3)
            headers = {"Content-Type": "application/octet-stream"}
            async with session.post(url, data=content, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status, wait = answer.status, answer.headers.get("Retry-After")
        except Exception as error:
            raise _unreachable(error) from error
        if status == 429:
            raise SlackRateLimited(_seconds(wait), "upload")
        if status >= 500:
            raise SlackUnavailable(f"Slack answers {status}.", reached=True)
        if status != 200:
            raise SlackRefused(f"status {status}")

    async def close(self) -> None:
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    def _session(self, timeout: float) -> aiohttp.ClientSession:
        session = self._sessions.get(timeout)
        if session is None or session.closed:
            limits = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 5))
            session = self._sessions[timeout] = aiohttp.ClientSession(timeout=limits)
        return session

    async def _call(self, method: str, arguments: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        # The SDK would try again by itself after a broken connection, and post twice: no retry handlers.
        client = AsyncWebClient(
            self._token,
            base_url=self._base_url,
            session=self._session(timeout),
            logger=_QUIET,
            retry_handlers=[],
        )
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            if method.startswith(("chat.", "views.")):
                answer = await client.api_call(method, json=given)
            else:  # many of the others take forms only
                answer = await client.api_call(
                    method, data={name: _form(value) for name, value in given.items()}
                )
        except SlackApiError as error:
            raise _said(error, method) from None
        except Exception as error:
            raise _unreachable(error) from error
        data = answer.data
        return dict(data) if isinstance(data, Mapping) else {}


_QUIET = logging.getLogger("grail.slack-sdk")
_QUIET.setLevel(logging.WARNING)  # at DEBUG the SDK writes whole messages into the log


def _form(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _json(text: str) -> dict[str, Any]:
    try:
        data = orjson.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _seconds(header: str | None) -> float:
    try:
        return min(3600.0, max(0.1, float(header or 1)))
    except ValueError:
        return 1.0


def _unreachable(error: Exception) -> GrailError:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return SlackUnavailable("Slack cannot be reached.", reached=False)
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return SlackUnavailable("Slack did not answer in time.", reached=True)
    if isinstance(error, aiohttp.ClientError | SlackClientError | OSError | ValueError):
        return SlackUnavailable(f"Slack's answer was cut off ({type(error).__name__}).", reached=True)
    raise error


def _said(error: SlackApiError, method: str) -> GrailError:
    response: Any = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    headers = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    answer: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    word = str(answer.get("error") or "")
    if status == 429 or word in _LIMITED_WORDS:
        return SlackRateLimited(_seconds(headers.get("Retry-After")), method)
    if status >= 500 or word in _FAILED_WORDS:
        return SlackUnavailable(f"Slack answers {word or status}.", reached=True)
    if not word:
        return SlackUnavailable(f"Slack's answer makes no sense (status {status}).", reached=True)
    about = answer.get("response_metadata")
    messages = about.get("messages", ()) if isinstance(about, Mapping) else ()
    return SlackRefused(
        word, tuple(str(m) for m in messages) or tuple(str(m) for m in answer.get("errors", ()) or ())
    )

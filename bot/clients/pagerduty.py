"""PagerDuty's REST API, by pdpyras, which waits: so it runs in threads of our own, a few at a time.

Every call has a time-out and is tried once; whoever asks decides whether to ask again. What pdpyras would repeat by
itself (429 for ever, network errors also of what changes something) is switched off.
"""

import asyncio
import logging
import threading
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast, get_args
from urllib.parse import quote

import requests

from bot.clock import Clock
from bot.domain.pages import State
from bot.errors import OutsideUnavailable

with warnings.catch_warnings():  # it says that it gets no more updates: docs/decisions/pagerduty.md
    warnings.simplefilter("ignore")
    import pdpyras  # type: ignore[import-untyped]

logging.getLogger("pdpyras").setLevel(logging.CRITICAL)  # what it would log we say ourselves

THREADS = 6
SECONDS = 6.0  # for a call; a job may last 10
KNOWN_SECONDS = 600.0  # how long a user who was found is remembered
SYSTEM = "PagerDuty"
PAGE = 100


class Unavailable(OutsideUnavailable):
    """No usable answer. wait: seconds until it may be asked again, where PagerDuty said so."""

    def __init__(self, sentence: str, wait: float | None = None) -> None:
        super().__init__(SYSTEM, sentence)
        self.wait = wait


class Refused(OutsideUnavailable):
    """PagerDuty will not do it, however often it is asked. status: as HTTP says it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(SYSTEM, sentence)
        self.status = status


@dataclass(frozen=True)
class User:
    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Incident:
    """changed: when its state changed last, to the second. by: who changed it last, a name. assigned, acknowledged: ids
    of users.
    """

    id: str
    state: State
    changed: float
    by: str
    policy: str
    assigned: tuple[str, ...]
    acknowledged: tuple[str, ...]


class PagerDuty:
    """token: None: nothing may be asked. Close it at the end."""

    def __init__(
        self,
        token: str | None,
        clock: Clock,
        *,
        api_url: str,
        seconds: float = SECONDS,
        threads: int = THREADS,
    ) -> None:
        self._token, self._clock = token, clock
        self._url, self._seconds = api_url.rstrip("/"), seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pagerduty")
        self._own = threading.local()
        self._sessions: list[Any] = []
        self._users: dict[str, tuple[float, User]] = {}

    @property
    def set_up(self) -> bool:
        return self._token is not None

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, True, cancel_futures=True)
        for session in self._sessions:
            session.close()

    # --- what can be asked

    async def user(self, email: str) -> User | None:
        """Who has this e-mail at PagerDuty; None: nobody."""
        wanted = email.strip().lower()
        at, known = self._users.get(wanted, (0.0, None))
        if known is not None and self._clock.now() < at + KNOWN_SECONDS:
            return known
        said = await self.ask("GET", "/users", params={"query": wanted, "limit": PAGE})
        for found in users_of(said):
            if found.email.lower() == wanted:
                self._users[wanted] = (self._clock.now(), found)
                return found
        return None

    async def incident(self, id: str) -> Incident:
        return incident_of(await self.ask("GET", f"/incidents/{quote(id, safe='')}"))

    async def levels(self, policy: str) -> Sequence[tuple[int, str]]:
        """Who is on call now at each level of an escalation policy: (level, id of a user)."""
        said = await self.ask("GET", "/oncalls", params={"escalation_policy_ids[]": [policy], "limit": PAGE})
        return [
            (int(row["escalation_level"]), str((row.get("user") or {}).get("id", "")))
            for row in rows(said, "oncalls")
            if isinstance(row.get("escalation_level"), int)
        ]

    # --- how it is asked

    async def ask(
        self,
        verb: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        by: User | None = None,
    ) -> Mapping[str, Any]:
        """The answer's object. by: who stands in `From`. Raises Unavailable, Refused."""
        more: dict[str, Any] = {}
        if params is not None:
            more["params"] = dict(params)
        if body is not None:
            more["json"] = dict(body)
        if by is not None:
            more["headers"] = {"From": by.email}
        loop = asyncio.get_running_loop()
        try:
            # The thread has a time-out of its own for each read; this one is for an answer that comes in drops.
            async with asyncio.timeout(self._seconds + 1):
                return await loop.run_in_executor(self._pool, lambda: self._call(verb, path, more))
        except TimeoutError as error:
            raise Unavailable("PagerDuty did not answer in time.") from error

    def _call(self, verb: str, path: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = self._session().request(verb, f"{self._url}{path}", **more)
            status = answer.status_code
        except pdpyras.PDHTTPError as error:
            status, answer = error.response.status_code, error.response
        except (pdpyras.PDClientError, requests.RequestException, OSError) as error:
            cause = error.__cause__
            slow = isinstance(cause, requests.Timeout)
            raise Unavailable(
                "PagerDuty did not answer in time." if slow else "PagerDuty cannot be reached."
            ) from error
        if status == 429:
            raise Unavailable("PagerDuty says that it is asked too often.", _seconds(answer.headers))
        if status >= 500:
            raise Unavailable(f"PagerDuty is in trouble: it answered {status}.")
        try:
            said = answer.json()
        except ValueError:
            said = None
        if status >= 400:
            raise Refused(status, _refusal(status, said))
        if not isinstance(said, dict):
            raise Unavailable("PagerDuty's answer was cut off.")
        return said

    def _session(self) -> Any:
        """Of this thread: requests' sessions are not to be shared."""
        session = getattr(self._own, "session", None)
        if session is None:
            session = pdpyras.APISession(self._token or "")
            session.url = self._url
            session.timeout = self._seconds
            session.retry = {429: 1}
            session.max_http_attempts = -1  # of that one, and of all others
            session.max_network_attempts = 0
            session.trust_env = False  # a .netrc would put another password in the token's place
            session.proxies = requests.utils.get_environ_proxies(self._url)
            self._own.session = session
            self._sessions.append(session)
        return session


def users_of(said: Mapping[str, Any]) -> list[User]:
    """The users of an answer that lists some."""
    return [
        User(str(row.get("id", "")), str(row.get("name", "")), str(row.get("email", "")))
        for row in rows(said, "users")
    ]


def rows(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """What an answer lists under a name."""
    found = said.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def incident_of(said: Mapping[str, Any]) -> Incident:
    """The incident of an answer. Raises Unavailable where there is none that can be read."""
    row = said.get("incident")
    state = row.get("status") if isinstance(row, dict) else None
    if not isinstance(row, dict) or state not in get_args(State):
        raise Unavailable("PagerDuty's answer is not one that I understand.")
    return Incident(
        id=str(row.get("id", "")),
        state=cast(State, state),
        changed=_when(row.get("last_status_change_at")) or _when(row.get("created_at")) or 0.0,
        by=str((row.get("last_status_change_by") or {}).get("summary") or ""),
        policy=str((row.get("escalation_policy") or {}).get("id") or ""),
        assigned=_ids(row, "assignments", "assignee"),
        acknowledged=_ids(row, "acknowledgements", "acknowledger"),
    )


def _ids(row: Mapping[str, Any], names: str, name: str) -> tuple[str, ...]:
    found = [one.get(name) for one in rows(row, names)]
    return tuple(str(one.get("id", "")) for one in found if isinstance(one, dict))


def _when(value: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC).timestamp()
    except ValueError:
        return None


def _seconds(headers: Mapping[str, str]) -> float | None:
    said = headers.get("ratelimit-reset") or headers.get("Retry-After") or ""
    return float(said) if said.isdecimal() else None


def _refusal(status: int, said: Any) -> str:
    error = said.get("error") if isinstance(said, dict) else None
    error = error if isinstance(error, dict) else {}
    errors = error.get("errors")
    words = [str(one) for one in errors] if isinstance(errors, list) else []
    why = "; ".join([*words[:3]] or [str(error.get("message") or "")])[:300]
    match status:
        case 401:
            return "PagerDuty does not know my key: an admin has to look at PAGERDUTY_API_TOKEN."
        case 403:
            return "PagerDuty says that my key may not do this: an admin has to look at its rights."
        case 404:
            return "PagerDuty does not know this page (any more)."
        case _:
            return f"PagerDuty refused it{': ' + why.rstrip('.') if why else ''}."

"""HTTP to systems that we call: one session, a time-out on every call, and what is known of a call that failed."""

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from yarl import URL

from bot.errors import OutsideUnavailable

AGENT = "grail"
MOST_BYTES = 20 * 1024 * 1024  # of an answer; more than that is none


class Unreachable(OutsideUnavailable):
    """No usable answer. reached: False: what was asked for has certainly not been done; True: nobody knows.

    refused: somebody at that address has said that nothing listens there.
    """

    def __init__(self, system: str, sentence: str, *, reached: bool, refused: bool = False) -> None:
        super().__init__(system, sentence)
        self.reached = reached
        self.refused = refused


@dataclass(frozen=True)
class Answer:
    """headers: names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """ValueError where it is none. None for nothing."""
        return orjson.loads(self.body) if self.body.strip() else None


class Http:
    """Calls of one system. system: its name as people know it. timeout: seconds for a whole call."""

    def __init__(self, system: str, *, timeout: float = 10) -> None:
        self.system = system
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self, verb: str, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Answer:
        """One call, tried once. Raises Unreachable; an answer of any status is an answer."""
        given = {"User-Agent": AGENT, **headers}
        data = None
        if body is not None:
            data = orjson.dumps(body)
            given["Content-Type"] = "application/json"
        try:
            # The address is written by us, with every name percent-encoded: nothing is to be decoded in it again.
            async with self._opened().request(
                verb, URL(url, encoded=True), data=data, headers=given, allow_redirects=False
            ) as answer:
                said = await answer.content.read(MOST_BYTES + 1)
                while len(said) <= MOST_BYTES and (more := await answer.content.read(MOST_BYTES)):
                    said += more
                if len(said) > MOST_BYTES:
                    raise Unreachable(self.system, f"{self.system}'s answer is too long.", reached=True)
                kept = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, kept, said)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            refused = getattr(error, "errno", None) == errno.ECONNREFUSED
            sentence = f"{self.system} cannot be reached."
            raise Unreachable(self.system, sentence, reached=False, refused=refused) from error
        except TimeoutError as error:
            raise Unreachable(self.system, f"{self.system} did not answer in time.", reached=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            why = f"{self.system}'s answer was cut off ({type(error).__name__})."
            raise Unreachable(self.system, why, reached=True) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # let the connections go

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            limits = aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(self._timeout, 5))
            self._session = aiohttp.ClientSession(timeout=limits)
        return self._session

"""How GitHub is asked: whose rights are used, its limits, its ETags, and its refusals as sentences."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from bot.clients.http import Answer, Http, Unreachable
from bot.clock import Clock
from bot.errors import Refusal

PAGE = 100
MOST_PAGES = 10
REMEMBERED = 1_000  # answers whose ETag is kept
LOW = 200  # so few requests left: what is not urgent waits longer
T = TypeVar("T")


class GitHubLimited(Unreachable):
    """One of GitHub's limits: nothing was done. until: when it may be asked again, seconds since the epoch."""

    def __init__(self, sentence: str, until: float) -> None:
        super().__init__("GitHub", sentence, reached=False)
        self.until = until


class GitHubRefused(Refusal):
    """GitHub understood and said no; nothing was done. status: 401, 403, 404, 409, 422 or another below 500."""

    def __init__(self, sentence: str, status: int, hint: str) -> None:
        super().__init__(sentence, code=f"github-{status}", hint=hint)
        self.status = status


class Tokens(Protocol):
    """Whose rights are used. `refused`: the last one was not taken; True: it is worth asking again."""

    async def token(self, repository: str) -> str: ...

    async def refused(self, repository: str) -> bool: ...

    async def close(self) -> None: ...


class FixedToken:
    """GITHUB_TOKEN."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, repository: str) -> str:
        return self._token

    async def refused(self, repository: str) -> bool:
        return False

    async def close(self) -> None:
        pass


class Asking:
    """One GitHub, asked on behalf of one Grail."""

    def __init__(self, tokens: Tokens | None, clock: Clock, api_url: str, timeout: float) -> None:
        self._tokens = tokens
        self._clock = clock
        self._base = api_url.rstrip("/")
        self._http = Http("GitHub", timeout=timeout)
        self._known: OrderedDict[str, tuple[str, Any]] = OrderedDict()
        self._until = 0.0
        self.left: int | None = None  # requests left in this hour, as GitHub said last

    @property
    def set_up(self) -> bool:
        """Whether there are credentials."""
        return self._tokens is not None

    @property
    def low(self) -> bool:
        """Whether little of the hour's limit is left."""
        return self.left is not None and self.left < LOW

    async def close(self) -> None:
        await self._http.close()
        if self._tokens is not None:
            await self._tokens.close()

    async def pages(
        self,
        repository: str,
        path: str,
        key: str,
        what: str,
        needs: str,
        query: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        rows: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {**(query or {}), "per_page": PAGE} | ({"page": page} if page > 1 else {})
            body = await self.get(repository, path, what, needs, asked)
            part: list[Any] = shaped(lambda found: list(found[key]), body)
            rows += part
            if len(part) < PAGE:
                break
        return rows

    async def get(
        self, repository: str, path: str, what: str, needs: str, query: Mapping[str, Any] | None = None
    ) -> Any:
        url = f"/repos/{repository}{path}" + (f"?{urlencode(query)}" if query else "")
        known = self._known.get(url)
        headers = {"If-None-Match": known[0]} if known else {}
        try:
            answer = await self._asked("GET", url, repository, headers)
        except GitHubLimited:
            raise
        except Unreachable:  # reading twice harms nobody
            await asyncio.sleep(0.2)
            answer = await self._asked("GET", url, repository, headers)
        if answer.status == 304 and known:
            self._known.move_to_end(url)
            return known[1]
        if answer.status != 200:
            raise self._refused(answer, f"show me {what}", what, needs)
        body = self._json(answer)
        if etag := answer.headers.get("etag"):
            self._known[url] = (etag, body)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return body

    async def post(
        self, repository: str, path: str, body: Mapping[str, Any] | None, doing: str, what: str, needs: str
    ) -> Any:
        answer = await self._asked("POST", f"/repos/{repository}{path}", repository, {}, body)
        if not 200 <= answer.status < 300:
            raise self._refused(answer, f"let me {doing}", what, needs)
        return self._json(answer)

    async def _asked(
        self,
        verb: str,
        url: str,
        repository: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        if self._tokens is None:
            raise GitHubRefused(
                "I have no credentials for GitHub.", 401, "An admin has to set GITHUB_TOKEN for Grail."
            )
        now = self._clock.now()
        if now < self._until:
            raise GitHubLimited(_wait(self._until - now), self._until)
        for again in (False, True):
            given = {
                "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", **headers,
                "Authorization": f"Bearer {await self._tokens.token(repository)}",
            }  # fmt: skip
            answer = await self._http.ask(verb, self._base + url, headers=given, body=body)
            if answer.status != 401 or again or not await self._tokens.refused(repository):
                break
        self._limits(answer)
        if answer.status >= 500:
            raise Unreachable("GitHub", f"GitHub answers {answer.status}.", reached=True)
        return answer

    def _limits(self, answer: Answer) -> None:
        """Keep what GitHub says of its limits. Raises GitHubLimited where this answer is a refusal for that."""
        with suppress(ValueError, KeyError):
            self.left = int(answer.headers["x-ratelimit-remaining"])
        if answer.status not in (403, 429):
            return
        now = self._clock.now()
        retry, said = answer.headers.get("retry-after"), answer.body[:500].lower()
        if retry is not None:
            self._until = now + _seconds(retry, 60)
        elif self.left == 0:
            self._until = max(
                now + 1, _seconds(answer.headers.get("x-ratelimit-reset"), now + 60, most=now + 7200)
            )
        elif answer.status == 429 or b"secondary rate limit" in said:
            self._until = now + 60  # what GitHub's documentation asks for where it names no time
        else:
            return
        raise GitHubLimited(_wait(self._until - now), self._until)

    def _json(self, answer: Answer) -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise _rubbish() from error

    def _refused(self, answer: Answer, doing: str, what: str, needs: str) -> GitHubRefused:
        status = answer.status
        said = ""
        with suppress(ValueError, AttributeError, TypeError):
            said = " ".join(str(answer.json().get("message") or "").split())[:200].rstrip(".")
        told = f" ({said})" if said else ""
        match status:
            case 401:
                return GitHubRefused(
                    "GitHub does not take my token.",
                    401,
                    "An admin has to give Grail a GITHUB_TOKEN that is valid.",
                )
            case 403:
                hint = f"An admin has to give its token this permission: {needs}."
                return GitHubRefused(f"GitHub does not {doing}{told}.", 403, hint)
            case 404:
                hint = "Look at its name in config.yaml, and whether Grail's token may see it."
                return GitHubRefused(f"GitHub knows no {what}, or hides it from me.", 404, hint)
            case 301 | 302 | 307 | 308:
                hint = "Has it been renamed? Write the new name into config.yaml."
                return GitHubRefused(f"GitHub has moved {what}.", status, hint)
        hint = "What GitHub says in brackets has to be put right first."
        return GitHubRefused(f"GitHub does not {doing}{told or f' (status {status})'}.", status, hint)


def shaped(read: Callable[[Any], T], body: Any) -> T:
    try:
        return read(body)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise _rubbish() from error


def _rubbish() -> Unreachable:
    return Unreachable("GitHub", "GitHub's answer makes no sense.", reached=True)


def _seconds(text: str | None, default: float, most: float = 7200) -> float:
    try:
        return min(most, max(1.0, float(text or "")))
    except ValueError:
        return default


def _wait(seconds: float) -> str:
    whole = max(1, round(seconds))
    span = f"{whole} seconds" if whole < 120 else f"{round(whole / 60)} minutes"
    return f"GitHub lets me ask nothing for {span}: its limit is used up."

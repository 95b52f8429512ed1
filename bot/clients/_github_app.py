"""Grail as a GitHub App: a signed word of who we are, for which GitHub gives a token for an hour, for one owner."""

import base64
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.clients._github_asking import GitHubRefused
from bot.clients.http import Http, Unreachable
from bot.clock import Clock
from bot.errors import StartFault

EARLY = 300.0  # seconds before its end that a token is renewed
WORD_SECONDS = 540  # GitHub takes no word that is good for more than ten minutes
BEHIND = 60  # by how much GitHub's clock may be behind ours


@dataclass
class _Held:
    token: str
    ends: float


class AppTokens:
    """key: the App's private key, as the PEM text that GitHub made. Raises StartFault where it is none."""

    def __init__(self, app: str, key: str, clock: Clock, *, api_url: str) -> None:
        self._app = app
        self._clock = clock
        self._base = api_url.rstrip("/")
        self._http = Http("GitHub")
        self._held: dict[str, _Held] = {}  # by owner: an App is installed for an owner
        try:
            read: Any = serialization.load_pem_private_key(key.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise StartFault(_NO_KEY) from error
        if not isinstance(read, rsa.RSAPrivateKey):
            raise StartFault(_NO_KEY)
        self._key = read

    async def token(self, repository: str) -> str:
        """Raises GitHubRefused where the App is not installed for the owner, and Unreachable."""
        owner = repository.partition("/")[0]
        held = self._held.get(owner)
        if held is None or self._clock.now() >= held.ends - EARLY:
            installation = await self._asked("GET", f"/repos/{repository}/installation", 200, repository)
            made = await self._asked(
                "POST", f"/app/installations/{installation['id']}/access_tokens", 201, repository
            )
            held = self._held[owner] = _Held(str(made["token"]), self._clock.now() + 3600)
        return held.token

    async def refused(self, repository: str) -> bool:
        return self._held.pop(repository.partition("/")[0], None) is not None

    async def close(self) -> None:
        await self._http.close()

    async def _asked(self, verb: str, path: str, good: int, repository: str) -> dict[str, Any]:
        headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {self._word()}"}
        answer = await self._http.ask(verb, self._base + path, headers=headers)
        if answer.status >= 500 or answer.status == 429:
            raise Unreachable("GitHub", f"GitHub answers {answer.status}.", reached=False)
        if answer.status == 404:
            raise GitHubRefused(
                f"Grail's GitHub App is not installed for {repository}.", 404,
                "An owner of it has to install the App there.",
            )  # fmt: skip
        if answer.status != good:
            raise GitHubRefused(
                "GitHub does not take Grail's App.", answer.status,
                "An admin has to look at GITHUB_APP_ID and GITHUB_APP_KEY, and at the clock of Grail's machine.",
            )  # fmt: skip
        try:
            said = answer.json()
            return {"id": said["id"]} if verb == "GET" else {"token": said["token"]}
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable("GitHub", "GitHub's answer makes no sense.", reached=False) from error

    def _word(self) -> str:
        """A JSON web token, RS256."""
        now = int(self._clock.now())
        told = {"iat": now - BEHIND, "exp": now + WORD_SECONDS, "iss": self._app}
        said = b".".join(_written(orjson.dumps(part)) for part in ({"alg": "RS256", "typ": "JWT"}, told))
        signature = self._key.sign(said, padding.PKCS1v15(), hashes.SHA256())
        return (said + b"." + _written(signature)).decode()


_NO_KEY = (
    "GITHUB_APP_KEY is no private key: it has to be the text of the .pem file that GitHub made for the App."
)


def _written(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")

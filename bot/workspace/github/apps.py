"""A GitHub App: it shows a word signed with its private key, and gets a token that is good for an hour."""

import base64
import re
import secrets
from collections.abc import Callable
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .git import written
from .shapes import Shapes
from .things import Things

INSTALLATION = 4242
TOKEN_SECONDS = 3600
_ASKED = re.compile(r"/repos/([^/]+/[^/]+)/installation|/app/installations/(\d+)/access_tokens")


class Apps:
    """app: its id, and its public key as PEM; None: there is no App."""

    def __init__(self, app: tuple[str, str] | None, things: Things, shapes: Callable[[], Shapes]) -> None:
        self._things, self._shapes = things, shapes
        self._id = app[0] if app else ""
        self._key: Any = serialization.load_pem_public_key(app[1].encode()) if app else None
        self._given: dict[str, float] = {}

    def asked(self, path: str) -> bool:
        """Whether an address is for Apps alone."""
        return _ASKED.fullmatch(path) is not None

    def known(self, token: str) -> bool:
        return self._given.get(token, 0.0) > self._things.clock.now()

    def forget(self) -> None:
        """All tokens are void from now on, as after [Revoke]."""
        self._given.clear()

    def answer(self, verb: str, path: str, word: str) -> tuple[int, Any]:
        if not self._signed(word):
            return 401, {"message": "A JSON web token could not be decoded"}
        found = _ASKED.fullmatch(path)
        assert found is not None
        if verb == "GET" and found[1]:
            if found[1] not in self._things.repositories:
                return 404, {"message": "Not Found"}
            url = f"{self._shapes().base}/app/installations/{INSTALLATION}"
            owner = self._shapes().user(found[1].partition("/")[0])
            return 200, {
                "id": INSTALLATION, "app_id": 1, "app_slug": "grail", "target_id": owner["id"], "target_type": "User",
                "single_file_name": None, "repository_selection": "all", "access_tokens_url": f"{url}/access_tokens",
                "html_url": url, "repositories_url": f"{url}/repositories", "events": [], "account": owner,
                "permissions": {}, "created_at": written(0), "updated_at": written(0), "suspended_by": None,
                "suspended_at": None,
            }  # fmt: skip
        if verb == "POST" and found[2] == str(INSTALLATION):
            token = f"ghs_{secrets.token_hex(18)}"
            ends = self._given[token] = self._things.clock.now() + TOKEN_SECONDS
            return 201, {"token": token, "expires_at": written(ends)}
        return 404, {"message": "Not Found"}

    def _signed(self, word: str) -> bool:
        said, _, signature = word.rpartition(".")
        try:
            assert isinstance(self._key, rsa.RSAPublicKey)
            self._key.verify(_read(signature), said.encode(), padding.PKCS1v15(), hashes.SHA256())
            told = orjson.loads(_read(said.partition(".")[2]))
            now = self._things.clock.now()
            return bool(told["iss"] == self._id and told["iat"] <= now < told["exp"] <= told["iat"] + 660)
        except (InvalidSignature, ValueError, KeyError, TypeError, AssertionError):
            return False


def _read(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

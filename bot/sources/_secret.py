"""The secret of a sender that signs nothing: as a bearer token, as the password of basic authentication, or in
X-Grail-Secret.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence


def given(headers: Mapping[str, str]) -> str:
    """What the sender says, or ""."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            try:
                _, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
            except ValueError:
                return ""
            return password
        case _:
            return headers.get("x-grail-secret", "").strip()


def known(said: str, secrets: Sequence[str]) -> bool:
    """Whether it is one of them; each is compared, whatever the others said."""
    found = [hmac.compare_digest(said.encode("utf-8", "replace"), one.encode()) for one in secrets]
    return bool(said) and any(found)


def of(headers: Mapping[str, str], secrets: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The services whose secret this is. secrets: of each service."""
    said = given(headers)
    return tuple([service for service, own in secrets.items() if known(said, own)])

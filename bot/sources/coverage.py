"""Coverage reports: Cobertura XML or LCOV, of one commit (`?commit=`), with the secret of the service that it is of."""

import re
from collections.abc import Mapping, Sequence

from bot.domain.coverage import OddReport, Report
from bot.sources import _cobertura, _lcov, _secret

_COMMIT = re.compile(r"[0-9a-f]{40}")
_UTF_8, *_UTF_16 = (
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
)  # marks of an encoding, before the first character


def verify(headers: Mapping[str, str], secrets: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The services whose secret this is. secrets: of each service."""
    return _secret.of(headers, secrets)


def commit(query: Mapping[str, str]) -> str:
    """The commit that it is of, "" where that is not said: all 40 digits, because fewer may come to mean two."""
    said = query.get("commit", "").strip().lower()
    return said if _COMMIT.fullmatch(said) else ""


def parse(body: bytes) -> Report:
    """Raises OddReport, and nothing else, whatever came."""
    start = body.removeprefix(_UTF_8).lstrip()
    if not start:
        raise OddReport("It is empty.")
    if start.startswith((b"<", *_UTF_16)):
        return _cobertura.read(start)
    if any(mark in start for mark in (b"SF:", b"DA:")):
        return _lcov.read(start)
    raise OddReport("It is neither Cobertura XML nor LCOV.")

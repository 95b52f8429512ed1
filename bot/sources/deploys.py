"""Deploys that another system did: JSON, with the secret of the service that was deployed."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from bot.domain.reported import OddReport, Reported, Result
from bot.sources import _secret

MOST_BYTES = 64 * 1024  # of a report; more is none
OLDEST_SECONDS = 30 * 24 * 3600.0
AHEAD_SECONDS = 3600.0  # by which a clock may be ahead of ours
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,9})?")
# As GitHub Actions, Jenkins, GitLab and people say it.
_RESULTS: Mapping[str, Result] = {
    "succeeded": "succeeded", "success": "succeeded", "successful": "succeeded", "passed": "succeeded",
    "failed": "failed", "failure": "failed", "error": "failed", "unstable": "failed", "timed_out": "failed",
    "cancelled": "cancelled", "canceled": "cancelled", "aborted": "cancelled",
}  # fmt: skip


def verify(headers: Mapping[str, str], secrets: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The services whose secret this is. secrets: of each service."""
    return _secret.of(headers, secrets)


def fields(body: bytes) -> dict[str, Any]:
    """The object that it is; {} for what is none."""
    if len(body) > MOST_BYTES:
        return {}
    try:
        found = orjson.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def parse(body: bytes, at: float) -> Reported:
    """Raises OddReport, and nothing else, whatever came. at: when it came, seconds since the epoch."""
    if not body.strip():
        raise OddReport("It is empty.")
    if len(body) > MOST_BYTES:
        raise OddReport("It is longer than 64 KiB.")
    found = fields(body)
    if not found:
        raise OddReport("It is no JSON object.")
    environment, commit = _text(found, "environment", 100), _text(found, "commit", 64).lower()
    if not environment:
        raise OddReport("It names no `environment`.")
    if not _COMMIT.fullmatch(commit):
        raise OddReport("Its `commit` is not all 40 digits of one.")
    ended = _time(found, "ended")
    began = _time(found, "began")
    if ended is None:
        ended = at
    if began is None:
        began = ended
    if ended > at + AHEAD_SECONDS:
        raise OddReport("Its `ended` lies in the future.")
    if ended < at - OLDEST_SECONDS:
        raise OddReport("It ended more than 30 days ago.")
    if began > ended + 1.0:
        raise OddReport("It began after it had ended.")
    ended = min(ended, at)
    result = _result(found)
    url = _text(found, "url", 2000)
    return Reported(
        _text(found, "id", 200) or _named(environment, commit, result, found), environment, commit, result,
        min(began, ended), ended, _text(found, "ref", 250), _text(found, "by", 100),
        url if url.startswith(("https://", "http://")) and not set(url) & set(" <>|") else "",
    )  # fmt: skip


def _result(found: Mapping[str, Any]) -> Result:
    said = _text(found, "result", 40)
    result = _RESULTS.get(said.casefold())
    if result is None:
        raise OddReport(
            f"Its `result` is {said!r}: it has to be succeeded, failed or cancelled."
            if said
            else "It says no `result`: succeeded, failed or cancelled."
        )
    return result


def _named(environment: str, commit: str, result: str, found: Mapping[str, Any]) -> str:
    """What makes it one where it has no id."""
    what = [environment, commit, result, *(str(found.get(name)) for name in ("began", "ended"))]
    return hashlib.sha256("\n".join(what).encode("utf-8", "replace")).hexdigest()[:20]


def _text(found: Mapping[str, Any], name: str, most: int) -> str:
    """On one line; "" where it is missing. A number stands for itself."""
    value = found.get(name)
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, str | int):
        raise OddReport(f"Its `{name}` is no text.")
    plain = "".join(one if one.isprintable() else " " for one in str(value))
    return " ".join(plain.split())[:most]


def _time(found: Mapping[str, Any], name: str) -> float | None:
    """Seconds since the epoch: a number of seconds or of milliseconds, or ISO 8601 with its zone. None: not said."""
    value, how = found.get(name), "write it like 2026-11-23T14:05:00Z."
    if value is None or value == "":
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            raise OddReport(f"Its `{name}` is no time: {how}") from None
        if moment.tzinfo is None:
            raise OddReport(f"Its `{name}` has no zone: {how}")
        return moment.timestamp()
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not 0 <= float(value) < 1e14:
        raise OddReport(f"Its `{name}` is no time: {how}")
    return float(value) / (1000 if float(value) > 1e11 else 1)

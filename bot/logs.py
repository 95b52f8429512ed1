"""Logs as text or JSON, one line a thing that happened. No secret stands in any line."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# What secrets look like, whoever wrote them into a message: Slack's tokens, GitHub's, bearer tokens, passwords in URLs,
# our own for the terminal, and the addresses at which whoever knows them answers in Grail's name.
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|gh[opsu]_\w+|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?i:bearer\s+)[\w.~+/-]+=*"
    r"|grail-[\w-]{32}(?![\w-])|https://hooks\.slack\.com/\S+|(?<=/respond/)[\w-]+"
)
_exact: list[str] = []


def configure(form: str, level: int = logging.INFO) -> None:
    """Log to standard error. form: `text` or `json`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    render = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_strip, render], foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def hide(*secrets: str) -> None:
    """Never show these, wherever they come up."""
    _exact.extend(secret for secret in secrets if len(secret) >= 6 and secret not in _exact)


def masked(text: str) -> str:
    """The text without anything that looks like a secret, or is one of ours."""
    for secret in _exact:
        text = text.replace(secret, "•••")
    return _SECRET.sub("•••", text)


def without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = masked(value)
        elif not isinstance(value, int | float | bool | None):
            event[key] = masked(repr(value))
    return event


def _strip(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(_, __, event)

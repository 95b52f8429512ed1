"""Log lines: text or JSON, and no secret in any of them."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs

SECRETS = (
    "xoxb-1234-abcdef",
    "xapp-1-A1-2-abc",
    "xoxe-abc",
    "ghp_0123456789abcdef",
    "https://hooks.slack.com/services/T1/B1/abc",
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What a process says of its logs holds for all of it: put back what was."""
    root, exact = logging.getLogger(), list(logs._exact)
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], logs._exact[:] = handlers, exact
    root.setLevel(level)
    structlog.reset_defaults()


def line(printed: pytest.CaptureFixture[str]) -> dict[str, Any]:
    [only] = printed.readouterr().err.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


def test_json_is_one_object_a_line_with_the_id_of_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    with structlog.contextvars.bound_contextvars(request="r-1"):
        structlog.get_logger().info("deploy.began", deploy="d-1", text="two\nlines")
    said = line(capsys)
    assert (said["event"], said["level"], said["request"], said["deploy"]) == (
        "deploy.began",
        "info",
        "r-1",
        "d-1",
    )
    assert said["text"] == "two\nlines"
    assert said["timestamp"].endswith("Z")


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text")
    structlog.get_logger().warning("deploy.began", deploy="d-1")
    said = capsys.readouterr().err
    assert "deploy.began" in said
    assert "deploy=d-1" in said
    assert "\x1b" not in said


def test_what_libraries_log_comes_out_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logging.getLogger("aiohttp").warning("hello %s", "xoxb-12-secret")
    assert line(capsys)["event"] == "hello •••"
    logging.getLogger("aiohttp").info("too small to be said")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_in_no_line_wherever_it_stands(
    capsys: pytest.CaptureFixture[str], form: str, secret: str
) -> None:
    logs.configure(form)
    log = structlog.get_logger()
    log.warning(f"said {secret}", plain=secret, nested={"deep": [secret]}, error=ValueError(secret))
    try:
        raise RuntimeError(f"with {secret}")
    except RuntimeError:
        log.exception("failed")
    logging.getLogger("x").error("library %s", secret)
    said = capsys.readouterr().err
    assert said.count("•••") + said.count(r"\u2022\u2022\u2022") == 6
    assert secret not in said


def test_a_password_in_an_address_and_a_bearer_token_are_masked() -> None:
    assert logs.masked("redis://me:hunter2@h:1/0") == "redis://•••@h:1/0"
    assert logs.masked("Authorization: Bearer abc.def-1=") == "Authorization: •••"
    assert logs.masked("https://example.com/a?b=c") == "https://example.com/a?b=c"


def test_what_is_to_be_hidden_by_its_value_is_hidden() -> None:
    logs.hide("0f3a9c-signing", "short", "")
    assert logs.masked("it is 0f3a9c-signing, in short") == "it is •••, in short"

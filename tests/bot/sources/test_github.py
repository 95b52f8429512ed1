"""GitHub's webhooks: who signed them, and what of them is used, whatever stands in them."""

import hashlib
import hmac
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.github import Outside, parse, verify

RUN = {
    "action": "completed",
    "repository": {"full_name": "acme/shop"},
    "workflow_run": {"display_title": "Deploy d-12-0123abcd", "head_sha": "a" * 40},
}
STATUS: dict[str, Any] = {
    "action": "created",
    "deployment": {"payload": {"grail": "d-7-89abcdef"}, "sha": "b" * 40},
    "deployment_status": {"state": "success"},
}


def signed(body: bytes, secret: str) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def test_each_of_the_secrets_may_have_signed_it_and_nobody_else() -> None:
    body = b'{"a": 1}'
    assert verify(signed(body, "new"), body, ("old", "new"))
    assert verify(signed(body, "old"), body, ("old", "new"))
    assert not verify(signed(body, "theirs"), body, ("old", "new"))
    assert not verify(signed(body, "old"), body + b" ", ("old", "new"))
    assert not verify({}, body, ("old",))
    assert not verify({"x-hub-signature-256": "sha256=é"}, body, ("old",))
    assert not verify(signed(body, ""), body, ())


def test_a_run_tells_its_mark_by_its_title_and_a_deployment_by_its_payload() -> None:
    heard = parse({"x-github-event": "workflow_run", "x-github-delivery": "1-2"}, orjson.dumps(RUN))
    assert (heard.id, heard.event, heard.action) == ("1-2", "workflow_run", "completed")
    assert (heard.repository, heard.sha, heard.marks) == ("acme/shop", "a" * 40, ("d-12-0123abcd",))
    assert not heard.odd
    for payload in ({"grail": "d-7-89abcdef"}, '{"grail": "d-7-89abcdef"}'):
        body = orjson.dumps({**STATUS, "deployment": {"payload": payload, "sha": "b" * 40}})
        heard = parse({"x-github-event": "deployment_status"}, body)
        assert (heard.marks, heard.sha) == (("d-7-89abcdef",), "b" * 40)


def test_a_deploy_of_another_tool_tells_where_by_whom_and_since_when_and_only_a_success_does() -> None:
    it = {"environment": "staging", "task": "deploy", "sha": "b" * 40, "creator": {"login": "olga"}}
    status = {"state": "success", "created_at": "2026-01-05T09:00:00Z"}
    said = {"repository": {"full_name": "acme/shop"}, "deployment": it, "deployment_status": status}
    event = {"x-github-event": "deployment_status"}
    heard = parse(event, orjson.dumps(said))
    assert (heard.outside, heard.sha) == (Outside("staging", "olga", 1767603600.0), "b" * 40)
    ours = {**it, "payload": {"grail": "d-7-89abcdef"}}
    for other in (
        {"deployment": {**it, "task": "restart"}}, {"deployment_status": {**status, "state": "failure"}},
        {"deployment": {**it, "sha": "main"}}, {"deployment": {**it, "environment": ""}}, {"deployment": ours},
    ):  # fmt: skip
        assert parse(event, orjson.dumps({**said, **other})).outside is None
    odd = parse(
        event, orjson.dumps({**said, "deployment_status": {"state": "success", "created_at": "soon"}})
    )
    assert odd.outside == Outside("staging", "olga", None)


def test_one_without_an_id_is_known_by_what_it_says() -> None:
    one, other = (parse({}, body).id for body in (b"1", b"2"))
    assert one != other
    assert parse({}, b"1").id == one


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"workflow_run": 5}'])
def test_what_cannot_be_understood_is_odd_and_no_error(body: bytes) -> None:
    heard = parse({"x-github-event": "workflow_run"}, body)
    assert heard.odd
    assert heard.marks == ()


NAMES = sorted({*RUN, *STATUS, "payload", "full_name", "display_title", "head_sha"})
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(body=_json)
def test_no_body_makes_it_stumble(body: object) -> None:
    heard = parse({"x-github-event": "workflow_run"}, orjson.dumps(body))
    assert all(isinstance(value, str) for value in (heard.repository, heard.sha, heard.action))

"""PagerDuty's webhooks: whose they are, and what they say, whatever is in them."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pages import Page, after
from bot.sources.pagerduty import parse, verify

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads" / "pagerduty_v3_lifecycle.synthetic.json"
BODY = b'{"event": {}}'


def signed(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    marks = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets]
    return {"x-pagerduty-signature": ",".join(f"v1={mark}" for mark in marks)}


def event(type: str = "incident.triggered", **data: Any) -> bytes:
    inner = {
        "id": "Q1", "type": "incident", "number": 7, "status": "triggered", "title": "checkout 5xx",
        "created_at": "2026-03-02T03:14:07Z", "service": {"id": "PSHOP01", "summary": "Shop"}, **data,
    }  # fmt: skip
    about = {
        "id": "01E",
        "event_type": type,
        "occurred_at": "2026-03-02T03:14:07.120Z",
        "agent": None,
        "data": inner,
    }
    return orjson.dumps({"event": about})


@pytest.fixture
def lifecycle() -> Any:
    if not PAYLOADS.exists():
        pytest.skip("../shared is not at hand: PagerDuty's own payloads are in it.")
    return orjson.loads(PAYLOADS.read_bytes())


def test_any_signature_by_any_of_the_secrets_is_good() -> None:
    assert verify(signed("old"), BODY, ("new", "old"))
    assert verify(signed("theirs", "old"), BODY, ("new", "old"))
    assert verify(
        {"x-pagerduty-signature": "v0=abc, " + signed("new")["x-pagerduty-signature"]}, BODY, ("new",)
    )


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"x-pagerduty-signature": ""}, {"x-pagerduty-signature": "v1="}, signed("theirs"),
        {"x-pagerduty-signature": signed("new")["x-pagerduty-signature"].replace("v1=", "v2=")},
        {"x-pagerduty-signature": "v1=\u00e9"}, signed("new", body=b'{"event":{}}'),
    ],
)  # fmt: skip
def test_a_missing_wrong_or_foreign_signature_is_none(headers: dict[str, str]) -> None:
    assert not verify(headers, BODY, ("new", "old"))


def test_without_a_secret_nothing_is_good() -> None:
    assert not verify(signed(""), BODY, ())


def test_a_whole_life_of_an_incident_is_understood_as_pagerduty_tells_it(lifecycle: Any) -> None:
    page: Page | None = None
    states = []
    for delivery in lifecycle["deliveries"]:
        headers = {name.lower(): value for name, value in delivery["headers"].items()}
        body = delivery["raw_body_utf8"].encode()
        assert verify(headers, body, (lifecycle["secret_current"],))
        assert verify(headers, body, (lifecycle["secret_previous"],))
        heard = parse(headers, body)
        assert heard.known
        assert not heard.odd
        assert heard.event is not None
        page = after(page, heard.event, service="shop", now=0.0)
        assert page is not None
        states.append(page.state)
    assert states == ["triggered", "acknowledged", "acknowledged", "acknowledged", "resolved"]
    assert page is not None
    assert (page.told.number, page.told.where, page.told.priority) == (4711, "PSVC001", "P2")
    assert page.told.title == "checkout 5xx > 2% (prod) — é✓"
    assert (page.acknowledged_by, page.resolved_by) == (("Ops One",), "Ops One")
    assert [move.text for move in page.moves if move.text] == ["rolled back checkout@8c1f"]


def test_what_monitoring_did_was_done_by_nobody() -> None:
    heard = parse({}, event(agent={"type": "service_reference", "summary": "Shop"}))
    assert heard.event is not None
    assert heard.event.move.by == ""


def test_an_event_type_that_nobody_knows_is_known_to_be_unknown() -> None:
    heard = parse({}, event("incident.painted"))
    assert (heard.known, heard.odd) == (False, False)


def test_what_is_about_no_incident_is_about_no_page() -> None:
    heard = parse({}, event("service.updated"))
    assert (heard.known, heard.odd, heard.event) == (True, False, None)


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", b'{"event": []}', event(id=None), event(status="asleep"), event()[:60]],
)
def test_an_odd_body_is_odd_and_raises_nothing(body: bytes) -> None:
    assert parse({}, body).odd


def test_the_same_event_is_the_same_however_it_is_delivered() -> None:
    assert parse({"x-webhook-id": "1"}, event()).id == parse({"x-webhook-id": "2"}, event()).id == "01E"
    assert parse({}, b"odd").id == parse({}, b"odd").id != parse({}, b"other").id


def test_a_title_of_ten_thousand_characters_and_an_address_that_is_none_do_no_harm() -> None:
    heard = parse({}, event(title="x" * 20_000, html_url="javascript:alert(1)"))
    assert heard.event is not None
    assert heard.event.told is not None
    assert (len(heard.event.told.title), heard.event.told.url) == (10_000, "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
FIELDS = (
    "id",
    "type",
    "number",
    "status",
    "title",
    "created_at",
    "service",
    "assignees",
    "priority",
    "incident",
)


@given(st.dictionaries(st.sampled_from(FIELDS), json_values), json_values, json_values)
def test_whatever_stands_in_its_fields_it_is_read(data: dict[str, Any], at: Any, agent: Any) -> None:
    for type in ("incident.triggered", "incident.annotated", "incident.resolved"):
        body = {"event": {"id": "1", "event_type": type, "occurred_at": at, "agent": agent, "data": data}}
        assert parse({}, orjson.dumps(body)).type == type


def test_an_event_of_nobody_is_one() -> None:
    data = {"id": "Q1", "type": "incident", "status": "resolved", "service": {"id": "PSHOP01"}}
    event = {
        "id": "e1",
        "event_type": "incident.resolved",
        "occurred_at": "2026-11-23T03:12:00Z",
        "agent": None,
    }
    heard = parse({}, orjson.dumps({"event": event | {"data": data}}))
    assert heard.event is not None
    assert (heard.event.move.by, heard.event.move.state, heard.odd) == ("", "resolved", False)


def test_who_was_asked_for_help_is_said() -> None:
    data = {"type": "incident_responder", "incident": {"id": "Q1"}, "user": {"summary": "Dana"}}
    event = {"id": "e1", "event_type": "incident.responder.added", "occurred_at": "2026-11-23T03:12:00Z",
             "agent": {"type": "user_reference", "summary": "Omar"}}  # fmt: skip
    heard = parse({}, orjson.dumps({"event": event | {"data": data}}))
    assert heard.event is not None
    assert (heard.event.move.what, heard.event.move.by, heard.event.move.text) == (
        "responder.added",
        "Omar",
        "Dana",
    )

"""A report of a deploy as other systems write it: what it says, and why one cannot be used."""

import json
from typing import Any

import pytest

from bot.domain.reported import OddReport, Reported
from bot.sources.deploys import fields, parse

NOW = 1_800_000_000.0
SHA = "a" * 40


def body(**more: Any) -> bytes:
    return json.dumps(
        {"environment": "staging", "commit": SHA, "result": "succeeded", "id": "b-1"} | more
    ).encode()


def test_a_report_says_what_was_deployed_by_whom_and_when() -> None:
    whole = body(
        ref="main",
        by="Dana",
        began=NOW - 90,
        ended=NOW - 30,
        url="https://ci.example.com/job/812",
        service="shop",
    )
    assert parse(whole, NOW) == Reported(
        "b-1",
        "staging",
        SHA,
        "succeeded",
        NOW - 90,
        NOW - 30,
        "main",
        "Dana",
        "https://ci.example.com/job/812",
    )
    # What is missing: it ended when it came, and took no time.
    assert parse(body(), NOW) == Reported("b-1", "staging", SHA, "succeeded", NOW, NOW)
    assert parse(body(began=NOW - 5, id=812, commit=SHA.upper()), NOW).began == NOW - 5


@pytest.mark.parametrize(
    ("said", "result"),
    [("success", "succeeded"), ("SUCCESS", "succeeded"), ("FAILURE", "failed"), ("UNSTABLE", "failed"),
     ("failed", "failed"), ("ABORTED", "cancelled"), ("cancelled", "cancelled")],
)  # fmt: skip
def test_results_are_taken_in_the_words_of_actions_jenkins_and_people(said: str, result: str) -> None:
    assert parse(body(result=said), NOW).result == result


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(NOW - 60, -60), ((NOW - 60) * 1000, -60), (str(int(NOW - 60)), -60), ("2027-01-15T07:59:00Z", -60),
     ("2027-01-15T08:59:00+01:00", -60), (NOW + 600, 0)],
)  # fmt: skip
def test_times_are_seconds_milliseconds_or_iso_8601_and_never_later_than_now(
    said: Any, seconds: float
) -> None:
    assert parse(body(ended=said), NOW).ended == NOW + seconds


def test_without_an_id_the_same_deploy_is_the_same_and_another_is_another() -> None:
    first = parse(body(id="", began=1_799_999_000, ended=1_799_999_900), NOW)
    assert first.id
    assert parse(body(id=None, began=1_799_999_000, ended=1_799_999_900), NOW + 60).id == first.id
    assert parse(body(id="", began=1_799_999_000, ended=1_799_999_901), NOW).id != first.id
    assert parse(body(id="", result="failed", began=1_799_999_000, ended=1_799_999_900), NOW).id != first.id


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (b"", "It is empty."),
        (b"\0\xff", "It is no JSON object."),
        (b"[1]", "It is no JSON object."),
        (b"[" * 60_000, "It is no JSON object."),
        (b" " * 70_000 + b"1", "It is longer than 64 KiB."),
        (body(environment=" "), "It names no `environment`."),
        (body(environment=["staging"]), "Its `environment` is no text."),
        (body(commit="abc1234"), "Its `commit` is not all 40 digits of one."),
        (body(commit=SHA + "a"), "Its `commit` is not all 40 digits of one."),
        (body(result=None), "It says no `result`: succeeded, failed or cancelled."),
        (body(result="running"), "Its `result` is 'running': it has to be succeeded, failed or cancelled."),
        (body(ended=NOW + 7200), "Its `ended` lies in the future."),
        (body(ended=NOW - 31 * 86400), "It ended more than 30 days ago."),
        (body(began=NOW, ended=NOW - 60), "It began after it had ended."),
        (body(ended="yesterday"), "Its `ended` is no time: write it like 2026-11-23T14:05:00Z."),
        (body(began="2026-11-23T14:05:00"), "Its `began` has no zone: write it like 2026-11-23T14:05:00Z."),
        (body(began=-1), "Its `began` is no time: write it like 2026-11-23T14:05:00Z."),
        (body(began=True), "Its `began` is no time: write it like 2026-11-23T14:05:00Z."),
        (body(began=1e300), "Its `began` is no time: write it like 2026-11-23T14:05:00Z."),
    ],
)
def test_what_cannot_be_used_says_why_and_nothing_else_is_raised(what: bytes, why: str) -> None:
    with pytest.raises(OddReport) as odd:
        parse(what, NOW)
    assert str(odd.value) == why


def test_text_from_outside_is_one_short_line_and_an_address_leads_to_the_web() -> None:
    found = parse(body(by="Da\nna\x1b[31m\u202e" + "x" * 300, url="javascript:alert(1)", ref="a\tb"), NOW)
    assert found.by.startswith("Da na")
    assert len(found.by) == 100
    assert "\x1b" not in found.by + found.ref
    assert (found.url, found.ref) == ("", "a b")
    assert parse(body(url="https://ci.example.com/a|b>"), NOW).url == ""


def test_the_fields_of_what_is_no_object_are_none() -> None:
    assert fields(b"nothing") == {}
    assert fields(b'{"service": "shop"}') == {"service": "shop"}

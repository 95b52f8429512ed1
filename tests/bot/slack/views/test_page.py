"""The card of a page: its lock screen, its buttons, and words from outside that can do no harm in it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.pages import Doing, Move, Page, State, Told
from bot.slack.views import page as views
from bot.slack.views import page_list
from tests.bot.slack.views.test_limits import NOW, check, each_text

TOLD = Told(
    number=4711, title="checkout 5xx above 2 %", where="PSHOP01", named="Shop", urgency="high", opened=NOW - 60,
    url="https://acme.pagerduty.com/incidents/Q1", assigned=("Omar",),
)  # fmt: skip
STATES: tuple[State, ...] = ("triggered", "acknowledged", "resolved")


def a_page(
    *states: State, told: Told = TOLD, words: str = "Omar", heard: float = NOW - 59, service: str = "shop"
) -> Page:
    moves = tuple(Move(state, state, NOW - 60 + 10 * n, words, state) for n, state in enumerate(states))
    return Page("Q1", 1, service, told, NOW - 60, heard, moves, notified=told.assigned)


def labels(page: Page) -> list[str]:
    blocks = views.card(page, NOW).blocks
    return [
        one["text"]["text"] if one["type"] == "button" else "…"
        for block in blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]


def words_of(page: Page) -> str:
    return str(views.card(page, NOW).blocks)


def test_the_lock_screen_says_severity_service_and_what_and_then_how_it_stands() -> None:
    assert views.text(a_page("triggered")) == "HIGH shop: checkout 5xx above 2 %"
    first = replace(TOLD, priority="P1", title="x" * 500)
    assert views.text(a_page("triggered", told=first))[:60] == "P1 shop: " + "x" * 51
    assert views.text(a_page("triggered", "acknowledged")).endswith(" · acknowledged")


@pytest.mark.parametrize(
    ("states", "buttons"),
    [
        (("triggered",), ["Acknowledge", "Resolve", "Escalate", "…"]),
        (("triggered", "acknowledged"), ["Resolve", "Escalate", "…"]),
        (("triggered", "acknowledged", "resolved"), ["Write it up"]),
    ],
)
def test_the_most_urgent_button_stands_first(states: tuple[State, ...], buttons: list[str]) -> None:
    assert labels(a_page(*states)) == buttons


def test_who_has_it_and_who_ended_it_stand_on_the_card() -> None:
    assert "acknowledged by Omar" in words_of(a_page("triggered", "acknowledged"))
    assert "resolved by Omar" in words_of(a_page("triggered", "resolved"))
    assert "notified Omar" in words_of(a_page("triggered"))


def test_a_page_that_was_heard_of_late_says_how_late() -> None:
    assert "I heard of it" not in words_of(a_page("triggered"))
    late = a_page("triggered", told=replace(TOLD, opened=NOW - 3 * 86400))
    assert ":hourglass: I heard of it 2 days after it began." in words_of(late)


def test_a_page_of_an_unknown_service_says_how_to_make_it_known() -> None:
    card = words_of(a_page("triggered", service=""))
    assert "Put `pagerduty: PSHOP01` under the service that it belongs to." in card
    assert "*Shop*" in card


def test_what_is_under_way_is_said_and_also_that_pagerduty_does_not_answer() -> None:
    doing = Doing("a", "ack", "Omar", "U1", NOW)
    page = replace(a_page("triggered"), doing=(doing,))
    assert "Omar acknowledges it: PagerDuty is being told." in words_of(page)
    page = replace(page, doing=(replace(doing, tries=1),))
    assert "Omar acknowledges it, but PagerDuty does not answer. I go on trying." in words_of(page)


def test_why_something_was_not_done_is_told_with_the_way_to_pagerduty() -> None:
    message = page_list.not_done(a_page("triggered"), "ack", "PagerDuty cannot be reached.")
    assert "*I did not acknowledge #4711*" in str(message.blocks)
    assert "<https://acme.pagerduty.com/incidents/Q1|Open it in PagerDuty>" in str(message.blocks)


@each_text
def test_words_from_outside_fit_and_mention_nobody(words: str) -> None:
    told = replace(
        TOLD, url="", title=words, named=words, urgency=words, priority=words, assigned=(words,) * 8
    )
    for service in ("shop", ""):
        for count in (1, 2, 3):
            page = a_page(*STATES[:count], told=told, words=words, service=service, heard=NOW + 9e6)
            page = replace(page, doing=(Doing("a", "ack", words, "U1", NOW),))
            check(views.card(page, NOW))
            check(page_list.listed([page] * 30, NOW))
            check(page_list.not_done(page, "resolve", words))
            check(page_list.planned(page, "ack"))
            check(page_list.asked(page, "ack"))
    note = views.line(Move("1", "annotated", NOW, words, None, words))
    if note is not None:
        check(note)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<!channel> look", "&lt;!channel&gt; look"),
        ("*all* is `lost` _now_", "∗all∗ is 'lost' ＿now＿"),
        ("evil \u202egnp.exe\u202c here", "evil gnp.exe here"),
        ("x" * 10_000, "x" * 299 + "…"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_title_can_do_nothing_but_be_read(title: str, shown: str) -> None:
    card = views.card(a_page("triggered", told=replace(TOLD, title=title)), NOW)
    first = card.blocks[0]["text"]["text"]
    assert first == f":rotating_light: *shop* — *triggered*\n*{shown}*"
    check(views.card(a_page("triggered", told=replace(TOLD, title=title, url="")), NOW))


def test_who_did_what_is_a_line_of_the_thread_each() -> None:
    def line(what: str, id: str = "1", **more: Any) -> str | None:
        message = views.line(Move(id, what, NOW, "Omar", None, **more))
        return message.text.split(",")[0].split(" <")[0] if message else None

    assert line("acknowledged") == "Omar acknowledged it"
    assert line("reassigned") == "Omar reassigned it"
    assert line("responder.added", text="Dana") == "Omar asked Dana for help"
    assert line("priority_updated") == "Omar changed its priority"
    # What we did ourselves is told by PagerDuty's own event, but for what it has none for.
    assert line("acknowledged", "grail:a") is None
    assert line("snoozed", "grail:a", until=NOW + 3600) == "Omar snoozed it until"
    assert line("merged", "grail:a", text="into #5") == "Omar merged it into #5"
    assert line("conference_bridge.updated") is None


def test_a_snooze_stands_on_the_card_with_its_undo_as_long_as_it_lasts() -> None:
    page = a_page("triggered", "acknowledged")
    snoozed = replace(page, moves=(*page.moves[:-1], replace(page.moves[-1], what="snoozed", until=NOW + 60)))
    assert "Snoozed until" in words_of(snoozed)
    assert "page.wake" in words_of(snoozed)
    over = replace(page, moves=(*page.moves[:-1], replace(page.moves[-1], what="snoozed", until=NOW - 60)))
    assert "Snoozed until" not in words_of(over)

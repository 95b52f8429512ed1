"""A page is what its events make of it, in whatever order and however often they come."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pages import MOST_MOVES, Doing, Event, Move, Page, State, Told, after, answered, asked

TOLD = Told(number=4711, title="checkout 5xx", where="PSHOP01", opened=100.0, assigned=("Omar",))
TRIGGERED = Event("Q1", Move("1", "triggered", 100.0, "", "triggered"), TOLD)
ACKNOWLEDGED = Event(
    "Q1", Move("2", "acknowledged", 160.0, "Omar", "acknowledged"), replace(TOLD, urgency="high")
)
NOTED = Event("Q1", Move("3", "annotated", 170.0, "Omar", None, "rolled back"))
RESOLVED = Event("Q1", Move("4", "resolved", 300.0, "Olga", "resolved"), replace(TOLD, priority="P2"))
EVERY = (TRIGGERED, ACKNOWLEDGED, NOTED, RESOLVED)


def heard(*events: Event) -> Page:
    page: Page | None = None
    for event in events:
        page = after(page, event, service="shop", now=310.0) or page
    assert page is not None
    return page


def test_a_page_goes_from_triggered_over_acknowledged_to_resolved() -> None:
    page = heard(TRIGGERED)
    assert (page.state, page.since, page.open, page.acknowledged_by) == ("triggered", 100.0, True, ())
    page = heard(TRIGGERED, ACKNOWLEDGED)
    assert (page.state, page.since, page.acknowledged_by) == ("acknowledged", 160.0, ("Omar",))
    page = heard(*EVERY)
    assert (page.state, page.since, page.open, page.resolved_by) == ("resolved", 300.0, False, "Olga")


def test_whatever_the_order_in_which_its_events_come_the_page_is_the_same() -> None:
    wanted = heard(*EVERY)
    for order in permutations(EVERY):
        if order[0] is NOTED:
            continue  # which page a note is of nobody knows yet
        page = heard(*order)
        assert (page.state, page.since, page.told, page.moves) == (
            wanted.state, wanted.since, wanted.told, wanted.moves,
        ), [event.move.what for event in order]  # fmt: skip


def test_an_event_that_comes_again_changes_nothing_at_all() -> None:
    page = heard(*EVERY)
    for event in EVERY:
        assert after(page, event, service="shop", now=999.0) is page


def test_a_note_of_a_page_that_nobody_knows_makes_none() -> None:
    assert after(None, NOTED, service="shop", now=1.0) is None


def test_of_two_changes_at_one_moment_the_one_that_goes_further_counts() -> None:
    end = replace(RESOLVED, move=replace(RESOLVED.move, at=160.0, id="0"))
    assert heard(TRIGGERED, end, ACKNOWLEDGED).state == "resolved"


def test_what_is_given_back_has_nobody_and_is_triggered_since_then() -> None:
    back = Event("Q1", Move("5", "unacknowledged", 400.0, "", "triggered"), TOLD)
    page = heard(TRIGGERED, ACKNOWLEDGED, back)
    assert (page.state, page.since, page.acknowledged_by) == ("triggered", 400.0, ())
    olga = Event("Q1", Move("6", "acknowledged", 410.0, "Olga", "acknowledged"), TOLD)
    assert heard(TRIGGERED, ACKNOWLEDGED, back, olga).acknowledged_by == ("Olga",)


def test_how_late_it_was_heard_of_is_known() -> None:
    assert heard(TRIGGERED).late == 210.0


def test_a_button_carries_the_state_that_it_was_drawn_on() -> None:
    assert heard(TRIGGERED).seen == "Q1:triggered:100000"
    assert heard(TRIGGERED, NOTED).seen == "Q1:triggered:100000"  # a note makes no button stale
    assert heard(TRIGGERED, ACKNOWLEDGED).seen == "Q1:acknowledged:160000"


def test_what_is_wanted_stands_on_the_page_until_pagerduty_has_answered() -> None:
    page = asked(heard(TRIGGERED), Doing("a", "ack", "Omar", "U1", 150.0))
    page = asked(page, Doing("a", "ack", "Omar", "U1", 150.0, tries=1))
    assert [(one.id, one.tries) for one in page.doing] == [("a", 1)]
    assert page.state == "triggered"
    page = answered(page, "a", Move("grail:a", "acknowledged", 99.0, "Omar", "acknowledged"))
    # The API says times to the second, so its answer may seem to be older than what it answers to.
    assert (page.state, page.since, page.doing) == ("acknowledged", 100.001, ())


def test_an_answer_that_comes_after_the_end_does_not_open_the_page_again() -> None:
    page = asked(heard(TRIGGERED), Doing("a", "ack", "Omar", "U1", 150.0))
    resolved = after(page, RESOLVED, service="shop", now=301.0)
    assert resolved is not None
    late = answered(resolved, "a", Move("grail:a", "acknowledged", 299.0, "Omar", "acknowledged"))
    assert late.state == "resolved"


moves = st.builds(
    lambda number, at, state: Event("Q1", Move(str(number), state, float(at), "Omar", state), TOLD),
    st.integers(0, 200), st.integers(0, 50), st.sampled_from(["triggered", "acknowledged", "resolved"]),
)  # fmt: skip


@given(st.lists(moves, min_size=1, max_size=40, unique_by=lambda event: event.move.id), st.randoms())
def test_any_events_in_any_order_come_to_the_same_state(events: list[Event], random: object) -> None:
    other = list(events)
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = heard(*events), heard(*other)
    assert (one.state, one.since, one.acknowledged_by) == (two.state, two.since, two.acknowledged_by)


def test_a_page_that_goes_on_and_on_keeps_its_beginning_and_its_newest_moves() -> None:
    states: tuple[State, ...] = ("triggered", "acknowledged")
    many = [Event("Q1", Move(f"m{n}", "x", 100.0 + n, "", states[n % 2]), TOLD) for n in range(200)]
    page = heard(*many)
    assert len(page.moves) == MOST_MOVES
    assert (page.moves[0].id, page.moves[-1].id) == ("m0", "m199")

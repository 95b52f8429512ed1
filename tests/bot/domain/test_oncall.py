"""Shifts, gaps, and overrides that lie over shifts."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.oncall import Override, Shift, after, gaps, on_call_at, overridden, shadows_at, within

OMAR, OLGA, MIA = "omar@example.com", "olga@example.com", "mia@example.com"
WEEKS = [Shift("week", OMAR, 0, 100), Shift("week", OLGA, 100, 200), Shift("week", MIA, 0, 200, level=2)]


def override(email: str, since: float, until: float, made: float = 1.0) -> Override:
    return Override(f"o-{made:g}", "week", email, since, until, "dana@example.com", "Dana", made)


def said(shifts: list[Shift], level: int = 1) -> list[tuple[str, float, float, str]]:
    return [(one.email, one.since, one.until, one.covers) for one in shifts if one.level == level]


def test_an_end_belongs_to_the_shift_that_follows() -> None:
    assert [one.email for one in on_call_at(WEEKS, 99)] == [OMAR, MIA]
    assert [one.email for one in on_call_at(WEEKS, 100)] == [OLGA, MIA]
    assert on_call_at(WEEKS, 200) == []


def test_who_shadows_is_never_on_call() -> None:
    shifts = [*WEEKS, Shift("week", "dana@example.com", 0, 200, shadow=True)]
    assert [one.email for one in on_call_at(shifts, 50)] == [OMAR, MIA]
    assert [one.email for one in shadows_at(shifts, 50)] == ["dana@example.com"]
    assert gaps(shifts[3:], 0, 200) == [(0, 200)]


def test_who_comes_next_is_of_the_same_level() -> None:
    found = after(WEEKS, 50)
    assert found is not None
    assert found.email == OLGA
    assert after(WEEKS, 150) is None


def test_a_gap_is_when_nobody_is_on_call_at_a_level() -> None:
    shifts = [Shift("week", OMAR, 10, 20), Shift("week", OLGA, 30, 40), Shift("week", MIA, 0, 50, level=2)]
    assert gaps(shifts, 0, 50) == [(0, 10), (20, 30), (40, 50)]
    assert gaps(shifts, 12, 18) == []
    assert gaps(shifts, 0, 50, level=2) == []
    assert gaps([], 0, 5) == [(0, 5)]


def test_an_override_takes_a_part_of_a_shift_and_says_whom_it_covers() -> None:
    found = overridden(WEEKS, [override(OLGA, 20, 30)])
    assert said(found) == [(OMAR, 0, 20, ""), (OLGA, 20, 30, OMAR), (OMAR, 30, 100, ""), (OLGA, 100, 200, "")]
    assert said(found, level=2) == [(MIA, 0, 200, "")]


def test_an_override_over_a_hand_over_covers_nobody_in_ones_own_turn() -> None:
    found = overridden(WEEKS, [override(OLGA, 90, 110)])
    assert said(found) == [
        (OMAR, 0, 90, ""),
        (OLGA, 90, 100, OMAR),
        (OLGA, 100, 110, ""),
        (OLGA, 110, 200, ""),
    ]


def test_the_newest_override_lies_on_top_and_still_says_whose_turn_it_was() -> None:
    found = overridden(WEEKS, [override(MIA, 20, 30, made=2), override(OLGA, 10, 40, made=1)])
    assert said(found)[:5] == [
        (OMAR, 0, 10, ""), (OLGA, 10, 20, OMAR), (MIA, 20, 30, OMAR), (OLGA, 30, 40, OMAR), (OMAR, 40, 100, ""),
    ]  # fmt: skip


def test_an_override_also_holds_where_nobody_would_be_on_call() -> None:
    found = overridden([Shift("week", OMAR, 0, 10)], [override(OLGA, 5, 20)])
    assert said(found) == [(OMAR, 0, 5, ""), (OLGA, 5, 10, OMAR), (OLGA, 10, 20, "")]


def test_what_lies_between_two_moments_is_cut_to_them() -> None:
    assert [(one.since, one.until) for one in within(WEEKS[:2], 50, 150)] == [(50, 100), (100, 150)]
    assert within(WEEKS[:2], 200, 300) == []


TIMES = st.tuples(st.integers(0, 200), st.integers(1, 60), st.sampled_from([OMAR, OLGA, MIA]))


@given(st.lists(TIMES, max_size=6))
def test_with_any_overrides_one_person_is_on_call_at_every_moment(times: list[tuple[int, int, str]]) -> None:
    overrides = [
        override(email, since, since + length, made) for made, (since, length, email) in enumerate(times)
    ]
    found = [one for one in overridden(WEEKS, overrides) if one.level == 1]
    for at in range(200):
        holders = [one for one in found if one.holds(at)]
        newest = [one.email for one in overrides if one.since <= at < one.until]
        assert [one.email for one in holders] == [newest[-1] if newest else OMAR if at < 100 else OLGA]

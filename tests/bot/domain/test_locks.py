"""Locks and freezes: where they hold, whom they stop, how they are said."""

from dataclasses import replace

import pytest

from bot.domain.locks import Lock, Scope, scopes

LOCK = Lock("lock", Scope("shop", "staging"), "dana@example.com", "U1", "Dana", "T1", "a try", 100.0, 200.0)


@pytest.mark.parametrize(
    ("scope", "field", "words", "first"),
    [
        (Scope(), "*:*", "everything", "Everything"),
        (Scope("shop"), "shop:*", "all of shop", "All of shop"),
        (
            Scope(environment="production"),
            "*:production",
            "production of every service",
            "production of every service",
        ),
        (Scope("shop", "staging"), "shop:staging", "shop staging", "shop staging"),
    ],
)
def test_a_scope_is_said_and_kept_under_one_word(scope: Scope, field: str, words: str, first: str) -> None:
    assert (scope.field, scope.words, scope.first) == (field, words, first)
    assert Scope.read(field) == scope
    assert scope in scopes("shop", "staging") or scope.environment == "production"


def test_four_scopes_cover_a_place_and_no_other_does() -> None:
    covering = scopes("shop", "staging")
    assert len(set(covering)) == 4
    assert all(scope.covers("shop", "staging") for scope in covering)
    assert [scope.covers("search", "staging") for scope in covering] == [True, True, False, False]
    assert [scope.covers("shop", "production") for scope in covering] == [True, False, True, False]


def test_a_lock_stops_others_until_its_end_and_a_freeze_its_holder_too() -> None:
    assert LOCK.stops("omar@example.com", 199.9)
    assert not LOCK.stops("omar@example.com", 200.0)
    assert not LOCK.stops("dana@example.com", 150.0)
    assert replace(LOCK, kind="freeze").stops("dana@example.com", 150.0)
    assert not replace(LOCK, warning=True).stops("omar@example.com", 150.0)

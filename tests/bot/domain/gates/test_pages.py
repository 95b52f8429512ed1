"""An open page on the service or on what it depends on."""

from bot.domain.gates.pages import Page, Pages
from tests.bot.domain.gates.facts import NOW, of, only


def test_an_open_page_is_said_with_where_it_is() -> None:
    found = Pages((Page("P1", "shop", "Checkout is slow", NOW), Page("P2", "search", "No results", NOW)))
    assert [one.sentence for one in of("pages", found)] == [
        "A page is open on it: Checkout is slow.",
        "A page is open on search, which it depends on: No results.",
    ]
    first = of("pages", found)[0]
    assert first.clears == "its end, whoever is on call with one tap, or who may waive it"
    assert (first.about, first.also) == ("P1", ("mends",))


def test_who_is_on_call_for_it_is_named() -> None:
    found = Pages((Page("P1", "shop", "Checkout is slow", NOW),))
    (one,) = of("pages", found, on_call=("Omar", "Olga"))
    assert one.clears == "its end, Omar or Olga, who are on call, with one tap, or who may waive it"
    (one,) = of("pages", found, on_call=("Omar",))
    assert one.clears == "its end, Omar, who is on call, with one tap, or who may waive it"


def test_no_page_says_so() -> None:
    one = only("pages", Pages(()))
    assert (one.code, one.sentence) == ("no-open-page", "No page is open on it or what it depends on.")

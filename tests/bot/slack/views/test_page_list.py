"""What who asked for something of a page is told, and those that are open."""

from bot.slack.views import page_list
from bot.slack.views.page_forms import link_button
from tests.bot.slack.views.test_limits import NOW
from tests.bot.slack.views.test_page import a_page


def test_what_would_be_done_is_said_in_full() -> None:
    message = page_list.planned(a_page("triggered"), "snooze", "for 2 h")
    assert message.text == "I would snooze #4711 (shop: checkout 5xx above 2 %) for 2 h. Nothing was changed."


def test_who_is_unknown_to_pagerduty_can_say_who_they_are_there() -> None:
    button = link_button(a_page("triggered"), "ack", "", "")
    message = page_list.not_done(a_page("triggered"), "ack", "PagerDuty knows nobody …", button)
    assert "I have another e-mail there" in str(message.blocks)


def test_those_that_are_open_are_counted_and_named() -> None:
    assert page_list.listed([], NOW).text == "No page is open."
    assert page_list.listed([a_page("triggered")] * 2, NOW).text == "2 pages are open: shop"

"""What changed, a line each; whatever stands in it, it fits Slack."""

import pytest

from bot.domain.timeline import Moment
from bot.services.timeline import Page
from bot.slack import Message
from bot.slack.views.timeline import changed
from bot.workspace.blockkit import message_faults
from handlers.changed import PAGE

NOW = 1_795_446_000.0
SHA = "53f89f4" + "0" * 33
DEPLOY = Moment(
    NOW - 300, "deploy", "Sell honey", "Dana", "shop", "staging", "d-4", SHA, "succeeded", NOW - 180
)


def shown(
    *moments: Moment, hours: float = 2, more: int = 0, start: int = 0, back_to: float | None = None
) -> Message:
    page = Page(moments, (), more, back_to)
    return changed(page, "shop", f"{hours}h", start, "shop:2h:1:16", NOW - hours * 3600, NOW)


def line(moment: Moment, *, hours: float = 2) -> str:
    return str(shown(moment, hours=hours).blocks[1]["text"]["text"])


def test_a_deploy_has_its_beginning_and_how_long_it_took() -> None:
    assert line(DEPLOY) == (
        "• <!date^1795445700^{time}|2026-11-23 14:55 UTC> :white_check_mark: *shop staging* d-4: `53f89f4` "
        "Sell honey — succeeded after 2 min, Dana"
    )
    running = Moment(NOW, "action", "restart", "Dana", "shop", "staging", "d-5", SHA, "running")
    assert line(running).endswith("*shop staging* d-5: restart, at `53f89f4` — running, Dana")
    back = Moment(NOW, "roll-back", "Sell honey", "Dana", "shop", "staging", "d-6", SHA, "succeeded", NOW + 5)
    assert "d-6: rolled back to `53f89f4` — succeeded after 5.0 s, Dana" in line(back)
    assert "{date_short_pretty}" in line(DEPLOY, hours=48)


def test_when_nothing_changed_one_line_says_so() -> None:
    assert shown().text == "Nothing changed in shop in the last 2h. what changed shop 24h looks further back."
    assert shown(hours=24).text == "Nothing changed in shop in the last 24h."
    everywhere = changed(Page((), (), 0), "", "2h", 0, "", NOW - 7200, NOW)
    assert (
        everywhere.text
        == "Nothing changed in any service in the last 2h. what changed 24h looks further back."
    )


def test_older_ones_are_a_press_away_and_what_was_too_much_is_said() -> None:
    message = shown(DEPLOY, more=5, back_to=NOW - 400)
    assert message.blocks[2]["elements"][0]["text"]["text"] == "5 older"
    foot = message.blocks[3]["elements"][0]["text"]
    assert foot.startswith(
        "Newest first, 1 to 1 of 6. Too much was done: I looked back to <!date^1795445600^"
    )
    assert message.text.startswith("What changed in shop, the last 2h: the newest d-4 shop staging succeeded")


@pytest.mark.parametrize("text", ["<!channel> *x*", "&" * 400, "\u202e`x`"])
def test_it_fits_slack_and_mentions_nobody_whatever_happened(text: str) -> None:
    deploy = Moment(
        NOW, "deploy", text, text, "s" * 60, "e" * 60, "d-4", SHA, "failed, rolled back by itself", NOW
    )
    lock = Moment(NOW, "lock", text, text)
    message = shown(*([deploy, lock] * (PAGE // 2)), more=9)
    assert message_faults({"text": message.text, "blocks": list(message.blocks)}) == []
    assert "<!channel>" not in str(message)
    lines = "\n".join(block["text"]["text"] for block in message.blocks if block["type"] == "section")
    assert lines.count("\n• ") == PAGE  # none is cut off

"""Who is on call, overrides and cover: whatever people and teams are called, it fits Slack and mentions nobody."""

import json
from dataclasses import replace
from typing import Any, get_args

from bot.domain.covers import Cover, State
from bot.domain.oncall import Override, Shift
from bot.services.oncall import Standing
from bot.services.overrides import Draft
from bot.slack import Message
from bot.slack.views import cover, oncall, override
from bot.workspace.blockkit import view_faults
from tests.bot.slack.views.test_limits import NOW, check, each_text

HOUR = 3600.0


def words_of(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def a_shift(who: str, **more: Any) -> Shift:
    return replace(Shift("week", who, NOW - HOUR, NOW + HOUR), **more)


@each_text
def test_whatever_people_and_teams_are_called(words: str) -> None:
    team, email = words[:60] or "storefront", "ann@example.com"  # config.yaml keeps both short
    names = {email: words}
    known, named = a_shift(email, covers=email), a_shift("", name=words, level=2)
    full = Standing(team, "week", NOW, (known, named), known, (known, named), None, NOW - 60, words)
    nobody = Standing(team, "week", NOW, next=named, since=NOW - HOUR)
    standings = [full, nobody, Standing(team, "", NOW), *[full] * 20]
    menders = {team: [words] * 5}
    for start in (0, 8, 16):
        for pages in (True, False):
            check(
                oncall.oncall(
                    standings, names, NOW, start=start, notes=[words or "x"], menders=menders, pages=pages
                )
            )
    check(oncall.oncall(standings[:1], {}, NOW + HOUR))
    check(oncall.question(words, "U0DANA", team, words))
    made = Override("o-1", "week", email, NOW, NOW + HOUR, "U0DANA", words, NOW)
    draft = Draft(team, made, (known, named) * 10, ("o-2",), NOW, ("week",) * 9)
    for plan in (True, False):
        check(override.preview(draft, names, (words or "x",) * 3, plan=plan))
    for undo in (True, False):
        check(override.card(team, made, names, undo=undo))
    check(override.made(team, made, names))
    check(override.told(team, made, email, names))
    check(override.told(team, made, "bob@example.com", names))
    check(override.taken_back(team, made, words))
    check(override.undone(team, made, names, words))
    check(override.undone(team, None, names, words))
    asked = Cover(
        "c-1", team, "week", email, "U0DANA", words, "T1", NOW, NOW + HOUR, words, NOW, taker_name=words
    )
    for state in get_args(State):
        check(cover.card(replace(asked, state=state)))
    for why in ("day", "hour", "begin", "end"):
        check(cover.nears(asked, why, NOW - HOUR))
    for message in (
        cover.planned(asked),
        cover.asked(asked, part=True),
        cover.line(asked, NOW),
        cover.told(asked),
    ):
        check(message)
    check(cover.taken(asked))
    forms = [override.form([team], {email: words or "Ann"}, "C0SHOP"), cover.form([team], "C0SHOP")]
    for form in [*forms, oncall.asked_form(team, words, "storefront:dana@example.com", "C0SHOP")]:
        assert view_faults(json.loads(json.dumps(form))) == []


def test_a_long_list_is_turned_over_page_by_page() -> None:
    standings = [Standing(f"team-{number}", "", NOW) for number in range(20)]
    first, last = (oncall.oncall(standings, {}, NOW, start=start, value="5") for start in (0, 16))
    assert "Teams 1 to 8 of 20. Name one to see it alone." in words_of(first)
    assert '"oncall.before"' not in words_of(first)
    assert '"8:5"' in words_of(first)
    assert "Teams 17 to 20 of 20." in words_of(last)
    assert '"oncall.more"' not in words_of(last)
    assert '"8:5"' in words_of(last)


def test_where_nobody_is_on_call_it_says_since_when_who_comes_and_who_can_mend_it() -> None:
    nobody = Standing("platform", "p", NOW, next=a_shift("mia@example.com"), since=NOW - HOUR)
    names = {"mia@example.com": "Mia"}
    words = words_of(oncall.oncall([nobody], names, NOW, menders={"platform": ["Omar", "Olga"]}))
    assert f":warning: *nobody is on call* since <!date^{int(NOW - HOUR)}^" in words
    assert "Next: Mia, from <!date^" in words
    assert "Omar or Olga can put somebody on call: `override platform for 2h`" in words
    alone = words_of(oncall.oncall([replace(nobody, since=None)], names, NOW))
    assert "*nobody is on call* for more than a week" in alone
    assert "Nobody of config.yaml may put somebody on call." in alone


def test_what_was_last_heard_says_how_old_it_is() -> None:
    old = Standing(
        "shop", "s", NOW, (a_shift("mia@example.com"),), asked=NOW - 240, failed="PagerDuty is away."
    )
    assert "PagerDuty is away. This is what I last heard, 4 min ago." in words_of(
        oncall.oncall([old], {}, NOW)
    )


def test_nobody_is_asked_or_paged_at_another_time_than_now() -> None:
    then = Standing("shop", "s", NOW + HOUR, (a_shift("mia@example.com", until=NOW + 9 * HOUR),))
    assert '"oncall.ask"' not in words_of(oncall.oncall([then], {}, NOW, pages=True))
    now = replace(then, at=NOW)
    assert '"oncall.page"' in words_of(oncall.oncall([now], {}, NOW, pages=True))
    assert '"oncall.page"' not in words_of(oncall.oncall([now], {}, NOW))

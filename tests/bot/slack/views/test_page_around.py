"""What stands below a page's buttons fits a phone, says when it was, and takes back what it shows."""

from dataclasses import replace

from bot.domain.deploys import Deploy
from bot.domain.pages import Move
from bot.domain.timeline import Moment
from bot.services.page_around import Action, Around
from bot.slack.views import page as views
from tests.bot.slack.views.test_limits import NOW, SHA, a_deploy, check, each_text
from tests.bot.slack.views.test_page import TOLD, a_page

OPENED = NOW - 60


def last(**more: object) -> Deploy:
    return a_deploy("fix the cart").with_(
        state="succeeded",
        environment="production",
        by_name="Dana",
        started=OPENED - 600,
        ended=OPENED - 500,
        **more,
    )


def below(around: Around) -> str:
    return str(views.card(a_page("triggered"), NOW, around).blocks)


def test_the_last_deploy_is_said_with_its_age_and_can_be_taken_back() -> None:
    words = below(Around(deploys=(last(),)))
    assert f"*shop production* d-12, 10 min before\\n`{SHA[:7]}` fix the cart, Dana" in words
    assert "'action_id': 'page.rollback'" in words
    assert "'value': 'shop production d-12'" in words
    assert "Roll back shop production?" in words


def test_what_rolled_back_is_not_taken_back_again() -> None:
    assert "page.rollback" not in below(Around(deploys=(last(undoes="a" * 40),)))


def test_what_changed_before_is_a_line_each_and_the_rest_is_counted() -> None:
    lock = Moment(OPENED - 1200, "lock", "lock shop production", "Omar", "shop", "production")
    deploy = Moment(OPENED + 90, "deploy", "Sell", "Dana", "search", "staging", "d-9", SHA, "failed")
    words = below(Around(changes=(deploy, lock), more=3))
    assert "• 1 min 30 s after: search staging d-9, failed (Dana)" in words
    assert "• 20 min before: lock shop production (Omar)" in words
    assert "• and 3 more: `what changed shop 2h`" in words


def test_how_the_same_ended_before_is_said() -> None:
    end = Move("e", "resolved", NOW - 60 + 720, "Olga", "resolved")
    once = a_page("triggered")
    once = replace(once, moves=(*once.moves, end), cause="deploy", told=replace(TOLD, url="", number=4600))
    still = replace(a_page("triggered"), told=replace(TOLD, url="", number=4601))
    only = below(Around(similar=(once,)))
    assert "*The same once in 30 days*\\n• #4600 was resolved by Olga after 12 min, deploy" in only
    assert "*The same 2 times in 30 days*" in below(Around(similar=(once, still)))
    assert "#4601 is open" in below(Around(similar=(once, still)))


def test_runbook_and_dashboard_and_the_actions_of_the_recipe_are_one_tap_away() -> None:
    restart = Action("shop", "production", "restart")
    words = below(Around("https://wiki.example/shop", "https://graphs.example/shop", actions=(restart,)))
    assert "<https://wiki.example/shop|Runbook> · <https://graphs.example/shop|Dashboard>" in words
    assert "Run it now?" in words
    assert "restart shop production" in words
    assert "'value': 'shop production - restart'" in words


def test_a_page_that_is_over_shows_none_of_it() -> None:
    card = views.card(a_page("triggered", "resolved"), NOW, Around())
    assert "Write it up" in str(card.blocks)


@each_text
def test_words_from_outside_fit_and_mention_nobody(words: str) -> None:
    told = replace(TOLD, url="", title=words, named=words)
    page = replace(a_page("triggered", told=told, words=words), service=words[:60])
    moment = Moment(NOW, "other", words, words, words[:60], words[:60])
    around = Around(
        changes=(moment,) * 4,
        more=9,
        deploys=tuple(a_deploy(words).with_(id=f"d-{n}", service=words[:60]) for n in range(4)),
        actions=tuple(Action("shop", "production", f"{words[:20]}{n}") for n in range(9)),
        similar=(replace(page, cause=words),) * 9,
    )
    check(views.card(page, NOW, around))

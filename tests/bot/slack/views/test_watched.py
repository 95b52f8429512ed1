"""How a watch stands on its deploy's card, in its thread, and loud."""

from dataclasses import replace

from bot.domain.deploys import Deploy
from bot.domain.watched import Watched
from bot.slack.views.watched import line, loud, on_card
from tests.stories.steps import words_of

WATCHED = Watched(until=1_000.0, fails=3)
DEPLOY = Deploy(
    "d-1", "shop", "staging", "main", "a" * 40, "s", "succeeded", "dana@example.com", "U1", "Dana", "T1", "C1", 1.0,
    watched=WATCHED,
)  # fmt: skip


def watched(**more: object) -> Deploy:
    return replace(DEPLOY, watched=replace(WATCHED, **more))  # type: ignore[arg-type]


def test_while_nobody_can_tell_the_card_says_why() -> None:
    assert ":grey_question:" not in on_card(WATCHED)
    says = on_card(replace(WATCHED, unsure="Its address cannot be reached"))
    assert says.endswith(" :grey_question: I cannot tell how it is: Its address cannot be reached.")


def test_only_an_end_that_nobody_saw_is_said_in_the_thread() -> None:
    for state in ("watching", "well", "stopped", "left", "rolled back"):
        assert line(watched(state=state)) is None
    assert line(replace(DEPLOY, watched=None)) is None
    away = line(watched(state="well", late=9_000.0))
    assert away is not None
    assert "I was away when its watch ended, <!date^1000^" in words_of({"text": "", "blocks": away.blocks})
    blind = line(watched(state="unjudged", by="Its health check cannot tell: no network"))
    assert blind is not None
    assert blind.text.startswith("shop to staging: I could not judge its health")


def test_the_lock_screen_says_what_became_of_it() -> None:
    assert (
        loud(watched(state="unjudged", by="x")).text
        == "shop staging could not be judged after d-1: look at it"
    )
    assert (
        loud(watched(state="rolled back", back="d-2")).text
        == "shop staging is not well after d-1: I roll it back"
    )
    found = loud(watched(state="not rolled back")).text
    assert found == "shop staging is not well after d-1, and I could not roll it back"
    words = words_of({"text": "", "blocks": loud(watched(state="unjudged", by="Nobody answers")).blocks})
    assert "Nobody answers. Its watch is over, and nothing was rolled back: `status shop` shows" in words
    assert "`rollback shop staging` takes it back." in words

"""Somebody is paged as who asked for it, once, and where nobody would be woken nothing is opened."""

from typing import Any

import pytest

from bot.clients.pagerduty import PagerDuty as Client
from bot.errors import NotAllowed, NotFound
from bot.services.page_acts import GIVES_UP
from bot.services.page_open import OPEN, PageOpen
from bot.store.streams import Job, Later
from tests.bot.services.page_desk import DEVELOPER, Desk, desk, workspace_words
from tests.fixtures.workspace import DANA

__all__ = ["desk", "workspace_words"]


def opens(desk: Desk) -> PageOpen:
    pages = desk.pages
    return PageOpen(
        config=pages._config, pages=pages, pagerduty=pages._pagerduty, work=pages._work, clock=pages._clock
    )


def job(desk: Desk, **more: Any) -> Job:
    body = {"service": "shop", "title": "checkout 5xx", "urgency": "high", "key": "grail:1", "user": "U2",
            "email": DANA, "at": desk.pages._clock.now()}  # fmt: skip
    return Job("j", OPEN, body | more)


async def test_a_page_whose_answer_was_lost_is_found_and_not_opened_twice(desk: Desk) -> None:
    wanted = job(desk)
    await desk.pagerduty.weather(failing="after", times=1, methods=["open"])
    with pytest.raises(Later):
        await opens(desk).carry_out(wanted)
    one = await opens(desk).carry_out(wanted)
    [incident] = (await desk.pagerduty.look())["incidents"]
    assert (one.number, one.refused) == (incident["number"], "")
    assert set(one.woken) <= {"Omar", "Olga"}
    assert one.woken


@pytest.mark.parametrize(
    ("weather", "sentence"),
    [
        ({"answers": 403}, "PagerDuty says that my key may not do this: an admin has to look at its rights."),
        ({"answers": 401}, "PagerDuty does not know my key: an admin has to look at PAGERDUTY_API_TOKEN."),
    ],
)
async def test_what_pagerduty_refuses_is_said(desk: Desk, weather: dict[str, Any], sentence: str) -> None:
    await desk.pagerduty.weather(**weather)
    assert (await opens(desk).carry_out(job(desk))).refused == sentence


async def test_while_pagerduty_is_away_it_is_tried_and_after_ten_minutes_given_up(desk: Desk) -> None:
    wanted = job(desk)
    await desk.pagerduty.weather(down=True)
    with pytest.raises(Later):
        await opens(desk).carry_out(wanted)
    desk.forward(GIVES_UP)
    assert (await opens(desk).carry_out(wanted)).refused == (
        "PagerDuty cannot be reached. I tried for 10 min. Page them in PagerDuty itself, or call them."
    )


async def test_whom_pagerduty_does_not_know_cannot_page_as_themselves(desk: Desk) -> None:
    one = await opens(desk).carry_out(job(desk, email="otto@example.com"))
    assert one.refused == (
        "PagerDuty knows nobody with the e-mail otto@example.com, so I cannot page as you. Somebody else can; or call "
        "them."
    )
    assert one.unknown


async def test_where_nobody_is_on_call_nothing_is_opened(desk: Desk) -> None:
    await desk.pagerduty.fire(policy="PEPSTOR", levels=[])
    one = await opens(desk).carry_out(job(desk))
    assert one.refused == ("Nobody is on call there at PagerDuty: nobody would be woken. Nothing was opened.")
    assert (await desk.pagerduty.look())["incidents"] == []


async def test_a_team_means_its_services_and_what_pagerduty_does_not_know_is_said(desk: Desk) -> None:
    assert opens(desk).targets("Storefront") == ["shop", "search"]
    assert opens(desk).targets("gateway") == ["gateway"]
    with pytest.raises(NotFound, match=r"^There is no team and no service `warehouse`.$"):
        opens(desk).targets("warehouse")
    config = desk.pages._config()
    services = {name: one.model_copy(update={"pagerduty": None}) for name, one in config.services.items()}
    desk.pages._config = lambda: config.model_copy(update={"services": services})
    with pytest.raises(NotFound, match=r"^config.yaml does not say which service of PagerDuty shop is"):
        opens(desk).targets("shop")


async def test_who_may_not_page_is_refused(desk: Desk) -> None:
    from dataclasses import replace

    with pytest.raises(NotAllowed):
        await opens(desk).ask("shop", "x", "high", replace(DEVELOPER, kind="guest"), request="r")
    with pytest.raises(NotAllowed, match=r"^Slack does not tell me your e-mail address"):
        await opens(desk).ask("shop", "x", "high", replace(DEVELOPER, email=None), request="r")
    assert isinstance(desk.pages._pagerduty, Client)

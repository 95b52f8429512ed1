"""What PagerDuty is asked, as whom, and what a caller knows after each way in which a call can end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clients.pagerduty import PagerDuty as Client
from bot.clients.pagerduty import Refused, Unavailable, User
from bot.clock import Clock
from tests.fixtures.pagerduty import PagerDuty, words_with_pagerduty
from tests.fixtures.workspace import OMAR, Workspace

OMAR_THERE = User("POMAR01", "Omar", OMAR)


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_pagerduty(app_port)


@pytest.fixture
async def client(pagerduty: PagerDuty, clock_file: Path) -> AsyncIterator[Client]:
    made = Client(pagerduty.token, Clock(clock_file), api_url=pagerduty.api_url, seconds=2, threads=2)
    yield made
    await made.close()


async def test_a_user_is_found_by_exactly_this_e_mail_and_asked_for_once(
    client: Client, pagerduty: PagerDuty
) -> None:
    assert await client.user("Omar@Example.com") == OMAR_THERE
    assert await client.user(OMAR) == OMAR_THERE
    assert len((await pagerduty.look())["calls"]) == 1
    assert await client.user("mar@example.com") is None  # the query finds omar, who is somebody else
    assert await client.user("nobody@example.com") is None


async def test_who_is_on_call_at_each_level_is_known(client: Client) -> None:
    levels = await client.levels("PEPSTOR")
    assert [level for level, _ in levels] == [1, 2, 2, 3]
    assert {who for level, who in levels if level == 2} == {"POMAR01", "POLGA01"}


@pytest.mark.parametrize(
    ("weather", "sentence"),
    [
        ({"down": True}, "PagerDuty cannot be reached."),
        ({"slow": 3}, "PagerDuty did not answer in time."),
        ({"failing": True}, "PagerDuty is in trouble: it answered 500."),
        ({"rate_limited": 7}, "PagerDuty says that it is asked too often."),
        ({"answers": "rubbish"}, "PagerDuty's answer was cut off."),
    ],
)
async def test_what_gives_no_usable_answer_may_be_asked_again_and_was_asked_once(
    client: Client, pagerduty: PagerDuty, weather: dict[str, object], sentence: str
) -> None:
    id = await pagerduty.open("checkout 5xx")
    await pagerduty.weather(times=1, **weather)
    with pytest.raises(Unavailable) as away:
        await client.incident(id)
    assert str(away.value) == sentence
    assert away.value.wait == (7 if "rate_limited" in weather else None)
    assert (await client.incident(id)).id == id  # that one call was all that the weather struck


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "PagerDuty refused it: Arguments Caused Error."),
        (401, "PagerDuty does not know my key: an admin has to look at PAGERDUTY_API_TOKEN."),
        (403, "PagerDuty says that my key may not do this: an admin has to look at its rights."),
        (404, "PagerDuty does not know this page (any more)."),
        (409, "PagerDuty refused it: Conflict."),
    ],
)
async def test_a_refusal_says_what_to_do(
    client: Client, pagerduty: PagerDuty, status: int, sentence: str
) -> None:
    await pagerduty.weather(answers=status)
    with pytest.raises(Refused) as refused:
        await client.incident("Q1")
    assert (refused.value.status, str(refused.value)) == (status, sentence)


async def test_what_the_contract_refuses_is_a_violation(
    client: Client, pagerduty: PagerDuty, workspace: Workspace
) -> None:
    id = await pagerduty.open("checkout 5xx")
    with pytest.raises(Refused):  # a change that comes from nobody
        await client.ask(
            "PUT", f"/incidents/{id}", body={"incident": {"status": "asleep", "type": "incident"}}
        )
    found = [(one["path"], one["why"].split(",")[0]) for one in await workspace.violations()]
    if found or pagerduty.workspace.settings.pagerduty_contracts is not None:
        assert [path for path, _ in found] == ["From", "/incident/status"]
    workspace.expect_violations()

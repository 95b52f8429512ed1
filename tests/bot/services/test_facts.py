"""The facts that gates are judged by, from real git and real Redis; and what becomes of a system that does not say."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.clients.git import Git
from bot.config import load
from bot.domain.deploys import Deploy
from bot.domain.gates import Facts, NotSetUp, Unknown, Verdict, judge
from bot.domain.gates.checks import Check, Checks
from bot.domain.gates.commit import Behind, Moved, Size
from bot.domain.gates.coverage import Coverage
from bot.domain.gates.order import Order
from bot.domain.gates.pages import Page, Pages
from bot.domain.outside import Heard
from bot.domain.rights import Right
from bot.errors import OutsideUnavailable, StoreUnavailable
from bot.services.facts import Around, Outside
from bot.store import keys
from bot.store.outside import OutsideStore
from tests.bot.services.house import DANA, WANTED, House, ticked

ALL = "{checks: {mode: enforced, blocking: [test]}, coverage: {mode: enforced}, pages: {mode: enforced}}"


class System:
    """A system outside that says what the test lets it say."""

    def __init__(self, says: Callable[[str], Awaitable[Any]]) -> None:
        self.says = says
        self.asked: list[str] = []

    async def checks(self, repository: str, sha: str) -> Any:
        self.asked.append(sha)
        return await self.says(sha)

    async def coverage(self, service: str, sha: str, base: str) -> Any:
        self.asked.append(f"{service} {sha} {base}")
        return await self.says(sha)

    async def pages(self, services: Any) -> Any:
        self.asked.append(" ".join(services))
        return await self.says("")


def around(house: House, tmp_path: Path, outside: Outside | None = None, within: float = 5.0) -> Around:
    return Around(
        config=lambda: house.config, store=house.store, git=Git(tmp_path / "git"), outside=outside or Outside(),
        within=within,
    )  # fmt: skip


def set_gates(house: House, gates: str) -> None:
    text = house.grail.config.read_text()
    written = "environments: {staging: {recipe: quick}, production: {recipe: quick}}"
    assert written in text
    house.grail.config.write_text(
        text.replace(
            written,
            f"environments: {{staging: {{recipe: quick}}, production: {{recipe: quick, gates: {gates}}}}}",
            1,
        )
    )
    house.config = load(house.grail.config)


def wanted(house: House, commit: str, **more: Any) -> Deploy:
    made = Deploy(
        id="", service="shop", environment="production", ref="main", commit=commit, subject="", state="requested",
        by=WANTED.by, by_user="U1", by_name="Dana", team="T1", channel="C1", requested=1.0,
    )  # fmt: skip
    return replace(made, **more)


def judged(deploy: Deploy, more: Any, **modes: Any) -> Verdict:
    return judge(Facts(2.0, deploy, Right(True, "You may.", "allowed"), more=more, modes=modes))


async def test_git_says_how_far_behind_how_large_and_what_the_ref_means(house: House, tmp_path: Path) -> None:
    repository = house.grail.repository
    first = repository.head()
    second = repository.commit("Sell hats", {"hats": "many\n"})
    third = repository.commit("Sell shoes", {"shoes": "few\n", "hats": "few\n"})
    found = await around(house, tmp_path).ask(wanted(house, second, id="d-1", previous=first))
    assert found["behind"] == Behind("main", 1)
    moved = found["moved"]
    assert isinstance(moved, Moved)
    assert moved.means == third
    assert found["size"] == Size(1, 1, 50, 200)
    newest = await around(house, tmp_path).ask(wanted(house, third, previous=first))
    assert (newest["behind"], newest["moved"]) == (Behind("main", 0), Moved(third))
    assert newest["size"] == Size(2, 2, 50, 200)
    assert "after" not in newest


async def test_an_action_is_not_asked_what_a_commit_is_asked(house: House, tmp_path: Path) -> None:
    set_gates(house, ALL)
    found = await around(house, tmp_path).ask(wanted(house, "a" * 40, action="restart"))
    assert set(found) == {"recent", "pages"}


class Place:
    """What an environment says of itself when it is asked."""

    def __init__(self, heard: Heard | None) -> None:
        self.heard = heard

    async def said(self, service: str, environment: str) -> Heard | None:
        assert (service, environment) == ("shop", "staging")
        return self.heard


@pytest.mark.parametrize(
    ("heard", "doubt"),
    [
        (Heard("e" * 40, at=9.0), ""),
        (Heard("f" * 40, at=9.0), "staging itself says that fffffff stands there."),
        (Heard("", at=9.0), "staging itself says that nothing stands there."),
        (Heard("e" * 40, at=9.0, fault="GitHub answers 502.", silent=10.0), "GitHub answers 502."),
        (None, "Nothing there can say what stands in staging."),
    ],
)
async def test_what_somebody_only_claims_counts_in_the_order_where_that_place_says_so_now(
    heard: Heard | None, doubt: str, house: House, tmp_path: Path
) -> None:
    set_gates(house, "{after: {environment: staging}}")
    claimed = wanted(
        house, "e" * 40, environment="staging", state="succeeded", by_name="Omar", ended=5.0, outside="-"
    )
    await OutsideStore(house.redis).claim(claimed, since=5.0, seen="", now=6.0, request="r")
    production = wanted(house, "e" * 40)
    found = (await around(house, tmp_path, Outside(stands=Place(heard))).ask(production))["after"]
    assert found == Order("staging", "e" * 40, True, word="d-1, claimed by Omar", doubt=doubt)
    [one] = judged(production, {"after": found}).conditions[-1:]
    if doubt:
        assert (one.outcome, one.code) == ("failed", "not-proven")
        assert one.sentence == f"eeeeeee stands in staging by the word of d-1, claimed by Omar alone. {doubt}"
    else:
        assert (one.outcome, one.code) == ("passed", "seen-there")
        assert one.sentence == "eeeeeee stands in staging: d-1, claimed by Omar, and staging says so too."


async def test_the_order_of_environments_comes_from_what_really_went_there(
    house: House, tmp_path: Path
) -> None:
    set_gates(house, "{after: {environment: staging}}")
    deploys = house.worker("one")
    begun = await deploys.request(WANTED, DANA)
    production = wanted(house, begun.commit)
    assert (await around(house, tmp_path).ask(production))["after"] == Order("staging", running=begun.id)
    while not (await house.store.get(begun.id)).over:
        await ticked(deploys, begun.id)
    assert (await around(house, tmp_path).ask(production))["after"] == Order("staging", begun.commit, True)
    other = '{"commit": "%s", "subject": "", "deploy": "d-2", "since": 5.0}' % ("b" * 40)
    await house.redis.hset(keys.STANDING(service="shop"), "staging", other)
    assert (await around(house, tmp_path).ask(production))["after"] == Order("staging", "b" * 40, True)
    never = wanted(house, "c" * 40)
    assert (await around(house, tmp_path).ask(never))["after"] == Order("staging", "b" * 40, False)


async def test_a_failure_there_is_known_to_the_next_deploy(house: House, tmp_path: Path) -> None:
    deploys = house.worker("one")
    begun = await deploys.request(replace(WANTED, ref="fails-health"), DANA)
    while not (await house.store.get(begun.id)).over:
        await ticked(deploys, begun.id)
    failed = await house.store.get(begun.id)
    assert failed.ended is not None
    there = wanted(house, failed.commit, environment="staging")
    found: Any = (await around(house, tmp_path).ask(there))["recent"]
    assert (found.id, found.bad, found.ended, found.within, found.same) == (
        "d-1", True, failed.ended, 1800.0, True,
    )  # fmt: skip
    elsewhere: Any = (await around(house, tmp_path).ask(wanted(house, failed.commit)))["recent"]
    assert (elsewhere.id, elsewhere.bad) == ("", False)


async def test_a_system_that_is_not_set_up_is_shown_and_passed(house: House, tmp_path: Path) -> None:
    set_gates(house, ALL)
    deploy = wanted(house, house.grail.repository.head())
    found = await around(house, tmp_path).ask(deploy)
    assert all(isinstance(found[gate], NotSetUp) for gate in ("checks", "coverage", "pages"))
    verdict = judged(deploy, found, checks="enforced", coverage="enforced", pages="enforced")
    assert verdict.admits
    assert [one.sentence for one in verdict if one.outcome == "not set up"] == [
        "Checks: not set up. Set GITHUB_TOKEN, and let the service's repository be one on GitHub.",
        "Coverage: not set up. Send reports to /hooks/coverage with the service's own secret.",
        "Open page: not set up. Set PAGERDUTY_API_TOKEN.",
    ]


async def test_what_the_systems_say_is_what_is_judged(house: House, tmp_path: Path) -> None:
    set_gates(house, ALL)
    repository = house.grail.repository
    first, second = repository.head(), repository.commit("Sell hats", {"hats": "many\n"})
    third = repository.commit("Sell shoes", {"shoes": "few\n"})

    async def checks(sha: str) -> Any:
        return (Check("test", "failed" if sha == second else "passed"),)

    async def coverage(_: str) -> Any:
        return Coverage(90.0, changed=70.0)

    async def pages(_: str) -> Any:
        return (Page("P1", "shop", "Checkout is slow", 1.0),)

    systems = System(checks), System(coverage), System(pages)
    found = await around(house, tmp_path, Outside(*systems)).ask(wanted(house, third, previous=first))
    assert found["checks"] == Checks(
        (Check("test", "passed"),), (Check("test", "failed", second),), blocking=("test",)
    )
    assert found["coverage"] == Coverage(90.0, changed=70.0, least=0.0, least_changed=80.0, most_drop=1.0)
    assert found["pages"] == Pages((Page("P1", "shop", "Checkout is slow", 1.0),))
    assert [system.asked for system in systems] == [[third, second], [f"shop {third} {first}"], ["shop"]]


async def test_an_open_page_is_asked_for_of_the_service_and_of_what_it_depends_on(
    house: House, tmp_path: Path
) -> None:
    set_gates(house, ALL)
    shop = house.config.services["shop"].model_copy(update={"depends_on": ("gateway",)})
    house.config = house.config.model_copy(update={"services": {**house.config.services, "shop": shop}})

    async def pages(_: str) -> Any:
        return ()

    system = System(pages)
    await around(house, tmp_path, Outside(pages=system)).ask(wanted(house, house.grail.repository.head()))
    assert system.asked == ["shop gateway"]


async def silent(_: str) -> Any:
    await asyncio.Event().wait()


async def away(_: str) -> Any:
    raise OutsideUnavailable("GitHub", "GitHub answers 503.")


async def broken(_: str) -> Any:
    raise KeyError("check_runs")


async def says_so(_: str) -> Any:
    return Unknown("GitHub", "It has never heard of this commit.")


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (silent, "It did not answer within 0.2 seconds."),
        (away, "GitHub answers 503."),
        (broken, "Asking it broke; the log says why."),
        (says_so, "It has never heard of this commit."),
    ],
)
async def test_a_system_that_does_not_say_stops_where_its_gate_is_enforced_and_is_named(
    house: House, tmp_path: Path, says: Any, why: str
) -> None:
    set_gates(house, "{checks: {}, behind: null, moved: null, size: null}")
    deploy = wanted(house, house.grail.repository.head())
    found = await around(house, tmp_path, Outside(checks=System(says)), within=0.2).ask(deploy)
    enforced = judged(deploy, {"checks": found["checks"]}, checks="enforced")
    assert [one.sentence for one in enforced.stopping] == [
        f"GitHub cannot say how the checks of the commit went. {why}"
    ]
    assert judged(deploy, {"checks": found["checks"]}).admits


async def test_a_redis_that_is_away_is_no_unknown_fact_but_everybodys_trouble(
    house: House, tmp_path: Path
) -> None:
    set_gates(house, "{checks: {}}")

    async def gone(_: str) -> Any:
        raise StoreUnavailable("Redis does not answer.")

    with pytest.raises(StoreUnavailable):
        await around(house, tmp_path, Outside(checks=System(gone))).ask(wanted(house, "a" * 40))


async def test_in_an_emergency_nobody_outside_is_asked(house: House, tmp_path: Path) -> None:
    set_gates(house, ALL)
    system = System(away)
    deploy = wanted(house, "a" * 40)
    found = await around(house, tmp_path, Outside(system, system, system)).ask(deploy, emergency=True)
    assert (dict(found), system.asked) == ({}, [])

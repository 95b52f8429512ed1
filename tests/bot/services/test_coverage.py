"""What reports say of a commit and of its change, over real git and real Redis."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.clients.git import Git
from bot.config import Config, load
from bot.domain.coverage import Uncovered
from bot.domain.gates import NotSetUp
from bot.domain.gates.coverage import Coverage
from bot.services.coverage import Coverages, secret_of
from bot.store.coverage import Came, CoverageStore
from tests.fixtures.grail import CONFIG, ROOT, Repository

CART = {"cart.py": "a\nb\nc\nd\n"}


class Tests:
    """The tests of shop, which report what they cover."""

    __test__ = False

    def __init__(self, redis: Redis, folder: Path) -> None:
        self.repository = Repository(folder / "shop")
        file = folder / "config.yaml"
        people = "people:" + (ROOT / "config.yaml").read_text().split("\npeople:", 1)[1]
        text = CONFIG.replace("REPOSITORY", str(self.repository.path)) + people
        asks = "{staging: {recipe: quick, gates: {coverage: {}}}, production: {recipe: quick}}"
        file.write_text(text.replace("{staging: {recipe: quick}, production: {recipe: quick}}", asks, 1))
        self.config: Config = load(file)
        self.store = CoverageStore(redis)
        self.git = Git(folder / "data")
        self.coverage = self.with_secrets(COVERAGE_SHOP=("s",))
        self._number = 0

    def with_secrets(self, **secrets: tuple[str, ...]) -> Coverages:
        return Coverages(config=lambda: self.config, store=self.store, git=self.git, secrets=secrets)

    async def report(self, commit: str, body: str | bytes, *, service: str = "shop") -> Came | None:
        self._number += 1
        digest = str(self._number)
        await self.store.put(digest, body.encode() if isinstance(body, str) else body)
        job: dict[str, Any] = {
            "service": service,
            "commit": commit,
            "digest": digest,
            "at": float(self._number),
        }
        came = await self.coverage.take(job)
        assert await self.coverage.take(job) is None  # the same work again
        return came


def lcov(hit: str, missed: str = "", *, file: str = "cart.py") -> str:
    lines = [f"DA:{line},1" for line in hit.split()] + [f"DA:{line},0" for line in missed.split()]
    return "\n".join([f"SF:{file}", *lines, "end_of_record", ""])


@pytest.fixture
def tests(redis: Redis, tmp_path: Path) -> Tests:
    return Tests(redis, tmp_path)


async def test_lines_changed_lines_and_trend_of_a_commit_against_what_stands_there(tests: Tests) -> None:
    shas = [tests.repository.commit("Begin", CART)]
    for number in range(7):
        shas.append(tests.repository.commit("More", {"cart.py": CART["cart.py"] + "e\n" * (number + 1)}))
    for number, sha in enumerate(shas[:-1]):
        await tests.report(sha, lcov("1 2 3", "4" if number else "4 5"))
    base, commit = shas[-3], shas[-1]
    await tests.report(commit, lcov("1 2 3 11", "4 10", file="/build/shop/cart.py"))
    assert await tests.coverage.coverage("shop", commit, base) == Coverage(
        100 * 4 / 6, base=75.0, changed=50.0, uncovered=("cart.py (1 line)",), trend=(75.0,) * 5
    )
    found = await tests.coverage.of("shop", commit, base)
    assert found.change is not None
    assert found.change.uncovered == (Uncovered("cart.py", 1, 2, ((10, 10),)),)
    assert [sha for sha, _ in found.trend] == shas[-6:-1]


async def test_several_reports_of_a_commit_are_one_and_the_same_again_counts_once(tests: Tests) -> None:
    commit = tests.repository.commit("Begin", CART)
    await tests.report(commit, lcov("1", "2 3 4"))
    cobertura = (
        "<coverage><source>/build/src</source><class filename='cart.py'><line number='1' hits='0'/>"
        "<line number='2' hits='1'/></class></coverage>"
    )
    await tests.report(commit, cobertura)
    found = await tests.coverage.of("shop", commit, "")
    assert (found.lines, found.reports, found.change, found.base) == (50.0, 2, None, None)


async def test_reports_that_are_read_at_once_come_to_one_sum(tests: Tests) -> None:
    commit = tests.repository.commit("Begin", CART)
    await asyncio.gather(*(tests.report(commit, lcov(str(n), "1 2 3 4")) for n in (1, 2, 3, 4)))
    assert await tests.store.sums("shop", [commit]) == {commit: 100.0}


async def test_a_report_that_is_odd_is_remembered_with_why_and_does_not_count(tests: Tests) -> None:
    commit = tests.repository.commit("Begin", CART)
    came = await tests.report(commit, lcov("-3"))
    assert came is not None
    assert came.odd == "It names line -3: a line is a number from 1 to 1,000,000."
    unread = await tests.coverage.coverage("shop", commit, "")
    assert unread == Coverage(None, odd=came.odd)
    await tests.report(commit, lcov("1"))
    assert await tests.coverage.coverage("shop", commit, "") == Coverage(100.0, odd=came.odd)


async def test_a_report_without_a_commit_or_of_other_files_is_odd(tests: Tests) -> None:
    came = await tests.report("", lcov("1"))
    assert came is not None
    assert came.odd == "It does not say of which commit it is: send ?commit= with all 40 digits of it."
    came = await tests.report(tests.repository.head(), lcov("1", file="../../etc/passwd"))
    assert came is not None
    assert came.odd == "None of its files is in the repository of shop: it names '../../etc/passwd'."
    assert await tests.report("a" * 40, lcov("1"), service="gone") is None


async def test_files_that_the_repository_has_not_are_left_out_and_counted(tests: Tests) -> None:
    commit = tests.repository.commit("Begin", CART)
    came = await tests.report(commit, lcov("1 2", "3 4") + lcov("", "1 2 3 4", file="made/by/a/tool.py"))
    assert came == Came(commit, 1.0, came.bytes if came else 0, files=1, left_out=1)
    assert (await tests.coverage.of("shop", commit, "")).lines == 50.0


async def test_a_report_of_an_unknown_commit_is_kept_as_odd_and_counts_once_the_commit_is_there(
    tests: Tests, tmp_path: Path
) -> None:
    """It may come before its commit can be fetched."""
    elsewhere = Repository(tmp_path / "elsewhere")
    base = elsewhere.commit("Begin", CART)
    commit = elsewhere.commit("More", {"cart.py": CART["cart.py"] + "e\nf\n"})
    came = await tests.report(commit, lcov("1 2 3 4 5", "6", file="/build/shop/cart.py"))
    assert came is not None
    assert (came.odd, came.counted) == ("The repository of shop does not know its commit.", True)
    tests.repository.path.rename(tmp_path / "before")
    elsewhere.path.rename(tests.repository.path)
    found = await tests.coverage.of("shop", commit, base)
    assert (found.reports, round(found.lines or 0, 1), found.odd) == (1, 83.3, "")
    assert found.change is not None
    assert found.change.uncovered == (Uncovered("cart.py", 1, 2, ((6, 6),)),)


async def test_a_base_that_is_gone_leaves_the_lines_that_change_unsaid(tests: Tests) -> None:
    commit = tests.repository.commit("Begin", CART)
    await tests.report(commit, lcov("1"))
    assert await tests.coverage.coverage("shop", commit, "e" * 40) == Coverage(100.0)
    assert await tests.coverage.coverage("shop", commit, commit) == Coverage(100.0)


async def test_only_a_service_without_a_secret_is_not_set_up(tests: Tests) -> None:
    assert await tests.coverage.coverage("shop", tests.repository.head(), "") == Coverage(None)
    assert await tests.coverage.coverage("search", tests.repository.head(), "") == NotSetUp(
        "The report of coverage",
        "Set GRAIL_HOOK_SECRET_COVERAGE_SEARCH, and let its tests send their reports to /hooks/coverage.",
    )
    assert secret_of("my-shop.2") == "COVERAGE_MY_SHOP_2"


def test_a_secret_for_nobody_and_a_gate_without_one_are_said_at_the_start(tests: Tests) -> None:
    assert tests.with_secrets(COVERAGE_SHPO=("s",), DEPLOYS_SHOP=("s",)).amiss() == [
        "GRAIL_HOOK_SECRET_COVERAGE_SHPO is set, but config.yaml has no such service.",
        "Coverage of shop is asked for, but no report can come: GRAIL_HOOK_SECRET_COVERAGE_SHOP is not set.",
    ]

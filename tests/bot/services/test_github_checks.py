"""The checks of a commit from GitHub, as the gate needs them; and which repositories are on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clients.github import FixedToken
from bot.clients.github import GitHub as Client
from bot.clock import Clock
from bot.domain.gates import NotSetUp
from bot.errors import GrailError
from bot.services.github_checks import GitHubChecks, full_name
from tests.fixtures.github import GitHub, head, words_with_github

__all__ = ["workspace_words"]


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_github(app_port)


@pytest.fixture
async def checks(github: GitHub, clock_file: Path) -> AsyncIterator[GitHubChecks]:
    client = Client(FixedToken(github.token), Clock(clock_file), api_url=github.api_url, timeout=2)
    yield GitHubChecks(client, github.api_url)
    await client.close()


async def test_what_passed_was_skipped_runs_or_failed(
    checks: GitHubChecks, github: GitHub, github_git: Path
) -> None:
    for name, to in (("test", "success"), ("lint", "skipped"), ("e2e", "in_progress"), ("scan", "cancelled")):
        await github.fire(check=name, ref="main", to=to)
    found = await checks.checks("acme/shop", head(github_git))
    assert isinstance(found, tuple)
    assert {one.name: one.state for one in found} == {
        "test": "passed", "lint": "passed", "e2e": "running", "scan": "failed",
    }  # fmt: skip


async def test_a_repository_elsewhere_is_not_set_up_and_a_commit_that_is_not_there_is_no_passed_check(
    checks: GitHubChecks, github: GitHub, github_git: Path
) -> None:
    assert isinstance(await checks.checks("/srv/shop.git", head(github_git)), NotSetUp)
    with pytest.raises(GrailError):
        await checks.checks("acme/no-such", head(github_git))


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("acme/shop", "acme/shop"),
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://github.com/acme/shop/", "acme/shop"),
        ("ssh://git@github.com/acme/shop.git", "acme/shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("https://gitlab.example.com/acme/shop.git", None),
        ("git@gitlab.example.com:acme/shop.git", None),
        ("/srv/acme/shop.git", None),
        ("https://github.com/acme/shop/tree/main", None),
        ("", None),
    ],
)
def test_which_repositories_are_on_github(repository: str, name: str | None) -> None:
    assert full_name(repository, "github.com") == name

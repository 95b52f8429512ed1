"""What GitHub is asked, and what a caller knows after each way in which a call can end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clients.github import Check, FixedToken, GitHubLimited, GitHubRefused
from bot.clients.github import GitHub as Client
from bot.clients.http import Unreachable
from bot.clock import Clock
from tests.fixtures.github import GitHub, head, words_with_github

SHOP = "acme/shop"


@pytest.fixture
def workspace_words(clock_file: Path, app_port: int) -> list[str]:
    return words_with_github(app_port)


@pytest.fixture
async def client(github: GitHub, clock_file: Path) -> AsyncIterator[Client]:
    made = Client(FixedToken(github.token), Clock(clock_file), api_url=github.api_url + "/", timeout=2)
    yield made
    await made.close()


async def test_a_commit_is_found_by_branch_and_by_itself(client: Client, github_git: Path) -> None:
    for ref in ("feature/x", head(github_git, "feature/x"), head(github_git, "feature/x")[:8]):
        commit = await client.commit(SHOP, ref)
        assert (commit.sha, commit.subject) == (head(github_git, "feature/x"), "Sell cups")
        assert (commit.author, commit.email) == ("Dana", "dana@example.com")
    assert (await client.commit(SHOP, "main")).subject == "Sell tea"


async def test_a_comparison_tells_commits_files_and_who_is_ahead(client: Client, github_git: Path) -> None:
    found = await client.compare(SHOP, "main", "feature/x")
    assert (found.status, found.ahead, found.behind, found.base) == ("ahead", 1, 0, head(github_git))
    assert [commit.subject for commit in found.commits] == ["Sell cups"]
    assert [(file.name, file.status, file.before) for file in found.files] == [
        ("cups.txt", "added", ""), ("teas and cups.txt", "renamed", "tea.txt"),
    ]  # fmt: skip
    back = await client.compare(SHOP, "feature/x", "main")
    assert (back.status, back.ahead, back.behind, back.commits) == ("behind", 0, 1, ())


async def test_a_pull_request_is_found_by_its_number(
    client: Client, github: GitHub, github_git: Path
) -> None:
    await github.fire(make="pull", number=812, title="Sell cups, at last", branch="feature/x", author="devi")
    found = await client.pull_request(SHOP, 812)
    assert (found.title, found.state, found.merged, found.author) == (
        "Sell cups, at last",
        "open",
        False,
        "devi",
    )
    assert (found.branch, found.sha) == ("feature/x", head(github_git, "feature/x"))
    with pytest.raises(GitHubRefused) as refused:
        await client.pull_request(SHOP, 813)
    assert str(refused.value) == "GitHub knows no pull request #813 in acme/shop, or hides it from me."


async def test_checks_are_check_runs_and_statuses_together_by_name(
    client: Client, github: GitHub, github_git: Path
) -> None:
    for name, to in (("test", "success"), ("lint", "failure"), ("slow", "in_progress"), ("docs", "skipped")):
        await github.fire(check=name, ref="main", to=to)
    await github.fire(check="ci/old", ref="main", to="error", kind="status")
    await github.fire(check="test", ref="feature/x", to="failure")
    found = await client.checks(SHOP, head(github_git))
    assert [(check.name, check.state, check.word) for check in found] == [
        ("ci/old", "failed", "error"), ("docs", "skipped", "skipped"), ("lint", "failed", "failure"),
        ("slow", "running", "in_progress"), ("test", "passed", "success"),
    ]  # fmt: skip
    assert isinstance(found[0], Check)


async def test_more_than_a_page_of_checks_is_read_whole(
    client: Client, github: GitHub, github_git: Path
) -> None:
    for number in range(103):
        await github.fire(check=f"part {number:03d}", ref="main", to="success")
    assert len(await client.checks(SHOP, head(github_git))) == 103


@pytest.mark.parametrize(
    ("status", "sentence", "hint"),
    [
        (401, "GitHub does not take my token.", "An admin has to give Grail a GITHUB_TOKEN that is valid."),
        (403, "GitHub does not show me `main` in acme/shop (Resource not accessible by integration).",
         "An admin has to give its token this permission: contents: read."),
        (404, "GitHub knows no `main` in acme/shop, or hides it from me.",
         "Look at its name in config.yaml, and whether Grail's token may see it."),
        (409, "GitHub does not show me `main` in acme/shop (Conflict).",
         "What GitHub says in brackets has to be put right first."),
        (422, "GitHub does not show me `main` in acme/shop (Validation Failed).",
         "What GitHub says in brackets has to be put right first."),
    ],
)  # fmt: skip
async def test_each_refusal_says_what_is_wrong_and_what_to_do(
    client: Client, github: GitHub, status: int, sentence: str, hint: str
) -> None:
    await github.weather(answers=status)
    with pytest.raises(GitHubRefused) as refused:
        await client.commit(SHOP, "main")
    assert (str(refused.value), refused.value.hint, refused.value.status) == (sentence, hint, status)
    assert refused.value.code == f"github-{status}"


async def test_a_wrong_token_stands_in_no_sentence(github: GitHub, clock_file: Path) -> None:
    client = Client(FixedToken("ghp_somebody-elses"), Clock(clock_file), api_url=github.api_url)
    with pytest.raises(GitHubRefused) as refused:
        await client.commit(SHOP, "main")
    assert refused.value.status == 401
    assert (
        "somebody" not in f"{refused.value!r} {refused.value} {refused.value.hint} {refused.value.__cause__}"
    )
    await client.close()


async def test_after_a_limit_nothing_is_asked_before_its_time(client: Client, github: GitHub) -> None:
    for wait, words in ((30, "30 seconds"), (601, "10 minutes")):
        await github.weather(rate_limited=wait)
        with pytest.raises(
            GitHubLimited, match=f"GitHub lets me ask nothing for {words}: its limit is used up"
        ):
            await client.commit(SHOP, "main")
        await github.weather(rate_limited=False)
        used = (await github.look())["used"]
        with pytest.raises(GitHubLimited):
            await client.commit(SHOP, "main")
        assert (await github.look())["used"] == used
        await github.workspace.clock(forward=wait)
        assert (await client.commit(SHOP, "main")).subject == "Sell tea"


async def test_the_hours_limit_holds_until_github_says_it_is_over(client: Client, github: GitHub) -> None:
    await github.weather(rate_limited="primary")
    with pytest.raises(GitHubLimited) as limited:
        await client.commit(SHOP, "main")
    assert not limited.value.reached
    assert limited.value.until % 3600 == 0
    await github.weather(rate_limited=False)
    await github.workspace.clock(forward=3600)
    assert (await client.commit(SHOP, "main")).sha
    assert client.left is not None
    assert not client.low


async def test_what_has_not_changed_is_not_sent_again_and_costs_nothing(
    client: Client, github: GitHub
) -> None:
    first = await client.commit(SHOP, "main")
    used = (await github.look())["used"]
    assert await client.commit(SHOP, "main") == first
    assert (await github.look())["used"] == used


@pytest.mark.parametrize(
    ("weather", "sentence"),
    [
        ({"failing": True}, "GitHub answers 502."),
        ({"down": True}, "GitHub's answer was cut off (ServerDisconnectedError)."),
        ({"slow": 5}, "GitHub did not answer in time."),
        ({"answers": "rubbish"}, "GitHub's answer makes no sense."),
    ],
)
async def test_a_github_that_is_ill_is_said_to_be_so(
    client: Client, github: GitHub, weather: dict[str, object], sentence: str
) -> None:
    await github.weather(**weather)
    with pytest.raises(Unreachable) as ill:
        await client.commit(SHOP, "main")
    assert (str(ill.value), ill.value.system, ill.value.reached) == (sentence, "GitHub", True)


async def test_a_read_that_was_cut_off_is_tried_once_more(client: Client, github: GitHub) -> None:
    await github.weather(down=True, times=1)
    assert (await client.commit(SHOP, "main")).subject == "Sell tea"


async def test_where_nothing_listens_it_has_certainly_not_been_done(clock_file: Path) -> None:
    client = Client(FixedToken("t"), Clock(clock_file), api_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable) as away:
        await client.dispatch(SHOP, "deploy.yml", "main", {})
    assert (str(away.value), away.value.reached) == ("GitHub cannot be reached.", False)
    await client.close()

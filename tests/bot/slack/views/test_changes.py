"""What whoever approves a deploy sees of it."""

from dataclasses import replace
from typing import Any

from bot.domain.brings import Brings, Change, brings
from bot.domain.deploys import Deploy, Told
from bot.slack.views import changes, deploy
from tests.bot.slack.views.test_limits import HOSTILE, NOW, SHA, a_deploy, check, each_text

STANDS = "f" * 40
SHORT = brings(
    STANDS, SHA, [Change(SHA, "Sell hats", "Dana"), Change("e" * 40, "Sell caps", "Dario")], 0,
    ["hats.py", "migrations/7.sql"], ["migrations/7.sql"], by="d-3", since=NOW - 60,
)  # fmt: skip


def waiting(found: Brings | None, **more: Any) -> Deploy:
    return a_deploy("Sell hats", state="waiting", brings=found, previous_subject="Open the shop", **more)


def words(shown: Deploy) -> str:
    return "\n".join(block["text"]["text"] for block in changes.brings(shown) if "text" in block)


def test_the_card_says_what_runs_there_what_comes_from_whom_in_which_files_and_over_which_migration() -> None:
    found = words(waiting(SHORT))
    assert f"Now runs `fffffff` Open the shop (d-3, since <!date^{int(NOW - 60)}^" in found
    assert "It brings *2 commits* by Dana, Dario, in 2 files:" in found
    assert "• `0123456` Sell hats — Dana\n• `eeeeeee` Sell caps — Dario" in found
    assert ":warning: It crosses a migration: `migrations/7.sql`" in found
    assert "Files: `hats.py`, `migrations/7.sql`" in found
    assert "All of it is in the thread" not in found


def test_what_is_long_is_cut_with_its_count_and_says_where_the_rest_is() -> None:
    coming = [Change(f"{n:040x}", f"Work {n}", f"p{n}") for n in range(60)]
    files = [f"migrations/{n}.sql" for n in range(40)]
    found = words(waiting(brings(STANDS, SHA, coming, 3, files, files)))
    assert "It brings *60 commits* by p0, p1, p2, p3, p4 and 55 more, in 40 files:" in found
    assert "• … and 52 more" in found
    assert "It takes back 3 commits that stand there." in found
    assert "`migrations/2.sql` and 37 more" in found
    assert "`migrations/9.sql` and 30 more" in found
    assert found.endswith("_All of it is in the thread._")


def test_it_says_when_nothing_stands_there_when_it_is_the_same_again_and_when_nobody_can_say() -> None:
    assert words(waiting(Brings("", SHA))) == (
        "Nothing was deployed there by me before: it brings all that it has."
    )
    same = words(waiting(Brings(SHA, SHA)))
    assert same == "Now runs `0123456` Open the shop. It is the same commit again."
    assert words(waiting(None)) == ":grey_question: git cannot say what it brings. I look again in a minute."
    assert words(waiting(None, action="restart")) == ""
    older = words(waiting(brings(STANDS, SHA, [], 2, ["hats.py"], [])))
    assert "It is older, and brings nothing new; 1 file change." in older


def test_what_checks_and_coverage_say_stands_there_also_where_it_is_good() -> None:
    told = (
        Told("coverage", "coverage-low", "Only 60 % of the changed lines are covered.", False),
        Told("approvals", "needs-approval", "One person who may has to approve it.", True),
    )
    found = words(waiting(SHORT, vouched=(("checks", "test and lint passed."),), conditions=told))
    assert ":white_check_mark: test and lint passed." in found
    assert ":speech_balloon: Only 60 % of the changed lines are covered." in found
    assert "has to approve" not in found  # that is said above


@each_text
def test_whatever_stands_in_a_commit_or_a_file_the_card_fits_slack_and_mentions_nobody(words: str) -> None:
    coming = [Change(SHA, words, words) for _ in range(300)]
    found = brings(STANDS, SHA, coming, 260, [words] * 300, [words] * 300, by="d-3", since=NOW)
    shown = a_deploy(
        words, state="waiting", brings=found, vouched=(("checks", words),) * 9, void_why=words, voided=1
    )
    check(deploy.card(shown, NOW))
    check(deploy.card(replace(shown, state="succeeded"), NOW))
    assert HOSTILE

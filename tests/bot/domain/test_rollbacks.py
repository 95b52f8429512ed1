"""What a roll-back goes back to, and what it takes away."""

from typing import Any

from bot.domain.deploys import Deploy
from bot.domain.rollbacks import bad, migrations, stayed


def deploy(commit: str, **more: Any) -> Deploy:
    given = {"state": "succeeded", "run": "run", **more}
    return Deploy(
        id="d-1", service="shop", environment="staging", ref="main", commit=commit, subject="", by="dana@example.com",
        by_user="U1", by_name="Dana", team="T1", channel="C1", requested=0.0, **given,
    )  # fmt: skip


def back(commit: str, undoes: str, **more: Any) -> Deploy:
    return deploy(commit, undoes=undoes, **more)


def names(*oldest_first: Deploy) -> list[str]:
    return [one.commit for one in stayed(reversed(oldest_first))]


def test_each_commit_that_stood_is_told_once_newest_first_and_what_did_not_succeed_is_not() -> None:
    failed, restart = deploy("c", state="failed"), deploy("b", action="restart")
    assert names(deploy("a"), deploy("b"), failed, deploy("b"), restart) == ["b", "a"]


def test_what_was_taken_back_did_not_stay() -> None:
    assert names(deploy("a"), deploy("b"), deploy("c"), back("b", "c")) == ["b", "a"]
    assert names(deploy("a"), deploy("b"), deploy("c"), back("b", "c"), back("a", "b")) == ["a"]
    assert names(deploy("a"), deploy("b"), back("a", "b"), deploy("c"), back("a", "c")) == ["a"]
    assert names(deploy("a"), deploy("b"), back("a", "b"), deploy("b")) == ["b", "a"]


def test_it_takes_away_what_runs_else_what_the_last_attempt_may_have_left_else_what_stands() -> None:
    runs = deploy("r", state="running")
    lost = deploy("l", state="lost")
    assert bad([lost], runs, "s") == "r"
    assert bad([lost], None, "s") == "l"
    assert bad([deploy("f", state="failed", rolled_back=True), lost], None, "s") == "s"
    assert bad([deploy("f", state="failed", untouched=True)], None, "s") == "s"
    assert bad([deploy("f", state="failed", rolled_back=False)], None, "s") == "f"
    assert bad([deploy("s")], deploy("s", state="running", action="restart"), "s") == "s"
    assert bad([back("g", "b", state="lost")], None, "b") == "b"  # a roll-back that was lost is begun again
    assert bad([], None, "") == ""


def test_what_migrates_a_database_lies_in_a_folder_of_migrations() -> None:
    files = ["shop/migrations/7.sql", "migration/1.py", "db/migrations.py", "immigrations/x"]
    assert migrations(files) == ("shop/migrations/7.sql", "migration/1.py")

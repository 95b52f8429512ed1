"""Refs become commits, against real repositories and the real git."""

import asyncio
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from bot.clients.git import Git
from bot.errors import NotFound, NotUnderstood, OutsideUnavailable


def git(folder: Path, *arguments: str) -> str:
    environ = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "Dana",
        "GIT_AUTHOR_EMAIL": "dana@example.com",
        "GIT_COMMITTER_NAME": "Dana",
        "GIT_COMMITTER_EMAIL": "dana@example.com",
        "GIT_AUTHOR_DATE": "@1767225600 +0000",
        "GIT_COMMITTER_DATE": "@1767225600 +0000",
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, subject: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", "-m", subject)
    return git(folder, "rev-parse", "HEAD")


def import_commits(folder: Path, stream: str) -> None:
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=stream, text=True, check=True)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop.git"
    folder.mkdir()
    git(folder, "init", "--quiet", "-b", "main")
    commit(folder, "Open the shop")
    return folder


@pytest.fixture
def asked(tmp_path: Path) -> Git:
    return Git(tmp_path / "data")


async def test_a_branch_becomes_its_full_commit_with_subject_author_and_time(shop: Path, asked: Git) -> None:
    sha = commit(shop, "Sell tea: \x1b[31mred & <green>")
    found = await asked.commit(str(shop), "main")
    assert found.sha == sha
    assert found.subject == "Sell tea: \x1b[31mred & <green>"
    assert (found.author, found.email, found.when) == ("Dana", "dana@example.com", 1767225600.0)


async def test_a_branch_that_moved_is_seen_at_the_next_look(shop: Path, asked: Git) -> None:
    before = await asked.commit(str(shop), "main")
    moved = commit(shop, "Sell coffee")
    git(shop, "commit", "--quiet", "--amend", "--allow-empty", "-m", "Sell cocoa")
    after = await asked.commit(str(shop), "main")
    assert after.sha not in (before.sha, moved)
    assert after.subject == "Sell cocoa"


async def test_tags_and_short_and_whole_shas_are_refs(shop: Path, asked: Git) -> None:
    first = git(shop, "rev-parse", "HEAD")
    git(shop, "tag", "-a", "v1", "-m", "The first")
    commit(shop, "Sell tea")
    for ref in ("v1", first, first[:8], first[:8].upper()):
        assert (await asked.commit(str(shop), ref)).sha == first


async def test_a_branch_goes_before_a_tag_of_the_same_name(shop: Path, asked: Git) -> None:
    git(shop, "tag", "blue")
    git(shop, "checkout", "--quiet", "-b", "blue")
    sha = commit(shop, "Paint it blue")
    assert (await asked.commit(str(shop), "blue")).sha == sha


@pytest.mark.parametrize("space", ["refs/pull/812/head", "refs/merge-requests/812/head"])
async def test_a_pull_request_is_found_by_its_number(shop: Path, asked: Git, space: str) -> None:
    git(shop, "checkout", "--quiet", "-b", "fork")
    sha = commit(shop, "From a fork")
    git(shop, "update-ref", space, sha)
    git(shop, "checkout", "--quiet", "main")
    git(shop, "branch", "--quiet", "-D", "fork")
    assert (await asked.commit(str(shop), "#812")).sha == sha


async def test_what_is_not_there_is_said_with_what_was_perhaps_meant(shop: Path, asked: Git) -> None:
    git(shop, "branch", "feature/blue-button")
    cases = {
        "feature/blue-buton": "There is no branch, tag or commit `feature/blue-buton` in shop; "
        "did you mean `feature/blue-button`?",
        "zzz": "There is no branch, tag or commit `zzz` in shop.",
        "#9": "There is no pull request #9 in shop.",
        "f" * 40: f"There is no branch, tag or commit `{'f' * 40}` in shop.",
    }
    for ref, sentence in cases.items():
        with pytest.raises(NotFound) as refused:
            await asked.commit(str(shop), ref)
        assert str(refused.value) == sentence
        hint = "Look at how it is spelt, and whether it is pushed." if ref in ("zzz", "f" * 40) else None
        assert (refused.value.code, refused.value.hint) == ("no-such-ref", hint)


async def test_the_name_in_the_sentence_can_be_the_services(shop: Path, asked: Git) -> None:
    with pytest.raises(NotFound, match=r"^There is no branch, tag or commit `zzz` in gateway\.$"):
        await asked.commit(str(shop), "zzz", name="gateway")


async def test_a_ref_that_would_be_an_option_never_reaches_git(shop: Path, asked: Git) -> None:
    with pytest.raises(NotUnderstood, match="it begins with `-`"):
        await asked.commit(str(shop), "--upload-pack=touch")
    assert not asked.mirror(str(shop)).exists()


async def test_an_address_that_would_run_a_program_is_refused(tmp_path: Path) -> None:
    """Also where somebody allowed that to git for themselves."""
    mark = tmp_path / "ran"
    (tmp_path / "gitconfig").write_text("[protocol]\n\tallow = always\n")
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")}
    asked = Git(tmp_path / "data", environ=environ)
    with pytest.raises(OutsideUnavailable):
        await asked.commit(f"ext::touch {mark}", "main")
    with pytest.raises(OutsideUnavailable):
        await asked.commit(f"--upload-pack=touch {mark}", "main")
    assert not mark.exists()


async def test_a_commit_seen_before_is_found_while_the_repository_is_away(shop: Path, asked: Git) -> None:
    sha = (await asked.commit(str(shop), "main")).sha
    shop.rename(shop.with_name("away"))
    assert (await asked.commit(str(shop), sha)).sha == sha
    with pytest.raises(OutsideUnavailable) as refused:
        await asked.commit(str(shop), "main")
    assert str(refused.value) == (
        f"The repository of shop cannot be read: '{shop}' does not appear to be a git repository."
    )
    assert refused.value.system == "git"


async def test_a_password_in_an_address_is_not_in_the_sentence(asked: Git) -> None:
    with pytest.raises(OutsideUnavailable) as refused:
        await asked.commit("http://dana:geheim@127.0.0.1:9/shop.git", "main")
    assert str(refused.value).startswith(
        "The repository of shop cannot be read: unable to access 'http://127.0.0.1:9/"
    )


async def test_a_repository_that_does_not_answer_is_given_up(tmp_path: Path, shop: Path) -> None:
    slow = tmp_path / "git"
    slow.write_text('#!/bin/sh\nfor word; do [ $word = fetch ] && sleep 600; done\nexec git "$@"\n')
    slow.chmod(0o755)
    await Git(tmp_path / "data").commit(str(shop), "main")
    asked = Git(tmp_path / "data", program=str(slow), timeout=0.3)
    with pytest.raises(OutsideUnavailable) as refused:
        await asked.commit(str(shop), "main")
    assert str(refused.value) == (
        "The repository of shop did not answer: git did not end within 0.3 seconds."
    )


async def test_two_short_shas_alike_ask_for_more_digits(shop: Path, asked: Git) -> None:
    # Seven digits cannot be made to clash in a test's time, so the mirror is asked with four.
    lines = []
    for number in range(1500):
        lines += ["commit refs/heads/many", "committer Dana <dana@example.com> 1767225600 +0000"]
        lines += [f"data {len(str(number))}", str(number)]
    import_commits(shop, "\n".join(lines) + "\n")
    shas = git(shop, "log", "--format=%H", "many").split()
    clash, many = Counter(sha[:4] for sha in shas).most_common(1)[0]
    assert many > 1
    await asked.commit(str(shop), "many")
    with pytest.raises(NotUnderstood) as refused:
        await asked._sha(str(shop), asked.mirror(str(shop)), clash, "shop")
    assert str(refused.value) == f"`{clash}` could be {many} commits of shop: give more digits."


async def test_branches_come_with_their_heads(shop: Path, asked: Git) -> None:
    git(shop, "branch", "feature/blue")
    head = git(shop, "rev-parse", "HEAD")
    found = await asked.branches(str(shop))
    assert {(branch.name, branch.commit.sha, branch.commit.email) for branch in found} == {
        ("feature/blue", head, "dana@example.com"),
        ("main", head, "dana@example.com"),
    }
    git(shop, "branch", "-D", "feature/blue")
    assert [branch.name for branch in await asked.branches(str(shop))] == ["main"]


async def test_what_one_commit_has_and_another_has_not(shop: Path, asked: Git) -> None:
    first = git(shop, "rev-parse", "HEAD")
    tea, coffee = commit(shop, "Sell tea"), commit(shop, "Sell coffee")
    assert [each.sha for each in await asked.between(str(shop), first, coffee)] == [coffee, tea]
    assert [each.subject for each in await asked.between(str(shop), tea, coffee)] == ["Sell coffee"]
    assert await asked.between(str(shop), coffee, coffee) == []


async def test_git_sees_nothing_of_our_environment_but_what_it_needs(tmp_path: Path, shop: Path) -> None:
    spy = tmp_path / "git"
    spy.write_text(f'#!/bin/sh\nenv > {tmp_path}/seen\nexec git "$@"\n')
    spy.chmod(0o755)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "REDIS_URL": "redis://",
    }
    await Git(tmp_path / "data", environ=environ, program=str(spy)).commit(str(shop), "main")
    seen = {line.split("=")[0] for line in (tmp_path / "seen").read_text().splitlines()}
    assert {"PATH", "HOME"} <= seen
    assert not seen & {"SLACK_BOT_TOKEN", "REDIS_URL"}


async def test_the_first_look_may_come_from_several_at_once(shop: Path, tmp_path: Path) -> None:
    head = git(shop, "rev-parse", "HEAD")
    asked = [Git(tmp_path / "data") for _ in range(4)]
    found = await asyncio.gather(*(each.commit(str(shop), "main") for each in asked for _ in range(2)))
    assert {each.sha for each in found} == {head}
    assert [each.suffix for each in (tmp_path / "data/repos").iterdir()] == [".git"]


async def test_a_lock_that_a_killed_git_left_behind_does_not_stay_in_the_way(shop: Path, asked: Git) -> None:
    await asked.commit(str(shop), "main")
    sha = commit(shop, "Sell tea")
    lock = asked.mirror(str(shop)) / "refs/heads/main.lock"
    lock.touch()
    with pytest.raises(OutsideUnavailable):
        await asked.commit(str(shop), "main")  # it is young: its git may live
    os.utime(lock, (0, 0))
    assert (await asked.commit(str(shop), "main")).sha == sha


async def test_a_fetch_that_takes_longer_than_anybody_waits_goes_on_and_is_there_for_who_asks_again(
    shop: Path, tmp_path: Path
) -> None:
    gate, count, program = tmp_path / "gate", tmp_path / "count", tmp_path / "slow-git"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *" fetch "*)\n'
        f'echo x >> "{count}"; while [ -e "{gate}" ]; do sleep 0.02; done;; esac\nexec git "$@"\n'
    )
    program.chmod(0o755)
    gate.touch()
    slow = Git(tmp_path / "data", program=str(program), patience=0.5)
    for _ in range(2):
        with pytest.raises(OutsideUnavailable, match=r"^The repository of shop is still being fetched\.$"):
            await slow.commit(str(shop), "main", name="shop")
    gate.unlink()
    async with asyncio.timeout(20):
        while True:
            try:
                found = await slow.commit(str(shop), "main", name="shop")
                break
            except OutsideUnavailable:
                pass  # a loaded machine: ask again, as a person would
    assert found.subject == "Open the shop"
    assert count.read_text() == "x\n"
    moved = commit(shop, "Sell tea")
    assert (await Git(tmp_path / "data").commit(str(shop), "main")).sha == moved


async def test_what_contains_a_commit_is_told_in_two_calls_and_what_is_not_known_is_left_out(
    shop: Path, asked: Git
) -> None:
    first = git(shop, "rev-parse", "HEAD")
    tea = commit(shop, "Sell tea")
    git(shop, "checkout", "--quiet", "-b", "side", first)
    side = commit(shop, "Sell salt")
    git(shop, "checkout", "--quiet", "main")
    git(shop, "merge", "--quiet", "--no-ff", "-m", "Merge side", "side")
    merge = git(shop, "rev-parse", "HEAD")
    await asked.commit(str(shop), "main")
    others = [first, tea, side, merge, "1" * 40]
    assert await asked.containing(str(shop), tea, others) == {
        first: False, tea: True, side: False, merge: True,
    }  # fmt: skip
    assert await asked.containing(str(shop), merge, [merge]) == {merge: True}
    assert await asked.containing(str(shop), tea, []) == {}


async def test_a_pull_request_that_was_squashed_is_found_by_the_end_of_its_subject(
    shop: Path, asked: Git
) -> None:
    squashed = commit(shop, "Sell tea (#12)")
    commit(shop, 'Revert "Sell tea (#12)" (#13)')
    commit(shop, "Sell more tea (#121)")
    when = (await asked.commit(str(shop), "main")).when
    found = await asked.squashed(str(shop), "main", 12, when)
    assert found is not None
    assert found.sha == squashed
    assert await asked.squashed(str(shop), "main", 14, when) is None
    assert await asked.squashed(str(shop), "main", 12, when + 60) is None

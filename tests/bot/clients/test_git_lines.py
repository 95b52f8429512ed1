"""Files, changed lines and what came before, against a real repository and the real git."""

from pathlib import Path

import pytest

from bot.clients import git_lines
from bot.clients.git import Git
from bot.errors import NotFound
from tests.fixtures.grail import Repository


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop")


@pytest.fixture
def asked(tmp_path: Path) -> Git:
    return Git(tmp_path / "data")


async def test_the_lines_that_a_change_adds_or_alters_are_known_by_file(shop: Repository, asked: Git) -> None:
    where = str(shop.path)
    base = shop.commit("Before", {"cart.py": "a\nb\nc\nd\n", "gone.py": "x\n", "left": "x\n", "no end": "x"})
    (shop.path / "gone.py").unlink()
    odd = 'ö "x".py'
    after = shop.commit(
        "After",
        {
            "cart.py": "a\nB\nc\nd\ne\nf\n", "left": "y\n", "no end": "y\nz",
            # Lines that look like a patch, in a file with a name that git quotes.
            odd: "++ b/cart.py\n@@ -1,9 +1,9 @@\n-- a/cart.py\n",
        },
    )  # fmt: skip
    found = await git_lines.changed_lines(asked, where, base, after, {"cart.py", odd, "no end", "gone.py"})
    assert found == {"cart.py": [(2, 1), (5, 2)], odd: [(1, 3)], "no end": [(1, 2)]}
    assert await git_lines.changed_lines(asked, where, base, after, {"elsewhere.py"}) == {}
    assert await git_lines.changed_lines(asked, where, after, after, {"cart.py"}) == {}


async def test_a_name_that_is_a_pattern_to_git_is_a_name_here(shop: Repository, asked: Git) -> None:
    base = shop.head()
    after = shop.commit("After", {"*.py": "a\n", ":(glob)x": "a\n", "cart.py": "a\n"})
    found = await git_lines.changed_lines(asked, str(shop.path), base, after, {"*.py", ":(glob)x"})
    assert found == {"*.py": [(1, 1)], ":(glob)x": [(1, 1)]}


async def test_many_files_are_asked_for_in_parts(shop: Repository, asked: Git) -> None:
    base = shop.head()
    names = {f"file-{number}": "a\n" for number in range(git_lines.AT_ONCE + 3)}
    after = shop.commit("Many", names)
    found = await git_lines.changed_lines(asked, str(shop.path), base, after, names.keys())
    assert found == {name: [(1, 1)] for name in names}


async def test_all_paths_of_a_commit_and_what_came_before_it(shop: Repository, asked: Git) -> None:
    first = shop.head()
    (shop.path / "deep").mkdir()
    second = shop.commit("Deeper", {"deep/ö.py": "a\n"})
    third = shop.commit("Deepest", {"deep/b.py": "a\n"})
    assert await git_lines.paths(asked, str(shop.path), second) == {
        "back.sh", "deep/ö.py", "health.sh", "work.sh",
    }  # fmt: skip
    assert await git_lines.history(asked, str(shop.path), third, limit=9) == [second, first]
    assert await git_lines.history(asked, str(shop.path), third, limit=1) == [second]
    with pytest.raises(NotFound):
        await git_lines.paths(asked, str(shop.path), "f" * 40)

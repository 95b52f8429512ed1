"""CONTRIBUTING.md is true: its first recipe is followed to the letter, in a copy of the checkout."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def code(begin: str) -> str:
    """The block of Python that begins so."""
    [found] = [
        b for b in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if textwrap.dedent(b).startswith(begin)
    ]
    return textwrap.dedent(found)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    there = tmp_path / "grail"
    there.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in ("bot", "handlers", "tests"):
        shutil.copytree(ROOT / name, there / name, ignore=ignored)
    for name in ("config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, there / name)
    return there


def test_the_recipe_for_a_new_command_works_as_it_is_written(checkout: Path) -> None:
    (checkout / "handlers" / "ping.py").write_text(code('"""ping'))
    (checkout / "tests" / "handlers" / "test_ping.py").write_text(code("from tests.fixtures.grail"))
    wanted = ["tests/handlers/test_ping.py", "tests/handlers/test_conformance.py", "-k", "ping or offers"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *wanted],
        cwd=checkout, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
    assert "test_ping_says" not in done.stdout  # it is named where it fails


def test_its_contract_of_a_driver_is_the_one_in_the_code() -> None:
    from bot.drivers import Driver

    rows = re.findall(r"^\| `(\w+)\(([\w, ]*)\)`", TEXT, re.MULTILINE)
    assert {name for name, _ in rows} == {"run_of", "start", "state", "cancel", "output"}
    for name, arguments in rows:
        wanted = [*Driver.__dict__[name].__code__.co_varnames[1 : Driver.__dict__[name].__code__.co_argcount]]
        assert [word.strip() for word in arguments.split(",")] == wanted


def test_what_it_says_of_the_rooms_is_what_the_linter_holds() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text()
    layers = re.search(r"^layers = \[\n(.*?)\]", pyproject, re.DOTALL | re.MULTILINE)
    assert layers is not None
    for room in re.findall(r"[\w]+", layers[1]):
        assert re.search(rf"\b{room}\b", TEXT), room

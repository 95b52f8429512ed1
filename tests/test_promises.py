"""docs/promises.md and the suite agree: every promise names a test that exists, and every story is a promise."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROMISE = re.compile(r"^- (?P<sentence>.+?) — `(?P<node>tests/\S+::\w+)`$")


def promises() -> list[tuple[str, str]]:
    lines = (ROOT / "docs" / "promises.md").read_text().splitlines()
    listed = [line for line in lines if line.startswith("- ")]
    found = [match for line in listed if (match := PROMISE.match(line))]
    assert len(found) == len(listed), [line for line in listed if not PROMISE.match(line)]
    return [(match["sentence"], match["node"]) for match in found]


def names_of_tests(file: Path) -> set[str]:
    """The names of the tests in a file, of classes too."""
    tree = ast.parse(file.read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_promise_names_a_test_that_exists() -> None:
    missing = []
    for sentence, node in promises():
        file, _, name = node.partition("::")
        path = ROOT / file
        if not path.exists() or name not in names_of_tests(path):
            missing.append(f"{sentence}: {node}")
    assert not missing


def test_no_promise_is_made_twice() -> None:
    sentences = [sentence for sentence, _ in promises()]
    assert sorted(sentences) == sorted(set(sentences))


def test_every_story_is_a_promise() -> None:
    kept = {node for _, node in promises()}
    stories = {
        f"{file.relative_to(ROOT)}::{name}"
        for file in (ROOT / "tests" / "stories").glob("test_*.py")
        for name in names_of_tests(file)
    }
    assert stories <= kept, stories - kept

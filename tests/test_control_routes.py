"""Tests drive the workspace by what any program has: the routes that are named, Slack's Web API, its options."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.workspace import ROUTES, Workspace

TESTS = Path(__file__).parent
OWN = TESTS / "bot" / "workspace"  # the workspace's own tests may look inside
NAMED = """type press submit close shortcut options open_home redeliver disconnect
weather fire clock messages views violations"""
# What may be imported of it: how it is started (in one place), and its limits as a list of faults, which is no route.
IMPORTS = {
    "tests/fixtures/workspace.py": {"bot.workspace"},
    "tests/bot/slack/views/*": {"bot.workspace.blockkit"},
}


def modules() -> Iterator[tuple[Path, str]]:
    for file in sorted(TESTS.rglob("*.py")):
        if "node_modules" not in file.parts and not file.is_relative_to(OWN) and file != Path(__file__):
            yield file.relative_to(TESTS.parent), file.read_text()


def routes_in(source: str) -> set[str]:
    """The routes that a module names, in an address or in a call of the driver."""
    found = set(re.findall(r"/control/(\w+)", source))
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("self", "workspace")
            and node.func.attr in ("act", "get")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(str(node.args[0].value))
    return found


def imports_in(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if name == "bot.workspace" or name.startswith("bot.workspace.")}


def test_the_driver_has_the_routes_that_are_named_and_no_other() -> None:
    assert set(NAMED.split()) == ROUTES == Workspace.routes


def test_no_test_uses_a_route_that_is_not_named() -> None:
    assert {str(file): odd for file, source in modules() if (odd := routes_in(source) - ROUTES)} == {}


def test_no_test_looks_into_the_workspace() -> None:
    for file, source in modules():
        allowed = {name for where, names in IMPORTS.items() if file.match(where) for name in names}
        assert imports_in(source) <= allowed, file
        assert not re.search(r"\bworkspace\.(server|_\w+)|\bapp_at\(", source), file


def test_what_is_not_named_is_found() -> None:
    source = 'await workspace.act("profile", {})\nurl = f"{it}/control/state"\nawait workspace.get("views")\n'
    assert routes_in(source) == {"profile", "state", "views"}
    assert imports_in("from bot.workspace.core import Core\nimport bot.workspace\n") == {
        "bot.workspace.core",
        "bot.workspace",
    }


async def test_the_driver_refuses_what_is_not_named(workspace: Workspace) -> None:
    with pytest.raises(AssertionError, match=r"^/control/state is not for programs: clock, close, "):
        await workspace.get("state")
    with pytest.raises(AssertionError, match=r"^/control/profile is not for programs"):
        await workspace.act("profile", {})

"""Every file in handlers/ keeps the contract of handlers/__init__.py, those that come later too."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import handlers
from bot.clock import Clock
from bot.config import Config, load
from bot.slack import Ask, Command, Given
from bot.slack.grammar import LITTLE, slots, understand
from bot.slack.lookup import find
from bot.slack.registry import Registry
from bot.slack.router import Router
from bot.slack.words import split
from bot.store.audit import Audit
from bot.store.connection import connect
from bot.store.embedded import running as embedded_running
from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import OMAR, Workspace

ROOT = Path(__file__).parents[2]
REGISTRY = handlers.load()
COMMANDS = sorted(REGISTRY.commands.values(), key=lambda command: command.word)
FIELDS = {"services", "service", "environment", "source", "ref", "action", "deploy", "page", "words", "time"}
GROUPS = {"home", "deploy", "on call", "alerts", "shadow", "road"}
each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.word)


@pytest.fixture(scope="module")
def acme() -> Config:
    return load(ROOT / "config.yaml")


def filled(example: str, acme: Config) -> str:
    service = acme.services["shop"]
    action = next(iter(service.environments["staging"].recipe.actions))
    return example.format(service="shop", environment="staging", action=action, main=service.main)


@each_command
def test_a_command_has_all_that_help_shows(command: Command) -> None:
    assert command.word
    assert command.word == command.word.casefold()
    assert command.summary
    assert not command.summary.endswith(".")
    assert "\n" not in command.summary
    assert command.group in GROUPS
    assert command.examples


@each_command
def test_a_usage_is_a_pattern_that_the_grammar_knows(command: Command) -> None:
    assert {slot.name for slot in slots(command)} <= FIELDS
    little = re.findall(r"\[(\w+)\]", command.usage)
    assert set(little) <= set(LITTLE)
    assert "plan" not in command.usage  # every one that changes something takes it; help says so once


@each_command
def test_its_examples_are_understood_at_acme(command: Command, acme: Config) -> None:
    for example in command.examples:
        found, rest = find(split(filled(example, acme)), REGISTRY.commands)
        assert found is command
        assert isinstance(understand(found, rest, acme), Given), example


@each_command
def test_its_first_example_shows_what_has_to_be_said(command: Command, acme: Config) -> None:
    found, rest = find(split(filled(command.examples[0], acme)), REGISTRY.commands)
    given = understand(found, rest, acme)
    assert isinstance(given, Given)
    for slot in slots(command):
        if not slot.optional:
            assert getattr(given, slot.name), slot.name


@each_command
def test_what_changes_something_is_done_once_when_it_is_typed_twice(command: Command, acme: Config) -> None:
    router = Router(REGISTRY, None, Clock())  # type: ignore[arg-type]  # what a line means needs no services
    line = filled(command.examples[0], acme)
    first = router.meaning(Ask("1", "command", "T1", "U1", line, channel="C1"))
    again = router.meaning(Ask("2", "command", "T1", "U1", f"  {line.upper()} ", channel="C1"))
    assert first == again
    assert (first is not None) == command.changes
    assert router.meaning(Ask("3", "command", "T1", "U1", f"{line} --plan", channel="C1")) is None


@each_command
def test_its_right_is_one_that_acme_grants(command: Command, acme: Config) -> None:
    granted = {word for role in acme.roles.values() for grant in role.grants for word in grant.words}
    assert command.right is None or command.right in granted


def test_what_changes_an_environment_or_stops_everything_wants_a_right() -> None:
    # These judge by the deploy or page that they are about; `notify` changes what the person is told, and nothing else.
    free = {command.word for command in COMMANDS if command.changes and command.right is None}
    pages = {"ack", "resolve", "escalate", "snooze", "note", "merge"}
    assert free == {"cancel", "notify", "approve", "reject", "cover", *pages}


def test_every_press_and_form_is_one_that_some_view_draws() -> None:
    rooms = (ROOT / "bot" / "slack" / "views", ROOT / "bot" / "services", ROOT / "handlers")
    files = [file for room in rooms for file in room.glob("*.py")]
    drawn = "\n".join(re.sub(r"(Press|Form)\(\"[^\"]+\"", "", file.read_text()) for file in files)
    for name in (*REGISTRY.presses, *REGISTRY.forms):
        assert f'"{name}"' in drawn, name


async def test_whatever_changes_something_stands_in_the_audit(
    workspace: Workspace, grail: GrailProcess, acme: Config
) -> None:
    changing = [command for command in COMMANDS if command.changes]
    for command in changing:
        await workspace.type(OMAR, "#general", f"/grail {filled(command.examples[0], acme)}")
    url = await embedded_running(grail.folder / "data")
    assert url is not None
    redis = await connect(url, say=print)

    async def audited() -> bool:
        return {command.word for command in changing} <= {entry.word for entry in await Audit(redis).read()}

    try:
        await workspace.wait_until(audited)
    finally:
        await redis.aclose()


def test_two_files_that_offer_the_same_word_are_refused_at_the_start() -> None:
    registry = Registry()
    first, second = ModuleType("handlers.first"), ModuleType("handlers.second")
    for module in (first, second):
        module.__dict__["COMMANDS"] = [COMMANDS[0]]
    registry.add(first)
    with pytest.raises(
        ValueError, match=r"handlers\.second offers '\w+', which another handler offers already"
    ):
        registry.add(second)


def test_every_file_offers_something_and_says_what_it_is_for() -> None:
    for module in modules():
        assert module.__doc__
        assert any(getattr(module, name, None) for name in ("COMMANDS", "PRESSES", "FORMS")), module.__name__


def test_every_command_is_typed_in_some_test() -> None:
    others = [file for file in (ROOT / "tests").rglob("test_*.py") if file != Path(__file__)]
    tested = "\n".join(file.read_text() for file in others)
    for command in COMMANDS:
        word = command.word.split()[0]
        if command.word == "home":
            continue  # said by saying nothing
        assert re.search(rf"(/grail |@Grail |\"){word}\b", tested), f"nobody types {command.word}"


def modules() -> list[ModuleType]:
    names = [f.stem for f in (ROOT / "handlers").glob("*.py") if not f.name.startswith("_")]
    return [import_module(f"handlers.{name}") for name in sorted(names)]

"""README.md is true: every command in it is one that there is, every line to be typed is understood."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import handlers
from bot.__main__ import parser
from bot.config import load
from bot.slack.grammar import understand
from bot.slack.lookup import find
from bot.slack.words import split

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [
    README,
    *(path.read_text() for path in sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))),
]


def make(*words: str) -> str:
    program = shutil.which("make")
    if program is None:
        pytest.skip("make is not on the PATH")
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [program, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_every_line_that_it_tells_people_to_type_is_understood_at_acme() -> None:
    acme, commands = load(ROOT / "config.yaml"), handlers.load().commands
    lines = re.findall(r"^/grail (.+)$|`/grail ([^`]+)`|`grail do \"([^\"…]+)\"`", README, re.MULTILINE)
    typed = ["".join(found) for found in lines]
    assert "deploy shop to staging" in typed
    for line in typed:
        command, rest = find(split(line), commands)
        understand(command, rest, acme)


def test_its_table_has_every_word_and_no_other() -> None:
    commands = handlers.load().commands
    rows = re.findall(r"^\| (`.+?) \|", README.split("## What you can say")[1], re.MULTILINE)
    told = {re.split(r"[ ]*[<\[…]", usage)[0] for row in rows for usage in re.findall(r"`([^`]+)`", row)}
    assert {word for word in told if word not in commands} == set()
    assert {word for word in commands if word not in told} == {"home"}  # that is `/grail` alone


def test_every_command_of_ours_in_the_documents_is_one_that_there_is() -> None:
    told = set(re.findall(r"python -m bot (\w+)", "\n".join(DOCUMENTS)))
    told |= set(re.findall(r"`grail (\w+)", "\n".join(DOCUMENTS)))
    assert {"manifest", "check", "backup", "audit", "do", "run"} <= told
    assert told - subcommands() == set()


def subcommands() -> set[str]:
    """The words after `python -m bot`, as its help lists them."""
    return set(re.findall(r"^    (\w+)\b", parser().format_help(), re.MULTILINE))


def test_every_make_in_the_documents_is_one_that_there_is_and_help_says_what_it_does() -> None:
    helped = dict(line.split(maxsplit=1) for line in make("help").splitlines())
    told = set(re.findall(r"(?:`|^)make (\w+)", "\n".join(DOCUMENTS), re.MULTILINE))
    assert {"run", "test", "lint", "bench"} <= told
    assert told <= set(helped)
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(helped)
    assert all(helped.values())


def test_every_variable_that_it_names_is_one_that_the_code_reads() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    named = set(re.findall(r"\b(?:GRAIL|SLACK|REDIS)_[A-Z_]+\b", "\n".join(DOCUMENTS)))
    only_compose = {"REDIS_PASSWORD"}
    assert {"SLACK_BOT_TOKEN", "REDIS_URL", "GRAIL_DATA"} <= named
    for name in named - only_compose:
        if name.startswith("GRAIL_HOOK_SECRET_"):  # one for each source and service
            name = "GRAIL_HOOK_SECRET_"
        last = name.split("_", 1)[1]
        assert name in code or f'"{last}"' in code or f"{last.lower()}" in code, name


def test_the_manifest_that_it_tells_to_print_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from bot.__main__ import main

    for words in re.findall(r"`\.venv/bin/python -m bot (manifest[^`]*)`", README):
        assert main(words.split()) == 0
        assert "display_information" in capsys.readouterr().out
    assert main(["manifest", "--url", "https://grail.example.com"]) == 0
    assert "https://grail.example.com/slack/events" in capsys.readouterr().out

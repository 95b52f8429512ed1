"""The Dockerfile: what it copies is there, what it runs is ours, and nobody in it is root."""

import re
from pathlib import Path

from bot.__main__ import parser

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "Dockerfile").read_text()
LINES = [line for line in re.sub(r"\\\n", " ", TEXT).splitlines() if line and not line.startswith("#")]
LAST_STAGE = LINES[max(i for i, line in enumerate(LINES) if line.startswith("FROM ")) :]


def instructions(name: str, lines: list[str] = LINES) -> list[str]:
    return [line.removeprefix(name + " ") for line in lines if line.startswith(name + " ")]


def test_all_that_it_copies_is_in_the_repository_and_not_ignored() -> None:
    copied = [words.split()[0] for words in instructions("COPY") if not words.startswith("--from")]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert [name for name in copied if not (ROOT / name).exists() or name in ignored] == []
    assert {"bot", "handlers", "config.yaml"} <= set(copied)


def test_it_runs_as_a_user_of_its_own_whose_only_place_to_write_is_data() -> None:
    [user] = instructions("USER", LAST_STAGE)
    made = " ".join(instructions("RUN", LAST_STAGE))
    assert f"useradd --system --uid 10001 --home-dir /data {user}" in made
    assert f"install -d -o {user} -g {user} /data" in made
    assert instructions("VOLUME") == ["/data"]
    after = LAST_STAGE[LAST_STAGE.index(f"USER {user}") :]
    assert not instructions("RUN", after)
    assert not instructions("COPY", after)
    assert "GRAIL_DATA=/data" in " ".join(instructions("ENV"))
    # The root may be read-only: Python writes no byte code, and nothing of ours is owned by the user.
    assert "PYTHONDONTWRITEBYTECODE=1" in " ".join(instructions("ENV"))
    assert not [words for words in instructions("COPY") if "--chown" in words]


def test_every_base_and_package_is_pinned_or_hashed() -> None:
    bases = [words.split()[0] for words in instructions("FROM")]
    assert all(re.fullmatch(r"python:3\.1[1-4]-slim", base) for base in bases), bases
    assert all("--require-hashes" in line for line in instructions("RUN") if "pip install" in line)
    assert all("--no-install-recommends" in line for line in instructions("RUN") if "apt-get install" in line)


def test_no_secret_is_built_in() -> None:
    assert not re.search(r"(?i)\b(ARG|ENV)\b.*(TOKEN|SECRET|PASSWORD)", TEXT)


def test_what_it_runs_is_a_command_that_there_is() -> None:
    assert instructions("ENTRYPOINT") == ['["python", "-m", "bot"]']
    [words] = instructions("CMD", [line for line in LAST_STAGE if not line.startswith("HEALTH")])
    assert words == '["web", "--log-format", "json"]'
    assert parser().parse_args(["web", "--log-format", "json"]).log_format == "json"


def test_the_procfile_names_the_two_processes() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert set(lines) == {"web", "worker"}
    for side, line in lines.items():
        assert line.split()[:3] == ["python", "-m", "bot"]
        assert line.split()[3] == side
        parser().parse_args(line.split()[3:])

"""The command line: what each command says and with which status it ends. No test of it starts Grail whole."""

import json
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.__main__ import _level, main, parser
from bot.store.audit import About, Audit

ROOT = Path(__file__).parents[2]


def grail(folder: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run it with its data in `folder`."""
    given = {"PATH": os.environ["PATH"], "GRAIL_DATA": str(folder / "data"), **environment}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("run", logging.WARNING),
        ("run --log-level info", logging.INFO),
        ("run --log-format json", logging.INFO),
        ("worker", logging.INFO),
        ("web --log-level debug", logging.DEBUG),
    ],
)
def test_run_is_quiet_in_a_terminal_unless_asked_and_all_else_logs_what_it_does(
    words: str, level: int
) -> None:
    assert _level(parser().parse_args(words.split())) == level


async def test_backup_restore_and_audit_work_on_the_embedded_redis_at_rest(tmp_path: Path) -> None:
    first = grail(tmp_path, "audit", "verify")
    assert (first.returncode, first.stdout.splitlines()[-1]) == (
        0,
        "The audit is whole: 0 entries, none changed, none missing.",
    )
    done = grail(tmp_path, "backup", str(tmp_path / "kept"))
    assert re.fullmatch(r"\d+ keys are in .+/kept\.", done.stdout.splitlines()[-1])
    assert grail(tmp_path, "restore", str(tmp_path / "kept")).returncode == 0


async def test_backup_restore_and_audit_speak_to_the_redis_that_is_named(
    tmp_path: Path, redis: Redis, redis_url: str
) -> None:
    await Audit(redis).append("T1:U1", "deploy", "shop staging", "d-1", "r-1", at=1.0, name="Dana")
    kept = str(tmp_path / "kept")
    assert (
        grail(tmp_path, "backup", kept, REDIS_URL=redis_url).stdout.splitlines()[-1]
        == f"4 keys are in {kept}."
    )

    refused = grail(tmp_path, "restore", kept, REDIS_URL=redis_url)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        "This Redis already holds 4 keys of Grail: restore into an empty one, or say --over to replace them all."
    )
    over = grail(tmp_path, "restore", kept, "--over", REDIS_URL=redis_url)
    assert (over.returncode, over.stdout.splitlines()[-1]) == (0, "4 keys are back.")

    whole = grail(tmp_path, "audit", "verify", REDIS_URL=redis_url)
    assert whole.stdout.splitlines()[-1] == "The audit is whole: 1 entries, none changed, none missing."
    await redis.delete("{grail}:audit")
    cut = grail(tmp_path, "audit", "verify", REDIS_URL=redis_url)
    assert (cut.returncode, cut.stdout.splitlines()[-1]) == (
        1,
        "The audit is not whole. Entries after 0 are missing: there should be 1.",
    )


async def test_the_audit_is_exported_and_a_posted_head_checked_from_the_command_line(
    tmp_path: Path, redis: Redis, redis_url: str
) -> None:
    audit, now = Audit(redis), time.time()
    await audit.append("T1:U1", "lock", "lock search", "done", "r-1", at=now - 9 * 86_400, name="Dana")
    await audit.append("T1:U1", "deploy", "=deploy shop", "d-1", "r-2", at=now, about=About(service="shop"))
    number, hash = await audit.head()
    head = f"Audit of 2026-11-23: {number} entries, head {hash}"

    def said(*words: str) -> list[str]:
        done = grail(tmp_path, "audit", *words, REDIS_URL=redis_url)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert [json.loads(line)["what"] for line in said("export")] == ["lock search", "=deploy shop"]
    assert [json.loads(line)["what"] for line in said("export", "--since", "7d")] == ["=deploy shop"]
    assert [json.loads(line)["name"] for line in said("export", "--service", "search")] == ["Dana"]
    names, first = said("export", "--format", "csv", "--service", "shop")
    assert names.startswith("number,time,kind,by,name,word,what,outcome,")
    assert ",Dana,deploy,'=deploy shop,d-1,shop," in first
    assert said("verify", "--head", head)[-2:] == [
        "The posted head holds: it is entry 2, and none up to it was changed, none is missing.",
        "The audit is whole: 2 entries, none changed, none missing.",
    ]
    later = grail(tmp_path, "audit", "verify", "--head", head.replace("2 ent", "3 ent"), REDIS_URL=redis_url)
    assert (later.returncode, later.stdout.splitlines()[-2]) == (
        1, "The posted head does not hold. That head is entry 3, and the last one that stands is 2.",
    )  # fmt: skip
    none = grail(tmp_path, "audit", "verify", "--head", "nonsense", REDIS_URL=redis_url)
    assert (none.returncode, none.stderr) == (
        1, "This is no head of the audit: it needs the number of entries and the hash of 64 characters.\n",
    )  # fmt: skip
    odd = grail(tmp_path, "audit", "export", "--since", "soon", REDIS_URL=redis_url)
    assert odd.returncode == 2
    assert "'soon' is no length of time: write it as 24h, 7d or 2w" in odd.stderr


def test_a_backup_of_a_redis_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    done = grail(tmp_path, "backup", str(tmp_path / "kept"), REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "kept").exists()


def test_the_schema_that_it_prints_is_the_one_in_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(
        (ROOT / "docs" / "config.schema.json").read_text()
    )


def test_do_without_a_token_says_where_to_get_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAIL_TOKEN", raising=False)
    assert main(["do", "status"]) == 1
    assert capsys.readouterr().err == (
        "GRAIL_TOKEN is not set: it says who you are. Ask Grail in Slack for one with `whoami token`.\n"
    )


def test_do_where_nobody_listens_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAIL_TOKEN", "grail-x")
    assert main(["do", "status", "shop", "--url", "http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err == (
        "Grail does not answer at http://127.0.0.1:1: is it running? Name another place with --url.\n"
    )


@pytest.mark.parametrize(
    "words", [[], ["fly"], ["audit"], ["audit", "change"], ["run", "--port", "x"], ["backup"]]
)
def test_a_wrong_call_ends_with_2_and_says_how_it_is_used(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: grail" in capsys.readouterr().err

"""Acme's git repository: the same commits on every machine, made from company/ and the changes below.

Branches: `main` is good; `breaks-tests` fails its tests; `fails-health` never becomes healthy; two features of
people who are still at work. Whoever pushes to it keeps what was pushed: an existing repository is left alone.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COMPANY = Path(__file__).parent / "company"
MINUTE = 60
MONDAY = 1756713600  # 2025-09-01 08:00 UTC


@dataclass(frozen=True)
class Author:
    name: str
    email: str
    zone: str


DANA = Author("Dana", "dana@example.com", "+0200")
DEVI = Author("Devi", "devi@example.com", "-0400")
DARIO = Author("Dario", "dario@example.com", "+0900")
OMAR = Author("Omar", "omar@example.com", "+0200")


@dataclass(frozen=True)
class Change:
    """One commit. files: what is added from company/, by the start of its path; edits: path -> (before, after)."""

    author: Author
    minutes: int  # after MONDAY
    subject: str
    files: tuple[str, ...] = ()
    edits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    why: str = ""


MAIN = (
    Change(DARIO, 0, "Open Acme", ("README.md", "services/__init__.py")),
    Change(DARIO, 95, "Serve any of our services over HTTP", ("services/serving.py",)),
    Change(DANA, 310, "Say prices and versions alike", ("services/words.py", "services/test_words.py")),
    Change(DANA, 1490, "Sell tea, cups and kettles", ("services/shop/",)),
    Change(DEVI, 1820, "Find things by a part of their name", ("services/search/",)),
    Change(DARIO, 2950, "Show visitors the way to the shop and to search", ("services/gateway/",)),
    Change(
        OMAR, 4460, "Deploy without a gap", ("ops/",),
        why="The new version is started beside the old one; the front turns to it when it is well.",
    ),
    Change(
        DANA, 6030, "Sell honey",
        edits={"services/shop/app.py": ('"kettle": 3900}', '"kettle": 3900, "honey": 720}')},
    ),
    Change(
        DEVI, 7410, "Find honey",
        edits={"services/search/app.py": ('"cup", "kettle")', '"cup", "kettle", "honey")')},
    ),
)  # fmt: skip

BRANCHES: Mapping[str, tuple[Change, ...]] = {
    "breaks-tests": (
        Change(
            DEVI, 7700, "Leave out the cents where there are none",
            edits={"services/words.py": ('{cents // 100}.{cents % 100:02} EUR', '{cents / 100:g} EUR')},
            why="12.50 becomes 12.5 as well; the tests have noticed.",
        ),
    ),
    "fails-health": (
        Change(
            DARIO, 7800, "Be healthy only when the stock room answers",
            edits={
                "services/serving.py": (
                    'return (False, "warming up") if left > 0 else (True, "well")',
                    'return (False, "warming up") if left > 0 else (False, "the stock room does not answer")',
                )
            },
        ),
    ),
    "feature/gift-cards": (
        Change(
            DANA, 7900, "Sell gift cards",
            edits={"services/shop/app.py": ('"honey": 720}', '"honey": 720, "gift card": 2500}')},
        ),
    ),
    "feature/search-all-words": (
        Change(
            DEVI, 8000, "Find only what has all of the words",
            edits={"services/search/app.py": ("if any(word in name for word in wanted)",
                                              "if wanted and all(word in name for word in wanted)")},
        ),
    ),
}  # fmt: skip


def create(repository: Path) -> None:
    """Make the bare repository, whole or not at all. One that exists is left as it is."""
    if repository.exists():
        return
    beside = repository.with_name(f"{repository.name}.{os.getpid()}.new")
    environ = {
        "PATH": os.environ.get("PATH", os.defpath),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_DEFAULT_HASH": "sha1",
    }
    try:
        for arguments, given in (
            (["init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(beside)], b""),
            ([f"--git-dir={beside}", "fast-import", "--quiet"], _stream()),
        ):
            subprocess.run(["git", *arguments], input=given, env=environ, check=True, capture_output=True)
        beside.rename(repository)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _stream() -> bytes:
    """Everything in the words of git fast-import."""
    files: dict[str, str] = {}
    words = [_commit("main", change, files) for change in MAIN]
    for branch, changes in BRANCHES.items():
        words.append(f"reset refs/heads/{branch}\nfrom refs/heads/main\n\n")
        there = dict(files)
        words += [_commit(branch, change, there) for change in changes]
    return "".join(words).encode()


def _commit(branch: str, change: Change, files: dict[str, str]) -> str:
    changed = {}
    for start in change.files:
        for path in sorted(path for path in COMPANY.rglob("*") if path.suffix in (".py", ".md")):
            name = path.relative_to(COMPANY).as_posix()
            if name.startswith(start):
                changed[name] = path.read_text(encoding="utf-8")
    for name, (before, after) in change.edits.items():
        assert files[name].count(before) == 1, (name, before)
        changed[name] = files[name].replace(before, after)
    files.update(changed)
    who = change.author
    when = f"{MONDAY + change.minutes * MINUTE} {who.zone}"
    message = change.subject + (f"\n\n{change.why}" if change.why else "") + "\n"
    words = [
        f"commit refs/heads/{branch}\n",
        f"author {who.name} <{who.email}> {when}\n",
        f"committer {who.name} <{who.email}> {when}\n",
        _data(message),
    ]
    words += [f"M 100644 inline {name}\n{_data(text)}" for name, text in sorted(changed.items())]
    return "".join(words) + "\n"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"

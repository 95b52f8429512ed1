"""What Grail writes down by itself: once, with the place and the deploy, and without a name."""

from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.deploys import Deploy, Told
from bot.domain.locks import Lock, Scope
from bot.services.noted import Noted
from bot.store.audit import GRAIL, About, Audit, Entry
from bot.store.deploys import Claim

DEPLOY = Deploy(
    "d-1", "shop", "staging", "main", "c" * 40, "s", "running", "dana@example.com", "U1", "Dana", "T1", "C1", 1.0,
    run="d-1", passed=("right", "claim"),
    conditions=(
        Told("lock", "locked", "Locked by Omar.", True), Told("checks", "checks-red", "Omar's check failed.", False),
        Told("hours", "waived", "Omar waived it.", False, outcome="waived"),
    ),
)  # fmt: skip


class Book:
    """An audit that is written as People writes it."""

    def __init__(self, redis: Redis) -> None:
        self._audit = Audit(redis)
        self.noted = Noted(self._write)

    async def _write(
        self, who: None, word: str, what: str, outcome: str, request: str, about: About, *, once: str
    ) -> None:
        await self._audit.append(GRAIL, word, what, outcome, request, at=1.0, about=about, once=once)

    async def read(self) -> list[Entry]:
        return (await self._audit.read())[::-1]


@pytest.fixture
def book(redis: Redis) -> Book:
    return Book(redis)


async def test_a_deploy_is_noted_once_in_each_state_with_its_verdict_and_without_a_name(book: Book) -> None:
    for _ in range(2):
        await book.noted.deploy(DEPLOY)
    await book.noted.deploy(replace(DEPLOY, state="failed", rolled_back=True))
    verdict, running, failed = await book.read()
    assert (verdict.kind, verdict.service, verdict.environment, verdict.deploy) == (
        "verdict",
        "shop",
        "staging",
        "d-1",
    )
    assert verdict.outcome == (
        "lock failed (locked) stops; checks failed (checks-red) told; hours waived (waived); passed: right claim"
    )
    assert (running.kind, running.word, running.what) == ("effect", "deploy", f"shop to staging {'c' * 40}")
    assert (running.outcome, failed.outcome) == ("running", "failed, rolled back")
    assert "Omar" not in str(await book.read())


async def test_another_verdict_on_the_same_deploy_is_noted_too(book: Book) -> None:
    await book.noted.deploy(DEPLOY)
    await book.noted.deploy(replace(DEPLOY, conditions=()))
    assert [one.outcome for one in await book.read() if one.kind == "verdict"][1] == "passed: right claim"


@pytest.mark.parametrize(
    ("more", "word", "outcome"),
    [
        ({"state": "succeeded"}, "deploy", "succeeded"),
        ({"state": "failed", "rolled_back": False}, "deploy", "failed, its roll-back failed"),
        ({"state": "cancelled", "untouched": True}, "deploy", "cancelled, nothing was touched"),
        ({"state": "cancelled", "run": ""}, "deploy", "cancelled, nothing was touched"),
        ({"state": "lost"}, "deploy", "lost"),
        ({"state": "succeeded", "undoes": "d" * 40}, "rollback", "succeeded"),
        ({"state": "running", "action": "restart"}, "run", "running"),
    ],
)
async def test_what_became_of_it_is_said_in_few_words(
    book: Book, more: dict[str, Any], word: str, outcome: str
) -> None:
    await book.noted.deploy(replace(DEPLOY, **more))
    found = (await book.read())[-1]
    assert (found.word, found.outcome) == (word, outcome)


async def test_approvals_that_became_worthless_locks_that_end_and_what_was_freed_are_effects(
    book: Book,
) -> None:
    await book.noted.deploy(replace(DEPLOY, conditions=(), passed=(), voided=2))
    lock = Lock(
        "freeze", Scope("shop", "staging"), "omar", "U2", "Omar", "T1", "the fair", 1.0, 2.0, number=7
    )
    for _ in range(2):
        await book.noted.lock(lock, "its time is over")
    await book.noted.lock(lock, "locked", deploy="d-1")
    await book.noted.freed(Claim("shop", "staging", "d-1", "3"))
    found = [(one.kind, one.word, one.what, one.outcome, one.deploy) for one in await book.read()]
    assert found == [
        ("effect", "approval", "d-1", "voided: 2", "d-1"),
        ("effect", "deploy", f"shop to staging {'c' * 40}", "running", "d-1"),
        ("effect", "freeze", "shop staging", "its time is over", ""),
        ("effect", "freeze", "shop staging", "locked", "d-1"),
        ("effect", "free", "shop staging", "freed", "d-1"),
    ]

"""The audit: chained, checked, and readable only as long as the names are kept."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.store import keys
from bot.store.audit import GRAIL, Audit, Verdict

ANN, BOB = "T1:U1", "T1:U2"


async def filled(redis: Redis, entries: int = 5) -> Audit:
    audit = Audit(redis)
    for number in range(entries):
        await audit.append(
            ANN, "deploy", f"deploy shop {number}", "done", f"r-{number}", at=float(number), name="Ann"
        )
    return audit


async def test_an_entry_is_read_as_it_was_written_newest_first(redis: Redis) -> None:
    audit = await filled(redis)
    await audit.append(GRAIL, "config", "roles changed", "version 2", "", at=9.5)
    newest, before, *_ = await audit.read()
    assert (newest.number, newest.at, newest.who, newest.name, newest.what) == (
        6,
        9.5,
        "grail",
        "grail",
        "roles changed",
    )
    assert (before.number, before.name, before.word, before.what) == (5, "Ann", "deploy", "deploy shop 4")
    assert (before.outcome, before.request) == ("done", "r-4")
    assert before.who.startswith("p-")


async def test_reading_takes_a_word_a_service_a_time_and_a_limit(redis: Redis) -> None:
    audit = await filled(redis)
    await audit.append(BOB, "lock", "lock search staging", "done", "", at=9.0, name="Bob")
    assert [entry.word for entry in await audit.read(word="lock")] == ["lock"]
    assert [entry.name for entry in await audit.read(about="search")] == ["Bob"]
    assert [entry.number for entry in await audit.read(since=3.0)] == [6, 5, 4]
    assert [entry.number for entry in await audit.read(limit=2)] == [6, 5]
    assert await audit.read(about="sear") == []


async def test_a_whole_chain_holds_also_over_several_pages(redis: Redis) -> None:
    assert await Audit(redis).verify() == Verdict(0, None)
    audit = await filled(redis, 1100)
    assert await audit.verify() == Verdict(1100, None)
    assert len(await audit.read(limit=2000)) == 1100


async def test_many_who_write_at_once_make_one_chain(redis: Redis) -> None:
    audits = [Audit(redis) for _ in range(4)]
    numbers = await asyncio.gather(
        *(audits[n % 4].append(ANN, "deploy", f"deploy {n}", "done", "", at=float(n)) for n in range(40))
    )
    assert sorted(numbers) == list(range(1, 41))
    assert await audits[0].verify() == Verdict(40, None)


async def replace(redis: Redis, number: int, **what: str) -> None:
    """Write the whole stream anew with one entry changed: the most that somebody with Redis in hand would do."""
    client: Any = redis
    rows = await client.xrange(keys.AUDIT())
    await client.delete(keys.AUDIT())
    for id, row in rows:
        await client.xadd(keys.AUDIT(), {**row, **what} if id == f"{number}-0" else row, id=id)


@pytest.mark.parametrize(
    "what",
    [
        {"what": "deploy nothing"},
        {"who": "p-other"},
        {"at": "7.0"},
        {"outcome": "refused"},
        {"hash": "0" * 64},
    ],
)
async def test_a_changed_entry_is_found(redis: Redis, what: dict[str, str]) -> None:
    audit = await filled(redis)
    await replace(redis, 3, **what)
    assert await audit.verify() == Verdict(2, "Entry 3 was changed, or the one before it.")


async def test_an_entry_that_was_taken_out_is_found(redis: Redis) -> None:
    audit = await filled(redis)
    await redis.xdel(keys.AUDIT(), "3-0")
    assert await audit.verify() == Verdict(2, "Entry 3 is missing: after 2 comes 4.")


async def test_an_end_that_was_cut_off_is_found(redis: Redis) -> None:
    audit = await filled(redis)
    await redis.xdel(keys.AUDIT(), "5-0")
    assert await audit.verify() == Verdict(4, "Entries after 4 are missing: there should be 5.")
    await redis.delete(keys.AUDIT())
    assert await audit.verify() == Verdict(0, "Entries after 0 are missing: there should be 5.")


async def test_people_who_are_mentioned_become_pseudonyms(redis: Redis) -> None:
    audit = Audit(redis)
    bob = await audit.pseudonym(BOB, "Bob")
    await audit.append(
        ANN, "shadow", "shadow pair <@U2> with <@U9|zoe>, cc Zoe@x.example", "by <@U2>", "", at=1.0
    )
    entry = (await audit.read())[0]
    assert entry.what.startswith(f"shadow pair {bob} with p-")
    assert entry.outcome == f"by {bob}"
    assert "U9" not in entry.what
    assert "zoe" not in entry.what.lower()


async def test_whom_grail_itself_mentions_without_a_team_is_somebody(redis: Redis) -> None:
    audit = Audit(redis)
    await audit.append(GRAIL, "config", "<@U9> and ann@x.example", "done", "", at=1.0)
    pseudonym = await audit.pseudonym("ann@x.example")
    assert (await audit.read())[0].what == f"somebody and {pseudonym}"


async def test_erased_is_who_it_was_and_not_what_was_done(redis: Redis) -> None:
    audit = await filled(redis)
    await audit.append(BOB, "lock", "lock search", "done", "", at=9.0, name="Bob")
    await audit.erase(ANN, "nobody")
    assert [entry.name for entry in await audit.read(limit=2)] == ["Bob", None]
    assert await audit.verify() == Verdict(6, None)
    client: Any = redis
    left = str([await client.hgetall(key) for key in (keys.PSEUDONYMS(), keys.NAMES())])
    assert "Ann" not in left
    assert ANN not in left
    # Who comes back is somebody new.
    old = (await audit.read(limit=2))[1].who
    assert await audit.pseudonym(ANN, "Ann") != old


async def test_an_entry_that_cannot_be_read_stops_no_reader(redis: Redis) -> None:
    audit = await filled(redis, 2)
    await redis.xadd(keys.AUDIT(), {"nonsense": "1"}, id="3-0")
    assert [entry.number for entry in await audit.read()] == [2, 1]
    assert (await audit.verify()).fault == "Entry 3 was changed, or the one before it."

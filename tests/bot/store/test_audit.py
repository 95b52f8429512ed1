"""The audit: chained, checked, and readable only as long as the names are kept."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.store import keys
from bot.store.audit import GRAIL, About, Audit, Verdict
from bot.store.chain import digest
from bot.store.connection import connect
from tests.fixtures.store import Server

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
    assert set(numbers) == set(range(1, 41))
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


async def test_what_is_of_one_thing_is_written_once_by_whoever_writes_it(redis: Redis) -> None:
    audits = [Audit(redis) for _ in range(3)]
    numbers = [
        await one.append(GRAIL, "deploy", "d", "running", "", at=1.0, once="d-1:running") for one in audits
    ]
    assert numbers == [1, None, None]
    assert await audits[1].append(GRAIL, "deploy", "d", "failed", "", at=1.0, once="d-1:failed") == 2
    assert await audits[2].verify() == Verdict(2, None)


async def test_an_entry_says_what_it_is_about_and_leads_to_no_person(redis: Redis) -> None:
    audit = Audit(redis)
    about = About("approval", "shop", "staging", "d-1", "C1")
    await audit.append(ANN, "press person.confirm", "T1:U2 and T1:U1", "done", "", at=1.0, about=about)
    await audit.append(ANN, "lock", "lock shop", "done", "", at=2.0, about=About(channel="D0ANN"))
    second, first = await audit.read()
    assert (first.kind, first.service, first.environment, first.deploy, first.channel) == (
        "approval", "shop", "staging", "d-1", "C1",
    )  # fmt: skip
    assert first.what == f"{await audit.pseudonym(BOB)} and {await audit.pseudonym(ANN)}"
    assert second.channel == "direct"


async def test_all_of_it_is_walked_oldest_first_with_names(redis: Redis) -> None:
    audit = await filled(redis, 1100)
    walked = [(one.number, one.name) async for one in audit.walk(since=2.0)]
    assert walked == [(number, "Ann") for number in range(3, 1101)]


async def test_what_somebody_else_added_behind_the_head_is_found(redis: Redis) -> None:
    audit = await filled(redis, 3)
    rows: Any = await redis.xrange(keys.AUDIT())
    fields = {name: value for name, value in rows[2][1].items() if name != "hash"}
    await redis.xadd(keys.AUDIT(), {**fields, "hash": digest(rows[2][1]["hash"], 4, fields)}, id="4-0")
    assert await audit.verify() == Verdict(3, "Entries after 3 were added by somebody else.")


async def test_the_chain_goes_on_and_its_head_holds_over_a_restart_of_redis(own_redis_server: Server) -> None:
    redis = await connect(own_redis_server.url, say=lambda line: None)
    await redis.config_set("save", "3600 1")  # so that it writes all down when it ends
    audit = await filled(redis, 3)
    head = await audit.head()
    own_redis_server.restart()
    await redis.connection_pool.disconnect()
    await audit.append(BOB, "lock", "lock search", "done", "", at=9.0, name="Bob")
    assert await audit.verify() == Verdict(4, None)
    assert await audit.holds(head) == Verdict(3, None)
    await redis.flushall()  # as a Redis that has lost all
    await filled(redis, 4)
    assert (await audit.verify()).fault is None  # nobody could tell it from the chain alone
    assert "is not the one whose head was posted" in str((await audit.holds(head)).fault)
    await redis.aclose()


async def test_an_entry_that_cannot_be_read_stops_no_reader(redis: Redis) -> None:
    audit = await filled(redis, 2)
    await redis.xadd(keys.AUDIT(), {"nonsense": "1"}, id="3-0")
    assert [entry.number for entry in await audit.read()] == [2, 1]
    assert (await audit.verify()).fault == "Entry 3 was changed, or the one before it."


async def test_what_is_of_late_is_found_without_reading_all_that_was_before(redis: Redis) -> None:
    audit = Audit(redis)
    pipeline = redis.pipeline(transaction=False)
    row: dict[Any, Any] = {
        "who": "p-1", "word": "deploy", "what": "deploy shop", "outcome": "d", "request": "", "hash": "0",
    }  # fmt: skip
    for number in range(1, 20_001):
        pipeline.xadd("{grail}:audit", {"at": str(number * 60.0), **row}, id=f"{number}-0")
    pipeline.hset("{grail}:audit-head", mapping={"number": 20_000, "hash": "0"})
    await pipeline.execute()
    await redis.config_resetstat()
    found = [one.number async for one in audit.walk(19_996 * 60.0)]
    assert found == [19_996, 19_997, 19_998, 19_999, 20_000]
    asked = (await redis.info("commandstats"))["cmdstat_xrange"]["calls"]
    assert asked <= 17  # all of it would be 41 pages
    assert [one.number async for one in audit.walk(19_996 * 60.0, first=20_000)] == [20_000]
    assert [one.number async for one in audit.walk(30_000 * 60.0)] == []

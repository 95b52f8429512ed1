"""What no worker could do is kept, and can be tried again."""

from redis.asyncio import Redis

from bot.store.dead import PAGE, DeadLetters, mark_of
from bot.store.keys import DEAD, WORK
from bot.store.streams import Job, Work
from tests.bot.store.conftest import Noted, Working
from tests.fixtures.store import MovedClock, eventually

NOW = 1_800_000_000.0


async def test_a_dead_letter_can_be_tried_again_once(redis: Redis, working: Working) -> None:
    noted = Noted()
    letters = DeadLetters(redis)
    await redis.xadd(WORK(), {"tries": "5", "job": '{"kind":"k","v":1,"id":"j","body":{},"thing":"t"}'})
    async with working({}):
        await eventually(letters.count)
    [letter] = await letters.list()
    assert letter.why == "begun 5 times, and each time the worker died of it or was ended"
    assert await letters.retry(letter.id)
    assert not await letters.retry(letter.id)
    async with working({"k": noted}):
        await eventually(lambda: noted.ids() == ["j"])
    assert noted.jobs[0].deliveries == 1
    assert await letters.count() == 0


async def test_a_dead_letter_can_be_dropped(redis: Redis, working: Working) -> None:
    letters = DeadLetters(redis)
    await redis.xadd(WORK(), {"job": "garbage"})
    async with working({}):
        await eventually(letters.count)
    [letter] = await letters.list()
    assert not await letters.retry(letter.id)  # there is no job in it
    assert await letters.drop(letter.id)
    assert await letters.list() == []


async def test_a_dead_letter_of_a_thing_lets_the_next_one_begin(
    redis: Redis, moved_clock: MovedClock, working: Working
) -> None:
    noted = Noted()

    async def fail(job: Job) -> None:
        raise ValueError

    work = Work(redis)
    await work.add("bad", {}, id="a", now=NOW, thing="t")
    await work.add("good", {}, id="b", now=NOW, thing="t")

    async def pushed() -> bool:
        moved_clock.forward(60)
        return noted.ids() == ["b"]

    async with working({"bad": fail, "good": noted}):
        await eventually(pushed)
    assert await DeadLetters(redis).count() == 1


async def test_a_letter_is_found_by_its_mark_however_old_it_is(redis: Redis) -> None:
    letters = DeadLetters(redis)
    for number in range(2 * PAGE + 1):
        await redis.xadd(DEAD(), {"job": f"job {number}", "why": "x", "at": "1", "tries": "5"})
    newest, oldest = await letters.find(mark_of(f"job {2 * PAGE}")), await letters.find(mark_of("job 0"))
    assert newest is not None
    assert oldest is not None
    assert (newest.raw, oldest.raw, oldest.mark) == (f"job {2 * PAGE}", "job 0", mark_of("job 0"))
    assert await letters.find(mark_of("another")) is None

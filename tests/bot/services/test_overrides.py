"""Overrides: what may not be made, what is made once, and what is made elsewhere."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.config import Config, Rotation, load
from bot.config.rotations import OnlyWithin
from bot.domain.oncall import Override, Roster, Shift
from bot.domain.rights import Holder
from bot.errors import Conflict, Refusal, Stale
from bot.services.oncall import OnCall
from bot.services.overrides import UNDO_SECONDS, Overrides
from bot.store.overrides import OverrideStore
from bot.store.timers import Timers
from tests.fixtures.store import MovedClock

ACME = load(Path(__file__).parents[3] / "config.yaml")
OMAR, OLGA, MIA, DANA = "omar@example.com", "olga@example.com", "mia@example.com", "dana@example.com"
DANAS = Holder("T1", "U1", DANA, "Dana")
HOUR, DAY = 3600.0, 86400.0
START = 4_102_444_800.0  # the first of January 2100, a Friday: later than any clock that this runs by


@dataclass
class Elsewhere:
    """A system that knows a schedule, and in which overrides are made."""

    shifts: tuple[Shift, ...] = ()
    made: list[Override] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)

    def knows(self, rotation: Rotation) -> bool:
        return rotation.pagerduty is not None

    async def roster(self, rotation: Rotation, since: float, until: float) -> Roster:
        return Roster(rotation.name, since, until, self.shifts, since)

    async def override(self, rotation: Rotation, override: Override) -> str:
        self.made.append(override)
        return f"P{len(self.made)}"

    async def undo(self, rotation: Rotation, id: str) -> None:
        self.undone.append(id)


@dataclass
class World:
    overrides: Overrides
    oncall: OnCall
    clock: MovedClock
    elsewhere: Elsewhere
    current: list[Config]

    def rotations(self, **rotations: Rotation) -> None:
        self.current[0] = ACME.model_copy(update={"rotations": rotations})


@pytest.fixture
def world(redis: Redis, moved_clock: MovedClock) -> World:
    clock, store, elsewhere = moved_clock, OverrideStore(redis), Elsewhere()
    moved_clock.to(START)
    current = [ACME]
    oncall = OnCall(lambda: current[0], store, clock, [elsewhere])
    overrides = Overrides(
        config=lambda: current[0], oncall=oncall, store=store, timers=Timers(redis), clock=clock
    )
    return World(overrides, oncall, moved_clock, elsewhere, current)


WEEKS = Rotation(
    name="storefront", people=(OMAR, OLGA), zone="UTC", escalates_to=("second",), shadows=(DANA,)
)
SECOND = Rotation(name="second", people=(MIA,), zone="UTC")


async def holder(world: World, at: float) -> Shift:
    found = await world.oncall.shift("storefront", at)
    assert found is not None
    return found


async def others(world: World) -> tuple[str, str]:
    now = (await holder(world, world.clock.now())).email
    return now, OLGA if now == OMAR else OMAR


async def refusal(world: World, email: str, since: float, until: float) -> tuple[str, str]:
    with pytest.raises(Refusal) as found:
        await world.overrides.draft("storefront", email, since, until, DANAS, id="1")
    return found.value.code, str(found.value)


async def test_a_draft_says_whose_part_it_takes_and_changes_nothing(world: World) -> None:
    world.rotations(storefront=WEEKS, second=SECOND)
    first, second = await others(world)
    now = world.clock.now()
    draft = await world.overrides.draft("storefront", second, now, now + HOUR, DANAS, id="1")
    assert [(one.email, one.since, one.until) for one in draft.before] == [(first, now, now + HOUR)]
    assert (await holder(world, now)).email == first


async def test_who_is_rung_next_cannot_take_the_first_level_too(world: World) -> None:
    world.rotations(storefront=WEEKS, second=SECOND)
    now = world.clock.now()
    assert await refusal(world, MIA, now, now + HOUR) == (
        "leaves-gap",
        "It would leave a gap: Mia is level 2 then, and nobody would be left to escalate to.",
    )


async def test_who_is_rung_next_may_take_the_first_level_while_somebody_else_is_behind(world: World) -> None:
    third = Rotation(name="third", people=(OLGA, OMAR), zone="UTC")
    wide = WEEKS.model_copy(update={"escalates_to": ("second", "third")})
    world.rotations(storefront=wide, second=SECOND, third=third)
    now = world.clock.now()
    draft = await world.overrides.draft("storefront", MIA, now, now + HOUR, DANAS, id="1")
    assert draft.override.email == MIA


async def test_what_follows_an_override_is_said_where_it_is_nobody(world: World) -> None:
    office = Rotation(name="storefront", people=(OMAR, OLGA), zone="UTC", hours=OnlyWithin())
    world.rotations(storefront=office)
    noon = START + 12 * HOUR
    first, second = OMAR, OLGA
    if (await holder(world, noon)).email == OLGA:
        first, second = second, first
    draft = await world.overrides.draft("storefront", second, noon, noon + 6 * HOUR, DANAS, id="1")
    assert draft.nobody_after == START + 3 * DAY + 9 * HOUR  # Monday
    within = await world.overrides.draft("storefront", second, noon, noon + HOUR, DANAS, id="1")
    assert within.nobody_after is None


async def test_it_is_made_once_and_taken_back_in_time_only(world: World) -> None:
    world.rotations(storefront=WEEKS, second=SECOND)
    first, second = await others(world)
    now = world.clock.now()
    draft = await world.overrides.draft("storefront", second, now, now + HOUR, DANAS, id="1")
    made = await world.overrides.make(draft, draft.seen)
    again = await world.overrides.make(draft, draft.seen)
    assert again.id == made.id
    assert (await holder(world, now + 1)).email == second
    assert await world.overrides.find(made.id) is not None
    assert (await world.overrides.undo("storefront", made.id, made.made)) is not None
    assert (await holder(world, now + 1)).email == first
    with pytest.raises(Stale, match="It was taken back before"):
        await world.overrides.undo("storefront", made.id, made.made)
    late = await world.overrides.make(draft, draft.seen)
    world.clock.forward(UNDO_SECONDS + 1)
    with pytest.raises(Conflict, match="An override can be taken back for 5 minutes, and that is over"):
        await world.overrides.undo("storefront", late.id, late.made)


async def test_a_schedule_of_pagerduty_is_overridden_there(world: World) -> None:
    world.rotations(storefront=Rotation(name="storefront", pagerduty="PSCHED1"))
    now = world.clock.now()
    world.elsewhere.shifts = (Shift("storefront", OMAR, now - DAY, now + DAY, source="PagerDuty"),)
    draft = await world.overrides.draft("storefront", MIA, now, now + HOUR, DANAS, id="1")
    made = await world.overrides.make(draft, draft.seen)
    assert (made.id, made.source, [one.email for one in world.elsewhere.made]) == ("P1", "PagerDuty", [MIA])
    assert await world.oncall.overrides(now) == []
    assert await world.overrides.undo("storefront", made.id, made.made) is None
    assert world.elsewhere.undone == ["P1"]
    with pytest.raises(Conflict):
        await world.overrides.undo("storefront", made.id, made.made - UNDO_SECONDS - 1)

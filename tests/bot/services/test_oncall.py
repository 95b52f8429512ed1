"""Who is on call, from config.yaml, from whoever knows the rest, and with overrides."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.clock import Clock
from bot.config import Config, Rotation, load
from bot.config.rotations import OnlyWithin
from bot.domain.oncall import Override, Roster, Shift
from bot.services.oncall import OnCall
from bot.store.overrides import OverrideStore

ACME = load(Path(__file__).parents[3] / "config.yaml")
OMAR, OLGA, MIA, DANA = "omar@example.com", "olga@example.com", "mia@example.com", "dana@example.com"
HOUR = 3600.0
NOON = 1_767_607_200.0 + 2 * 24 * HOUR + 1 * HOUR  # Wednesday 7 January 2026, 12:00 in Berlin: Omar's week


@dataclass
class Elsewhere:
    """Knows every rotation that PagerDuty has, and remembers it as of an hour ago."""

    shifts: tuple[Shift, ...] = ()
    failed: str = ""
    asked: list[str] = field(default_factory=list)

    def knows(self, rotation: Rotation) -> bool:
        return rotation.pagerduty is not None

    async def roster(self, rotation: Rotation, since: float, until: float) -> Roster:
        self.asked.append(rotation.name)
        return Roster(rotation.name, since, until, self.shifts, NOON - HOUR, self.failed)

    async def override(self, rotation: Rotation, override: Override) -> str:
        return f"P-{override.id}"

    async def undo(self, rotation: Rotation, id: str) -> None:
        return None


@dataclass
class World:
    oncall: OnCall
    store: OverrideStore
    elsewhere: Elsewhere
    config: Config = ACME

    def rotations(self, **rotations: Rotation) -> None:
        teams = {
            name: team.model_copy(update={"rotation": "storefront" if name == "storefront" else "platform"})
            for name, team in ACME.teams.items()
        }
        self.config = ACME.model_copy(update={"rotations": rotations, "teams": teams})


WEEKS = Rotation(name="storefront", people=(OMAR, OLGA), zone="Europe/Berlin", shadows=(DANA,))
OFFICE = Rotation(name="platform", people=(MIA,), zone="Europe/Berlin", hours=OnlyWithin())


@pytest.fixture
def world(redis: Redis) -> World:
    store, elsewhere = OverrideStore(redis), Elsewhere()
    made = World(OnCall(lambda: made.config, store, Clock(), [elsewhere]), store, elsewhere)
    made.rotations(storefront=WEEKS, platform=OFFICE)
    return made


async def override(world: World, email: str, since: float, until: float) -> None:
    one = Override(f"o-{since}", "storefront", email, since, until, DANA, "Dana", NOON - 60)
    assert await world.store.put(one, [], now=NOON) == "made"


async def test_a_team_has_who_is_on_call_who_comes_next_and_who_looks_on(world: World) -> None:
    found, platform = await world.oncall.standings(["storefront", "platform"], NOON)
    assert found.first is not None
    assert found.first.email == OMAR
    assert found.next is not None
    assert (found.next.email, found.next.since) == (OLGA, found.first.until)
    assert [one.email for one in found.shadows] == [DANA]
    assert platform.first is not None
    assert platform.first.until == NOON + 5 * HOUR


async def test_where_nobody_is_on_call_it_is_known_since_when_and_who_comes_next(world: World) -> None:
    (platform,) = await world.oncall.standings(["platform"], NOON + 8 * HOUR)
    assert platform.on_call == ()
    assert platform.since == NOON + 5 * HOUR
    assert platform.next is not None
    assert platform.next.since == NOON + 21 * HOUR


async def test_an_override_counts_for_who_is_on_call_and_for_rights(world: World) -> None:
    await override(world, OLGA, NOON - 60, NOON + 60)
    (found,) = await world.oncall.standings(["storefront"], NOON)
    assert found.first is not None
    assert (found.first.email, found.first.covers, found.first.until) == (OLGA, OMAR, NOON + 60)
    assert found.next is not None
    assert found.next.email == OMAR
    assert await world.oncall.of(OLGA, NOON) == {"storefront"}
    assert await world.oncall.of(OMAR, NOON) == frozenset()
    assert await world.oncall.of(OMAR, NOON + 60) == {"storefront"}


async def test_what_pagerduty_knows_is_asked_there_and_its_age_and_trouble_are_passed_on(
    world: World,
) -> None:
    world.rotations(storefront=WEEKS, platform=Rotation(name="platform", pagerduty="PSCHED1"))
    world.elsewhere.shifts = (Shift("platform", MIA, NOON - 9, NOON + 9, source="PagerDuty"),)
    world.elsewhere.failed = "PagerDuty does not answer."
    storefront, platform = await world.oncall.standings(["storefront", "platform"], NOON)
    assert world.elsewhere.asked == ["platform"]
    assert [one.email for one in platform.on_call] == [MIA]
    assert (platform.asked, platform.failed) == (NOON - HOUR, "PagerDuty does not answer.")
    assert storefront.failed == ""
    assert await world.oncall.of(MIA, NOON) == {"platform"}


async def test_without_a_key_a_schedule_of_pagerduty_is_said_to_be_unknown(redis: Redis) -> None:
    made = World(
        OnCall(lambda: made.config, OverrideStore(redis), Clock()), OverrideStore(redis), Elsewhere()
    )
    made.rotations(storefront=WEEKS, platform=Rotation(name="platform", pagerduty="PSCHED1"))
    (platform,) = await made.oncall.standings(["platform"], NOON)
    assert platform.on_call == ()
    assert platform.failed == "I have no key for PagerDuty, so I cannot ask it who is on call."


async def test_a_team_without_a_rotation_has_nobody_and_no_rotation(world: World) -> None:
    world.config = ACME
    (platform,) = await world.oncall.standings(["platform"], NOON)
    assert (platform.rotation, platform.on_call) == ("", ())
    assert await world.oncall.shift("gone", NOON) is None

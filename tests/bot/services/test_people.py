"""Who somebody is, as a real workspace says it: members, outsiders, groups, and e-mails that do not stay.

Longer than other files: it is one table of people and what Slack may say of them.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.config import Config, Grant, HeldBy, Role, load
from bot.domain.rights import Holder, may
from bot.errors import Conflict, NotFound, NotUnderstood, StoreUnavailable
from bot.services.people import LONGEST_GRANT, People, Quiet
from bot.store.audit import Audit
from tests.fixtures.wire import Wire
from tests.fixtures.workspace import DANA, DARIO, GUS, MIA, OLGA, OMAR, SAM, Workspace

TEAM = "T0ACME00000"
ACME = load(Path(__file__).parents[3] / "config.yaml")
GROUPED = ACME.model_copy(
    update={
        "roles": {
            **ACME.roles,
            "night": Role(
                name="night", held_by=HeldBy(groups=("@night",)), grants=(Grant(words=("deploy",)),)
            ),
        }
    }
)


@dataclass
class World:
    """People over a workspace, a Redis and a clock, and what the test does to them."""

    workspace: Workspace
    people: People
    clock: Clock
    told: list[tuple[str, str]]
    current: list[Config]
    hasty: People  # for what Slack cannot say: waits no longer than it has to
    untold: list[Exception]
    ids: dict[str, str]
    besides: dict[str, dict[str, Any]]

    def id(self, email: str) -> str:
        """Of the person who had this e-mail at first."""
        return self.ids[email]

    async def holder(self, email: str) -> Holder:
        return await self.people.holder(TEAM, self.id(email))

    async def unsaid(self, email: str) -> Holder:
        """While Slack cannot say who it is."""
        return await self.hasty.holder(TEAM, self.id(email))

    async def rename(self, user: str, email: str) -> None:
        await self.workspace.readdress(user, email)

    def change(self, user: str, **what: Any) -> None:
        """From now on Slack says this of the person besides."""
        self.besides[user] = what

    async def later(self, seconds: float = 61) -> None:
        """Past what is remembered of Slack's answers."""
        await self.workspace.clock(seconds)


@pytest.fixture
async def world(workspace: Workspace, redis: Redis, clock_file: Path) -> AsyncIterator[World]:
    besides: dict[str, dict[str, Any]] = {}

    def odd(method: str, asked: bytes, answer: bytes) -> bytes:
        """What the workspace's own people never are."""
        said = orjson.loads(answer)
        what = besides.get(said["user"]["id"]) if "user" in said and method == "users.info" else None
        if what is None:
            return answer
        profile = said["user"]["profile"] | what.get("profile", {})
        return orjson.dumps(said | {"user": said["user"] | what | {"profile": profile}})

    members = (await workspace.api("users.list", {"limit": 200}))["members"]
    ids = {user["profile"]["email"]: user["id"] for user in members if "email" in user["profile"]}
    ids[SAM] = "U0SAM000000"  # of another workspace: not in the list
    clock, told = Clock(clock_file), []
    untold: list[Exception] = []  # what the next telling fails with
    current = [ACME]

    async def tell(holder: Holder, why: str, since: float) -> None:
        if not clock.now() - 3600 < since <= clock.now():
            raise AssertionError(since)
        if untold:
            raise untold.pop()
        told.append((holder.user_id, why))

    async with Wire(workspace.url, change=odd) as wire:
        slack = Slack(workspace.settings.bot_token, base_url=f"{wire.url}/api/", timeout=2)
        people = People(lambda: current[0], slack, redis, clock, on_suspended=tell, patience=30)
        hasty = People(lambda: current[0], slack, redis, clock, patience=0.5)
        yield World(workspace, people, clock, told, current, hasty, untold, ids, besides)
        await slack.close()


async def test_a_person_of_config_yaml_holds_what_stands_there(world: World) -> None:
    dana = await world.holder(DANA)
    assert dana == Holder(
        TEAM,
        "U0DANA00000",
        email=DANA,
        name="Dana",
        zone="Europe/Berlin",
        roles=frozenset({"developer"}),
        teams=frozenset({"storefront"}),
        rung="decide",
    )


async def test_whoever_is_on_call_now_holds_the_rotation(world: World) -> None:
    holders = [await world.holder(OMAR), await world.holder(OLGA)]
    assert sorted(len(holder.on_call) for holder in holders) == [0, 1]
    await world.workspace.clock(7 * 24 * 3600)
    turned = [await world.holder(OMAR), await world.holder(OLGA)]
    assert [holder.on_call for holder in turned] == [holders[1].on_call, holders[0].on_call]


async def test_a_person_whom_config_yaml_does_not_know_holds_nothing(world: World) -> None:
    user = world.id(DANA)
    await world.rename(user, "someone@example.com")
    found = await world.people.holder(TEAM, user)
    assert (found.email, found.kind, found.roles, found.rung) == (
        "someone@example.com",
        "member",
        frozenset(),
        None,
    )
    assert found.name == "dana"


async def test_an_e_mail_in_capitals_is_the_same(world: World) -> None:
    user = world.id(DANA)
    await world.rename(user, "Dana@Example.com")
    assert (await world.people.holder(TEAM, user)).roles == {"developer"}


@pytest.mark.parametrize(
    ("email", "what", "kind"),
    [
        (GUS, {}, "guest"),
        (SAM, {}, "stranger"),
        (SAM, {"is_stranger": False}, "stranger"),  # in a channel that is shared with us, only the team tells
        (DANA, {"is_bot": True}, "bot"),
        (DANA, {"deleted": True}, "stranger"),
        (DANA, {"is_restricted": True}, "guest"),
    ],
)
async def test_outsiders_are_known_as_such(world: World, email: str, what: dict[str, Any], kind: str) -> None:
    world.change(world.id(email), **what)
    assert (await world.holder(email)).kind == kind


async def test_a_user_whom_slack_does_not_know_is_a_stranger(world: World) -> None:
    assert (await world.people.holder(TEAM, "U0NOBODY000")).kind == "stranger"


async def test_a_member_without_an_e_mail_is_bound_to_nothing(world: World) -> None:
    user = world.id(DANA)
    world.change(user, profile={"email": None})
    found = await world.people.holder(TEAM, user)
    assert (found.kind, found.email, found.roles, found.suspended) == ("member", None, frozenset(), None)


# ---- e-mails that do not stay


async def test_an_e_mail_that_changes_suspends_what_hangs_on_it_until_an_admin_confirms(world: World) -> None:
    user = world.id(DARIO)
    await world.people.holder(TEAM, user)
    await world.rename(world.id(OMAR), "gone@example.com")
    await world.rename(user, OMAR)
    await world.later()
    found = await world.people.holder(TEAM, user)
    assert found.suspended == f"your e-mail address changed from {DARIO} to {OMAR}"
    refused = may(ACME, found, "deploy", service="shop", environment="production", now=world.clock.now())
    assert refused.code == "suspended"
    assert world.told == [(user, found.suspended)]
    await world.later()
    assert (await world.people.holder(TEAM, user)).suspended == found.suspended
    assert len(world.told) == 1, "it is told once"

    admin = await world.holder(MIA)
    assert await world.people.confirm(admin, user) == OMAR
    confirmed = await world.people.holder(TEAM, user)
    assert confirmed.suspended is None
    assert confirmed.roles == {"operator"}


async def test_an_e_mail_that_two_accounts_have_suspends_both(world: World) -> None:
    await world.holder(OMAR)
    double, omar = world.id(DARIO), world.id(OMAR)
    await world.rename(double, OMAR)
    await world.later()
    for user in (double, omar):
        assert (await world.people.holder(TEAM, user)).suspended == (
            f"two Slack accounts have your e-mail address {OMAR}"
        )
    told = [user for user, _ in world.told]
    assert told == [double, omar], "each of the two can be confirmed"
    admin = await world.holder(MIA)
    assert await world.people.confirm(admin, omar) == OMAR
    await world.later()
    assert (await world.people.holder(TEAM, double)).suspended is not None
    assert (await world.people.holder(TEAM, omar)).suspended is None


async def test_rights_that_rest_are_told_again_until_that_has_gone_well(world: World) -> None:
    user = world.id(DARIO)
    await world.people.holder(TEAM, user)
    await world.rename(user, "dario@elsewhere.example")
    await world.later()
    world.untold.append(StoreUnavailable("Redis does not answer."))
    with pytest.raises(StoreUnavailable):
        await world.people.holder(TEAM, user)
    assert world.told == []
    await world.people.holder(TEAM, user)
    await world.people.holder(TEAM, user)
    assert [told for told, _ in world.told] == [user]


async def test_an_e_mail_that_goes_to_another_account_suspends_it_there(world: World) -> None:
    await world.holder(OMAR)
    await world.holder(DARIO)
    omar, dario = world.id(OMAR), world.id(DARIO)
    await world.rename(omar, "omar@elsewhere.example")
    await world.rename(dario, OMAR)
    await world.later()
    assert (
        await world.people.holder(TEAM, dario)
    ).suspended == f"two Slack accounts have your e-mail address {OMAR}"


async def test_nobody_confirms_themselves_and_nobody_is_confirmed_for_nothing(world: World) -> None:
    mia = await world.holder(MIA)
    with pytest.raises(Conflict, match=r"^You cannot confirm yourself\.$"):
        await world.people.confirm(mia, mia.user_id)
    with pytest.raises(NotFound) as refusal:
        await world.people.confirm(mia, world.id(DANA))
    assert str(refusal.value) == "Nobody has to be confirmed there: this person's rights do not rest."


# ---- Slack that cannot say


async def test_while_slack_cannot_say_who_it_is_a_member_reads_and_changes_nothing(world: World) -> None:
    await world.holder(DANA)
    await world.later()
    await world.workspace.weather(failing=True, methods=["users.info"])
    found = await world.unsaid(DANA)
    assert (found.kind, found.email, found.roles, found.unknown) == ("member", None, frozenset(), ("Slack",))
    now = world.clock.now()
    assert may(ACME, found, "status", service="shop", now=now).allowed
    assert may(ACME, found, "deploy", service="shop", environment="staging", now=now).code == "cannot-say"
    await world.workspace.weather(failing=False)
    assert (await world.holder(DANA)).roles == {"developer"}


async def test_who_was_never_seen_gets_nothing_while_slack_cannot_say(world: World) -> None:
    await world.workspace.weather(down=True)
    found = await world.unsaid(DANA)
    assert (found.kind, found.unknown) == ("unknown", ("Slack",))
    assert not may(ACME, found, "status", service="shop", now=world.clock.now()).allowed


async def test_a_guest_stays_one_while_slack_cannot_say(world: World) -> None:
    await world.holder(GUS)
    await world.later()
    await world.workspace.weather(failing=True)
    assert (await world.unsaid(GUS)).kind == "unknown"


async def test_a_hiccup_of_slack_is_not_noticed(world: World) -> None:
    await world.workspace.weather(failing=True, times=2)
    assert (await world.people.holder(TEAM, world.id(DANA))).roles == {"developer"}


async def test_what_slack_said_is_remembered_for_a_minute(world: World) -> None:
    await world.holder(DANA)
    world.change(world.id(DANA), is_restricted=True)
    assert (await world.holder(DANA)).kind == "member"
    await world.later()
    assert (await world.holder(DANA)).kind == "guest"


# ---- user groups


async def make_group(world: World, handle: str, *emails: str) -> str:
    """Its id."""
    made = await world.workspace.api("usergroups.create", {"name": handle, "handle": handle})
    group = str(made["usergroup"]["id"])
    await set_group(world, group, *emails)
    return group


async def set_group(world: World, group: str, *emails: str) -> None:
    users = ",".join(world.id(email) for email in emails)
    await world.workspace.api("usergroups.users.update", {"usergroup": group, "users": users})


async def test_a_user_group_gives_what_it_was_granted(world: World) -> None:
    await make_group(world, "night", MIA)
    world.current[0] = GROUPED
    mia, now = await world.holder(MIA), world.clock.now()
    assert "night" in mia.groups
    assert may(GROUPED, mia, "deploy", service="shop", environment="production", now=now).allowed
    dana = await world.holder(DANA)
    assert not may(GROUPED, dana, "deploy", service="shop", environment="production", now=now).allowed


async def test_while_nobody_can_say_who_is_in_a_group_it_gives_nothing_and_the_rest_stands(
    world: World,
) -> None:
    await make_group(world, "night", MIA)
    world.current[0] = GROUPED
    await world.workspace.weather(failing=True, methods=["usergroups.list"])
    mia, dana, now = await world.unsaid(MIA), await world.unsaid(DANA), world.clock.now()
    refused = may(GROUPED, mia, "deploy", service="shop", environment="production", now=now)
    assert (refused.allowed, refused.code) == (False, "cannot-say")
    assert may(GROUPED, dana, "deploy", service="shop", environment="staging", now=now).allowed


async def test_who_is_in_a_group_is_remembered_for_a_minute(world: World) -> None:
    group = await make_group(world, "night", MIA, DANA)
    world.current[0] = GROUPED
    assert "night" in (await world.holder(MIA)).groups
    await set_group(world, group, DANA)
    assert "night" in (await world.holder(MIA)).groups
    await world.later()
    assert "night" not in (await world.holder(MIA)).groups


async def test_slack_is_not_asked_for_groups_that_give_nothing(world: World) -> None:
    await world.workspace.weather(failing=True, methods=["usergroups.list"])
    assert (await world.holder(MIA)).unknown == ()


# ---- grants by hand


async def test_a_grant_by_hand_holds_until_its_end(world: World) -> None:
    mia = await world.holder(MIA)
    made = await world.people.grant(mia, DANA, role="operator", reason="omar is ill", seconds=3600)
    assert (made.by, made.reason, made.until - made.given) == ("Mia", "omar is ill", 3600)
    dana = await world.holder(DANA)
    assert dana.grants == (made,)
    await world.later(3601)
    assert (await world.holder(DANA)).grants == ()


async def test_a_grant_by_hand_can_be_taken_back(world: World) -> None:
    mia = await world.holder(MIA)
    made = await world.people.grant(mia, DANA, words=("deploy",), reason="a try", seconds=60)
    await world.people.revoke(made.id)
    assert (await world.holder(DANA)).grants == ()
    with pytest.raises(NotFound) as refusal:
        await world.people.revoke(made.id)
    assert str(refusal.value) == f"There is no grant {made.id}."


async def test_a_grant_by_hand_needs_a_reason_an_end_a_role_that_exists_and_another_person(
    world: World,
) -> None:
    mia = await world.holder(MIA)
    grant = world.people.grant
    with pytest.raises(NotUnderstood, match=r"^A grant needs a reason\.$"):
        await grant(mia, DANA, role="operator", reason=" ", seconds=60)
    for seconds in (0.0, -1.0, LONGEST_GRANT + 1.0):
        with pytest.raises(NotUnderstood, match=r"^A grant needs an end within 90 days\.$"):
            await grant(mia, DANA, role="operator", reason="why not", seconds=seconds)
    with pytest.raises(NotFound, match=r"^There is no role king\.$"):
        await grant(mia, DANA, role="king", reason="why not", seconds=60)
    with pytest.raises(Conflict, match=r"^You cannot give rights to yourself\.$"):
        await grant(mia, MIA, role="operator", reason="why not", seconds=60)


# ---- the terminal


async def test_a_token_says_whose_terminal_it_is_also_while_slack_is_down(world: World) -> None:
    dana = await world.holder(DANA)
    token = await world.people.token(dana)
    await world.later(3600)
    await world.workspace.weather(down=True)
    found = await world.hasty.by_token(token)
    assert found == replace(dana, name="Dana")
    assert found == await world.hasty.holder(TEAM, dana.user_id, proved=True)


async def test_a_new_token_voids_the_one_before_and_a_wrong_one_is_nobodys(world: World) -> None:
    dana = await world.holder(DANA)
    first, second = await world.people.token(dana), await world.people.token(dana)
    assert await world.people.by_token(first) is None
    assert await world.people.by_token("grail-guess") is None
    assert await world.people.by_token(second) is not None


async def test_a_token_ends_after_90_days(world: World) -> None:
    token = await world.people.token(await world.holder(DANA))
    await world.later(91 * 86400)
    assert await world.people.by_token(token) is None


# ---- preferences and the pause


async def test_what_a_person_wants_to_hear_and_when_is_kept(world: World) -> None:
    dana = await world.holder(DANA)
    await world.people.choose(dana, "deploys", "always")
    assert await world.people.when_to_tell(TEAM, dana.user_id, "deploys", failed=False) is not None
    await world.people.choose(dana, "deploys", "failures")
    assert await world.people.when_to_tell(TEAM, dana.user_id, "deploys", failed=False) is None
    assert await world.people.when_to_tell(TEAM, dana.user_id, "deploys", failed=True) is not None
    await world.people.quiet(dana, Quiet("00:00", "23:59"))
    assert (await world.people.preferences(TEAM, dana.user_id)).quiet == Quiet("00:00", "23:59")
    await world.people.quiet(dana, None)
    assert (await world.people.preferences(TEAM, dana.user_id)).quiet is None


async def test_everything_is_paused_once_and_resumed_once(world: World) -> None:
    omar, olga = await world.holder(OMAR), await world.holder(OLGA)
    paused = await world.people.pause(omar, "the data centre burns")
    assert await world.people.paused() == paused
    with pytest.raises(Conflict) as refusal:
        await world.people.pause(olga, "me too")
    assert (
        str(refusal.value)
        == f"Everything is paused already: by Omar, since {paused.when}, the data centre burns."
    )
    assert await world.people.resume() == paused
    assert await world.people.paused() is None
    with pytest.raises(Conflict, match=r"^Nothing is paused\.$"):
        await world.people.resume()


# ---- the audit, and leaving


async def everything(redis: Redis) -> str:
    """All keys and all that they hold."""
    client: Any = redis
    reads = {"hash": client.hgetall, "string": client.get, "stream": client.xrange}
    keys = [key async for key in client.scan_iter(match="*")]
    return str([(key, await reads[await client.type(key)](key)) for key in keys])


async def test_what_somebody_did_is_in_the_audit_by_name_until_they_are_erased(
    world: World, redis: Redis
) -> None:
    dana = await world.holder(DANA)
    mia = await world.holder(MIA)
    await world.people.audit(dana, "deploy", "deploy shop to staging", "done", "r-1")
    await world.people.audit(None, "config", "roles changed", "version 2", "")
    await world.people.grant(mia, DANA, role="operator", reason="for now", seconds=60)
    newest, before = await world.people.audits.read()
    assert (newest.name, before.name, before.word, before.request) == ("grail", "Dana", "deploy", "r-1")
    person = await world.people.known(TEAM, dana.user_id)
    assert person is not None
    assert person == await world.people.known_by_email(DANA)
    await world.people.erase(person, mia, "r-2")
    erased, _, did = await world.people.audits.read()
    assert (erased.name, erased.word, erased.what, erased.outcome) == ("Mia", "erase", did.who, "erased")
    assert (did.who, did.name) == (before.who, None)
    assert await world.people.known(TEAM, dana.user_id) is None
    assert (await Audit(redis).verify()).fault is None
    left = await everything(redis)
    assert "mia@" in left
    assert not [word for word in ("dana@", "Dana", "U0DANA") if word in left]


async def test_who_erases_themselves_is_not_named_anew_by_that(world: World, redis: Redis) -> None:
    dana = await world.holder(DANA)
    await world.people.audit(dana, "deploy", "deploy shop to staging", "done", "r-1")
    person = await world.people.known(TEAM, dana.user_id)
    assert person is not None
    await world.people.erase(person, dana, "r-2")
    erased, did = await world.people.audits.read()
    assert (erased.who, erased.what, erased.name) == (did.who, did.who, None)
    left = await everything(redis)
    assert not [word for word in ("dana@", "Dana", "U0DANA") if word in left]


async def test_a_suspension_stands_in_the_audit(world: World) -> None:
    user = world.id(DANA)
    await world.people.holder(TEAM, user)
    await world.rename(user, "other@example.com")
    await world.later()
    await world.people.holder(TEAM, user)
    newest = (await world.people.audits.read())[0]
    assert (newest.who, newest.word, newest.outcome) == ("grail", "suspend", "changed")
    assert newest.what == await world.people.audits.pseudonym(f"{TEAM}:{user}")


async def test_the_token_of_somebody_who_has_left_opens_nothing_any_more(world: World) -> None:
    dana = await world.holder(DANA)
    token = await world.people.token(dana)
    world.change(dana.user_id, deleted=True)
    await world.later(61)
    found = await world.people.by_token(token)
    assert found is None or (found.kind, found.roles) == ("stranger", frozenset())

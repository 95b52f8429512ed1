"""Who may do what at Acme, what is said when not, and what holds for every config and every person.

Longer than other files: it is one table of people, words and places, and the sentence for each refusal.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, Grant, HeldBy, Role, load
from bot.domain.oncall import Override
from bot.domain.rights import HandGrant, Holder, Kind, able, may, may_somewhere, places, roles, words
from bot.domain.rotations import on_call

CONFIG = load(Path(__file__).parents[3] / "config.yaml")
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC).timestamp()  # omar is on call for storefront

CHANGING = ("deploy", "run", "cancel", "rollback", "lock", "unlock", "pause", "resume", "approve", "wire")


def acme(name: str, config: Config = CONFIG, now: float = NOW, **other: Any) -> Holder:
    """A person of Acme as People would find them."""
    email = f"{name}@example.com"
    person = config.people[email]
    return replace(
        Holder(
            "T1",
            f"U{name.upper()}",
            email=email,
            name=person.name,
            roles=frozenset(person.roles),
            teams=frozenset([person.team] if person.team else []),
            rung=person.rung,
            on_call=on_call(config, email, now),
        ),
        **other,
    )


def with_role(role: Role) -> Config:
    return CONFIG.model_copy(update={"roles": {**CONFIG.roles, role.name: role}})


def allowed(holder: Holder, word: str, service: str | None = None, environment: str | None = None) -> bool:
    return may(CONFIG, holder, word, service=service, environment=environment, now=NOW).allowed


def hand(**other: Any) -> HandGrant:
    given_: dict[str, Any] = {
        "id": "g-1",
        "email": "devi@example.com",
        "by": "Mia",
        "reason": "the night shift",
        "given": NOW - 60,
        "until": NOW + 60,
    }
    return HandGrant(**{**given_, **other})


# ---- Acme


def test_a_developer_deploys_the_services_of_the_team_to_staging() -> None:
    assert allowed(acme("dana"), "deploy", "shop", "staging")
    assert allowed(acme("devi"), "deploy", "search", "staging")
    assert not allowed(acme("dana"), "deploy", "gateway", "staging")
    assert not allowed(acme("dario"), "deploy", "shop", "staging")


def test_production_needs_the_rung_solo_or_an_operator() -> None:
    assert not allowed(acme("dana"), "deploy", "shop", "production")
    assert not allowed(acme("dario"), "deploy", "gateway", "production")
    assert allowed(acme("dana", rung="solo"), "deploy", "shop", "production")
    assert not allowed(acme("dana", rung="solo"), "deploy", "gateway", "production")
    assert allowed(acme("omar"), "deploy", "shop", "production")
    assert allowed(acme("olga"), "deploy", "gateway", "production")


def test_a_manager_reads_and_approves() -> None:
    assert not allowed(acme("mia"), "deploy", "shop", "staging")
    assert allowed(acme("mia"), "status", "shop")
    assert allowed(acme("mia"), "approve", "shop", "production")


def test_every_member_may_read_also_one_whom_config_yaml_does_not_know() -> None:
    unknown = Holder("T1", "U9", email="new@example.com")
    assert allowed(unknown, "status", "shop")
    assert allowed(unknown, "whoami")
    assert not allowed(unknown, "deploy", "shop", "staging")


def test_whoever_is_on_call_may_pause_everything_and_roll_back_for_the_week() -> None:
    assert allowed(acme("omar"), "pause")
    assert not allowed(acme("olga"), "pause")
    later = NOW + 7 * 24 * 3600
    assert may(CONFIG, acme("olga", now=later), "pause", now=later).allowed
    assert not may(CONFIG, acme("omar", now=later), "pause", now=later).allowed


def test_a_rollback_may_always_be_done_by_whoever_is_on_call_for_the_service() -> None:
    bare = CONFIG.model_copy(update={"roles": {}})
    holder = Holder("T1", "U1", email="omar@example.com", on_call=frozenset({"storefront"}))
    assert may(bare, holder, "rollback", service="shop", environment="production", now=NOW).allowed
    assert not may(bare, holder, "rollback", service="gateway", environment="production", now=NOW).allowed
    assert not may(bare, holder, "deploy", service="shop", environment="production", now=NOW).allowed
    resting = replace(holder, suspended="your e-mail address changed")
    assert not may(bare, resting, "rollback", service="shop", environment="production", now=NOW).allowed


def test_without_an_environment_all_of_them_must_be_allowed() -> None:
    assert not allowed(acme("dana"), "lock", "shop")
    assert allowed(acme("dana", rung="solo"), "lock", "shop")
    assert allowed(acme("omar"), "lock", "shop")


def test_one_environment_by_one_role_and_the_other_by_another_are_all_of_them() -> None:
    config = with_role(
        Role(
            name="night",
            held_by=HeldBy(rungs=("decide",)),
            grants=(Grant(words=("lock",), environments=("prod*",)),),
        )
    )
    right = may(config, acme("dana"), "lock", service="shop", now=NOW)
    assert (right.allowed, right.sentence) == (True, "You may: the role developer and the rung decide.")


def test_a_right_to_one_place_is_none_to_everything() -> None:
    config = with_role(Role(name="own", grants=(Grant(words=("*",), services=("shop",)),)))
    assert not may(config, acme("dana", roles=frozenset({"own"})), "pause", now=NOW).allowed
    config = with_role(Role(name="own", grants=(Grant(words=("*",), environments=("staging",)),)))
    assert not may(config, acme("dana", roles=frozenset({"own"})), "pause", now=NOW).allowed
    assert not allowed(acme("dana"), "deploy")


def test_words_and_places_take_wildcards() -> None:
    config = with_role(
        Role(
            name="own",
            grants=(Grant(words=("un*",), teams=("store*",), services=("s*",), environments=("prod*",)),),
        )
    )
    holder = acme("dario", roles=frozenset({"own"}))
    assert may(config, holder, "unlock", service="shop", environment="production", now=NOW).allowed
    assert not may(config, holder, "unlock", service="shop", environment="staging", now=NOW).allowed
    assert not may(config, holder, "unlock", service="gateway", environment="production", now=NOW).allowed
    assert not may(config, holder, "lock", service="shop", environment="production", now=NOW).allowed


def test_a_role_is_held_through_a_user_group_by_handle_or_id() -> None:
    role = Role(name="deployers", held_by=HeldBy(groups=("@deployers",)), grants=(Grant(words=("deploy",)),))
    holder = acme("mia", groups=frozenset({"S123", "deployers"}))
    assert may(with_role(role), holder, "deploy", service="shop", environment="staging", now=NOW).allowed
    assert not may(
        with_role(role), acme("mia"), "deploy", service="shop", environment="staging", now=NOW
    ).allowed
    assert "deployers" in roles(with_role(role), holder)


def test_a_role_is_held_by_being_on_call_for_the_named_rotation_only() -> None:
    role = Role(name="watch", held_by=HeldBy(on_call=("other",)), grants=(Grant(words=("wire",)),))
    config = with_role(role)
    assert "watch" not in roles(config, acme("omar"))
    assert "watch" in roles(config, acme("omar", on_call=frozenset({"other"})))


# ---- grants by hand


def test_a_grant_by_hand_counts_from_its_beginning_to_its_end() -> None:
    holder = acme("devi", grants=(hand(role="operator"),))
    for when, expected in ((NOW - 61, False), (NOW, True), (NOW + 59, True), (NOW + 60, False)):
        right = may(CONFIG, holder, "deploy", service="gateway", environment="production", now=when)
        assert right.allowed is expected
    assert may(CONFIG, holder, "deploy", service="gateway", environment="production", now=NOW).sentence == (
        "You may: granted by Mia: the night shift."
    )


def test_a_grant_by_hand_of_words_may_be_for_some_places() -> None:
    holder = acme("devi", grants=(hand(words=("deploy",), services=("shop",), environments=("production",)),))
    assert allowed(holder, "deploy", "shop", "production")
    assert not allowed(holder, "deploy", "search", "production")
    assert not allowed(holder, "lock", "shop", "production")


def test_a_grant_by_hand_of_a_role_may_be_for_some_places() -> None:
    holder = acme("devi", grants=(hand(role="operator", services=("shop",)),))
    assert allowed(holder, "freeze", "shop", "production")
    assert not allowed(holder, "freeze", "gateway", "production")
    assert not allowed(acme("devi", grants=(hand(role="nothing"),)), "freeze", "shop", "production")


def test_a_grant_by_hand_gives_no_more_than_the_role_and_no_more_than_its_own_places() -> None:
    holder = acme("devi", grants=(hand(role="developer", environments=("production",)),))
    assert not allowed(replace(holder, roles=frozenset()), "deploy", "shop", "production")
    assert not allowed(replace(holder, roles=frozenset()), "deploy", "shop", "staging")
    holder = acme("mia", grants=(hand(role="operator", environments=("staging",)),))
    assert allowed(holder, "lock", "shop", "staging")
    assert not allowed(holder, "lock", "shop")


def test_a_grant_by_hand_counts_in_the_moment_in_which_it_is_given() -> None:
    assert allowed(acme("devi", grants=(hand(role="operator", given=NOW),)), "deploy", "shop", "production")


def test_a_grant_for_the_teams_one_is_on_call_for_needs_both() -> None:
    for teams, expected in ((("on-call",), True), (("platform",), False)):
        config = with_role(Role(name="watch", grants=(Grant(words=("brew",), teams=teams),)))
        for holder, on_call_now in ((acme("omar"), True), (acme("olga"), False)):
            holder = replace(holder, roles=frozenset({"watch"}))
            right = may(config, holder, "brew", service="shop", environment="staging", now=NOW)
            assert right.allowed is (expected and on_call_now)


# ---- what is said


def sentence(
    holder: Holder, word: str, service: str | None = None, environment: str | None = None
) -> tuple[str, str]:
    right = may(CONFIG, holder, word, service=service, environment=environment, now=NOW)
    assert not right.allowed
    return right.code, right.sentence


def test_a_refusal_says_what_it_takes_and_who_can_do_it() -> None:
    assert sentence(acme("dana"), "deploy", "shop", "production") == (
        "no-right",
        "You may not deploy shop to production. Omar or Olga can do it. It takes the rung solo (doing it alone) in the "
        "team storefront or the role operator. To ask for it, the rung drive is enough.",
    )
    assert sentence(acme("olga"), "pause") == (
        "no-right",
        "You may not pause everything. Omar can do it. It takes being on call.",
    )
    assert sentence(acme("dario"), "rollback", "shop", "staging") == (
        "no-right",
        "You may not roll back shop in staging. Omar, Dana or Devi can do it. It takes the role developer in the team "
        "storefront, the rung solo (doing it alone) in the team storefront, the role operator or being on call for "
        "storefront.",
    )


def test_a_right_that_nobody_was_given_is_said_to_be_nobodys() -> None:
    assert sentence(acme("omar"), "erase", "shop") == (
        "no-right",
        "You may not erase shop. Nobody has been given that right.",
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "guest",
            "Grail is for full members of this workspace; a guest gets nothing from it. "
            "Ask someone of the team to do it for you.",
        ),
        (
            "stranger",
            "Grail is for the people of this workspace; in a shared channel it does nothing for others. "
            "Ask someone of the team to do it for you.",
        ),
        ("bot", "Grail takes nothing from bots. Let a person ask."),
    ],
)
def test_outsiders_are_told_that_they_get_nothing(kind: Kind, said: str) -> None:
    assert sentence(acme("omar", kind=kind), "status", "shop") == (kind, said)


def test_who_cannot_be_known_is_told_why() -> None:
    for holder in (
        Holder("T1", "U1", kind="unknown", unknown=("Slack",)),
        Holder("T1", "U1", unknown=("Slack",)),
    ):
        assert sentence(holder, "deploy", "shop", "staging") == (
            "cannot-say",
            "You may not deploy shop to staging: Slack cannot say who you are right now, so nothing is changed for "
            "you. Try again in a minute. Omar, Dana or Devi can do it.",
        )


def test_when_nobody_can_say_who_is_in_a_group_what_the_group_would_give_is_refused_with_the_reason() -> None:
    role = Role(name="deployers", held_by=HeldBy(groups=("deployers",)), grants=(Grant(words=("deploy",)),))
    config, holder = with_role(role), acme("mia", unknown=("Slack",))
    right = may(config, holder, "deploy", service="shop", environment="production", now=NOW)
    assert (right.code, right.sentence) == (
        "cannot-say",
        "You may not deploy shop to production as far as is known: Slack cannot say which groups you are in. "
        "Try again in a minute. Omar or Olga can do it.",
    )
    # What no group gives is refused for what it is.
    assert may(config, holder, "lock", service="shop", environment="production", now=NOW).code == "no-right"


def test_a_person_whom_config_yaml_does_not_know_is_told_so() -> None:
    assert sentence(Holder("T1", "U9", email="new@example.com"), "deploy", "shop", "staging") == (
        "unknown-person",
        "You may not deploy shop to staging: config.yaml does not know new@example.com. Let it be added there under "
        "people. Omar, Dana or Devi can do it.",
    )


def test_a_person_without_an_e_mail_is_told_so() -> None:
    assert sentence(Holder("T1", "U9"), "deploy", "shop", "staging") == (
        "unknown-person",
        "You may not deploy shop to staging: Slack gives no e-mail address of yours, and config.yaml knows people by "
        "it. Add one to your Slack profile, or let the app have the scope users:read.email. "
        "Omar, Dana or Devi can do it.",
    )


def test_a_role_that_config_yaml_does_not_know_gives_nothing_and_is_named() -> None:
    assert sentence(acme("mia", roles=frozenset({"boss"})), "deploy", "shop", "staging") == (
        "unknown-role",
        "You may not deploy shop to staging: config.yaml does not say what the role boss may do. Let it be added "
        "there under roles. Omar, Dana or Devi can do it.",
    )


def test_whose_rights_rest_is_told_why() -> None:
    why = "your e-mail address changed from omar@example.com to dana@example.com"
    assert sentence(acme("dana", suspended=why), "deploy", "shop", "staging") == (
        "suspended",
        "You may not deploy shop to staging: your rights rest, because your e-mail address changed from "
        "omar@example.com to dana@example.com. Ask an admin to confirm who you are.",
    )


def test_a_place_that_does_not_exist_is_named() -> None:
    assert sentence(acme("omar"), "deploy", "shpo", "staging") == (
        "unknown-place",
        "There is nothing to do it to: no service shpo. `status` shows what there is.",
    )
    assert sentence(acme("omar"), "deploy", "shop", "moon") == (
        "unknown-place",
        "There is nothing to do it to: shop has no environment moon. `status` shows what there is.",
    )
    assert sentence(acme("omar"), "deploy", None, "moon") == (
        "unknown-place",
        "There is nothing to do it to: no environment moon. `status` shows what there is.",
    )


def test_an_environment_of_every_service_is_a_place_too() -> None:
    assert may(CONFIG, acme("omar"), "freeze", environment="production", now=NOW).allowed
    assert sentence(acme("dana"), "deploy", None, "staging")[1].startswith(
        "You may not deploy staging of every service."
    )


# ---- before all words are there


def somewhere(name: str, word: str, service: str | None = None) -> bool:
    return may_somewhere(CONFIG, acme(name), word, service=service, now=NOW).allowed


def test_who_may_somewhere_is_asked_for_the_words_that_are_missing() -> None:
    assert somewhere("dana", "deploy")
    assert somewhere("dana", "deploy", "shop")
    assert not somewhere("dana", "deploy", "gateway")
    assert not somewhere("mia", "deploy")
    assert somewhere("omar", "pause")
    refused = may_somewhere(CONFIG, acme("dana"), "deploy", service="gateway", now=NOW)
    assert refused.sentence == (
        "You may not deploy gateway. Omar or Olga can do it. It takes the rung solo (doing it alone) in the team "
        "platform or the role operator. To ask for it, the rung drive is enough."
    )


# ---- help and whoami


def test_words_and_places_are_exactly_what_may_says() -> None:
    known = sorted(
        {word for role in CONFIG.roles.values() for grant in role.grants for word in grant.words} - {"*"}
    )
    everywhere = [(s.name, e) for s in CONFIG.services.values() for e in s.environments]
    for name in ("dana", "devi", "dario", "omar", "olga", "mia"):
        holder = acme(name)
        for word in known:
            there = [(s, e) for s, e in everywhere if allowed(holder, word, s, e)]
            assert places(CONFIG, holder, word, NOW) == there
            assert (word in words(CONFIG, holder, NOW)) == bool(there or allowed(holder, word))


def test_words_of_a_wildcard_are_those_that_there_are() -> None:
    holder = acme("mia", roles=frozenset({"admin"}))
    assert words(CONFIG, holder, NOW, ["deploy", "brew"]) == {"deploy", "brew"}
    assert "*" not in words(CONFIG, holder, NOW)


def test_a_developer_sees_no_word_of_an_operator() -> None:
    mine = words(CONFIG, acme("dana"), NOW)
    assert {"help", "status", "deploy"} <= mine
    assert not mine & {"freeze", "pause", "approve", "wire"}
    assert places(CONFIG, acme("dana"), "deploy", NOW) == [("shop", "staging"), ("search", "staging")]


# ---- what always holds

patterns = st.lists(
    st.sampled_from(["*", "s*", "shop", "gateway", "deploy", "own", "on-call", "prod*"]), max_size=3
)
grants = st.builds(
    Grant,
    words=st.lists(st.sampled_from(["*", "deploy", "lock", "p*"]), min_size=1, max_size=2).map(tuple),
    teams=patterns.map(tuple),
    services=patterns.map(tuple),
    environments=patterns.map(tuple),
)
held = st.builds(
    HeldBy,
    everyone=st.booleans(),
    groups=st.sampled_from([(), ("deployers",)]),
    on_call=st.sampled_from([(), ("*",), ("storefront",)]),
    rungs=st.sampled_from([(), ("solo",), ("watch", "solo")]),
)
some_roles = st.dictionaries(
    st.sampled_from(["developer", "operator", "viewer"]),
    st.tuples(st.lists(grants, max_size=3), held),
    max_size=3,
)
holders = st.builds(
    Holder,
    team_id=st.just("T1"),
    user_id=st.just("U1"),
    email=st.sampled_from([None, "dana@example.com", "new@example.com"]),
    roles=st.frozensets(st.sampled_from(["developer", "operator"])),
    teams=st.frozensets(st.sampled_from(["storefront", "platform"])),
    rung=st.sampled_from([None, "watch", "solo"]),
    groups=st.frozensets(st.sampled_from(["deployers", "S1"])),
    on_call=st.frozensets(st.sampled_from(["storefront"])),
    suspended=st.sampled_from([None, "your e-mail address changed"]),
)
asked = st.tuples(
    st.sampled_from(["deploy", "lock", "pause", "rollback"]),
    st.sampled_from([(None, None), ("shop", None), ("shop", "staging"), ("gateway", "production")]),
)


def config_of(drawn: dict[str, tuple[list[Grant], HeldBy]]) -> Config:
    made = {name: Role(name=name, grants=tuple(g), held_by=by) for name, (g, by) in drawn.items()}
    return CONFIG.model_copy(update={"roles": made})


def ask(
    config: Config, holder: Holder, what: tuple[str, tuple[str | None, str | None]], now: float = NOW
) -> bool:
    word, (service, environment) = what
    return may(config, holder, word, service=service, environment=environment, now=now).allowed


@given(some_roles, holders, asked, st.sampled_from(["guest", "stranger", "bot", "unknown"]))
def test_outsiders_never_get_anything(drawn: Any, holder: Holder, what: Any, kind: Kind) -> None:
    everything = hand(words=("*",))
    assert not ask(config_of(drawn), replace(holder, kind=kind, grants=(everything,)), what)


@given(some_roles, holders, asked)
def test_a_system_that_cannot_say_never_grants(drawn: Any, holder: Holder, what: Any) -> None:
    config = config_of(drawn)
    unsaid = replace(holder, groups=frozenset(), unknown=("Slack",))
    assert ask(config, unsaid, what) <= ask(config, holder, what)
    # Who is not even known gets what every member gets, and no more.
    nobody = Holder("T1", "U1", unknown=("Slack",))
    assert ask(config, nobody, what) <= ask(config, Holder("T1", "U2"), what)


@given(some_roles, holders, asked, grants)
def test_a_grant_past_its_end_never_counts(drawn: Any, holder: Holder, what: Any, grant: Grant) -> None:
    config = config_of(drawn)
    ended = hand(words=grant.words, services=grant.services, until=NOW)
    assert ask(config, replace(holder, grants=(ended,)), what) == ask(config, holder, what)


@given(some_roles, holders, asked, grants, st.sampled_from(["developer", "operator", "viewer"]))
def test_one_more_grant_never_takes_a_right_away(
    drawn: Any, holder: Holder, what: Any, grant: Grant, to: str
) -> None:
    before, by = drawn.get(to, ([], HeldBy()))
    more = {**drawn, to: ([*before, grant], by)}
    assert ask(config_of(drawn), holder, what) <= ask(config_of(more), holder, what)
    by_hand = replace(holder, grants=(hand(words=grant.words),))
    assert ask(config_of(drawn), holder, what) <= ask(config_of(drawn), by_hand, what)


@given(some_roles, holders, asked)
def test_rights_that_rest_are_never_more_than_rights_that_do_not(
    drawn: Any, holder: Holder, what: Any
) -> None:
    resting = replace(holder, suspended="your e-mail address changed")
    assert ask(config_of(drawn), resting, what) <= ask(
        config_of(drawn), replace(holder, suspended=None), what
    )


@given(some_roles, holders, asked)
def test_a_refusal_always_says_something_and_never_fails(drawn: Any, holder: Holder, what: Any) -> None:
    word, (service, environment) = what
    right = may(config_of(drawn), holder, word, service=service, environment=environment, now=NOW)
    assert right.sentence.endswith(".")
    assert right.code


def test_who_can_help_is_who_is_on_call_by_an_override() -> None:
    over = Override("o-1", "storefront", "olga@example.com", NOW - 60, NOW + 60, "U1", "Mia", NOW - 60)
    dana = acme("dana", overrides=(over,))
    assert "Olga can do it." in may(CONFIG, dana, "pause", now=NOW).sentence
    assert able(CONFIG, dana, "override", service="shop", now=NOW) == ["Olga", "Omar"]
    assert able(CONFIG, acme("omar"), "override", service="shop", now=NOW) == ["Omar", "Olga"]

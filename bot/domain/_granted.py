"""Who holds what, and whether a grant covers a place: the reckoning under rights.py.

Everything that has to be asked elsewhere stands in the Holder already. Grants only add up.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from bot.config import Config, Grant, Role
from bot.domain.oncall import Override

Kind = Literal["member", "guest", "stranger", "bot", "unknown"]

OWN = "own"  # as a team in a grant: the person's own team
ON_CALL = "on-call"  # as a team in a grant: the teams that the person is on call for now
NETTED, ASK = (
    "deploy",
    "ask",
)  # who may `ask` may begin a deploy that waits for the tap of who may `deploy` alone
EMERGENCY = "rollback"  # whoever is on call for a service may always do this, whatever config.yaml grants


@dataclass(frozen=True)
class HandGrant:
    """A right given by hand: a role, or words, perhaps only in some places; with a reason and an end."""

    id: str
    email: str
    by: str
    reason: str
    given: float
    until: float
    role: str | None = None
    words: tuple[str, ...] = ()
    services: tuple[str, ...] = ("*",)
    environments: tuple[str, ...] = ("*",)


@dataclass(frozen=True)
class Holder:
    """Someone who asks, and all that is known of them.

    kind: unknown when Slack could not say. roles: those that config.yaml gives to the e-mail. groups: ids and
    handles of the Slack user groups. on_call: rotations, now. suspended: why the rights that hang on the
    e-mail rest, as half a sentence. unknown: the systems that could not say. overrides: those of
    anybody that hold now.
    """

    team_id: str
    user_id: str
    email: str | None = None
    name: str = ""
    zone: str = "UTC"
    kind: Kind = "member"
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    rung: str | None = None
    groups: frozenset[str] = frozenset()
    on_call: frozenset[str] = frozenset()
    suspended: str | None = None
    unknown: tuple[str, ...] = ()
    grants: tuple[HandGrant, ...] = ()
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True)
class Right:
    """The answer. `sentence` says why, for the person, and who can help; `code` is for programs."""

    allowed: bool
    sentence: str
    code: str


@dataclass(frozen=True)
class Place:
    """Where a word is used. No service: everything. No environment: all of the service's."""

    service: str | None = None
    environment: str | None = None


@dataclass(frozen=True)
class _Source:
    """One grant that counts for somebody, and by which role or hand it came."""

    grant: Grant
    by: str
    limits: HandGrant | None = field(default=None)


def granted(config: Config, holder: Holder, word: str, place: Place, now: float) -> str | None:
    """By what this person may, such as "the role operator"; None when not."""
    if holder.kind != "member" or not exists(config, place):
        return None
    if word == EMERGENCY and _on_call_for(config, holder, place.service):
        return "you are on call for it"
    for source in _sources(config, holder, now):
        if _covers(config, holder, source, word, place):
            return source.by
    if (
        place.service is not None and place.environment is None
    ):  # perhaps one environment by this, another by that
        each = [
            granted(config, holder, word, Place(place.service, name), now)
            for name in config.services[place.service].environments
        ]
        return " and ".join(dict.fromkeys(by for by in each if by)) if all(each) else None
    return None


def roles(config: Config, holder: Holder) -> frozenset[str]:
    """The names of all roles that this person holds now, in whichever way; grants by hand are not counted."""
    return frozenset(name for name, role in config.roles.items() if _held_by(role, holder))


def exists(config: Config, place: Place) -> bool:
    if place.service is None:
        return place.environment is None or any(
            place.environment in service.environments for service in config.services.values()
        )
    service = config.services.get(place.service)
    return service is not None and (place.environment is None or place.environment in service.environments)


def matches(patterns: Collection[str], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _held_by(role: Role, holder: Holder) -> str | None:
    """How: "the role developer", "the rung solo" …; None when not held."""
    if holder.kind != "member":
        return None
    by = role.held_by
    if by.everyone:
        return "every member may"
    if holder.groups & {group.lstrip("@") for group in by.groups}:
        return f"the role {role.name}, through a user group"
    if holder.suspended:  # all that follows hangs on the e-mail
        return None
    if role.name in holder.roles:
        return f"the role {role.name}"
    if holder.rung is not None and holder.rung in by.rungs:
        return f"the rung {holder.rung}"
    if holder.on_call and ("*" in by.on_call or holder.on_call & set(by.on_call)):
        return "you are on call now"
    return None


def _sources(config: Config, holder: Holder, now: float) -> Iterator[_Source]:
    for role in config.roles.values():
        if by := _held_by(role, holder):
            for grant in role.grants:
                yield _Source(grant, by)
    for hand in holder.grants:
        if holder.suspended or not hand.given <= now < hand.until:
            continue
        by = f"granted by {hand.by}: {hand.reason}"
        if hand.words:
            yield _Source(Grant(words=hand.words), by, hand)
        role_ = config.roles.get(hand.role) if hand.role else None
        for grant in role_.grants if role_ else ():
            yield _Source(grant, by, hand)


def _covers(config: Config, holder: Holder, source: _Source, word: str, place: Place) -> bool:
    grant, limits = source.grant, source.limits
    if not matches(grant.words, word):
        return False
    services = [grant.services] + ([limits.services] if limits else [])
    environments = [grant.environments] + ([limits.environments] if limits else [])
    if place.service is None:  # every service, in all environments or in one
        wide = all("*" in patterns for patterns in (grant.teams, *services))
        return wide and all(
            "*" in patterns if place.environment is None else matches(patterns, place.environment)
            for patterns in environments
        )
    if not all(matches(patterns, place.service) for patterns in services):
        return False
    if not _team_fits(config, holder, grant, config.services[place.service].team):
        return False
    if place.environment is None:
        return all("*" in patterns for patterns in environments)
    return all(matches(patterns, place.environment) for patterns in environments)


def _team_fits(config: Config, holder: Holder, grant: Grant, team: str) -> bool:
    if matches([pattern for pattern in grant.teams if pattern not in (OWN, ON_CALL)], team):
        return True
    if holder.suspended:
        return False
    if OWN in grant.teams and team in holder.teams:
        return True
    return ON_CALL in grant.teams and _rotation(config, team) in holder.on_call


def _on_call_for(config: Config, holder: Holder, service: str | None) -> bool:
    return (
        service is not None
        and not holder.suspended
        and _rotation(config, config.services[service].team) in holder.on_call
    )


def _rotation(config: Config, team: str) -> str | None:
    known = config.teams.get(team)
    return known.rotation if known else None

"""Says no like a colleague: what is not allowed, why, what it takes, and who can do it."""

from bot.config import Config, Grant, Person, Role
from bot.domain._granted import (
    ASK,
    EMERGENCY,
    NETTED,
    ON_CALL,
    OWN,
    Holder,
    Place,
    Right,
    exists,
    granted,
    matches,
)
from bot.domain.rotations import on_call
from bot.domain.rungs import explained

_OUTSIDERS = {
    "guest": "Grail is for full members of this workspace; a guest gets nothing from it. "
    "Ask someone of the team to do it for you.",
    "stranger": "Grail is for the people of this workspace; in a shared channel it does nothing for others. "
    "Ask someone of the team to do it for you.",
    "bot": "Grail takes nothing from bots. Let a person ask.",
}

_PHRASES = {
    "cancel": "cancel a deploy of",
    "run": "run an action of",
    "approve": "approve a deploy of",
    "reject": "reject a deploy of",
    "rollback": "roll back",
    "enforce": "set the gates of",
    "waive": "waive a gate of",
    "override": "override the rotation of",
    "cover": "ask for cover on the rotation of",
}
_WITHOUT_PLACE = {
    "pause": "pause everything",
    "resume": "resume what is paused",
    "audit": "read the audit of everything",
    "retry": "have work tried again",
    "freeze": "freeze everything",
    "thaw": "thaw everything",
    "lock": "lock everything",
    "unlock": "unlock everything",
    "person": "decide about rights of people",
}


def refused(config: Config, holder: Holder, word: str, place: Place, now: float) -> Right:
    """Why this person may not."""
    if holder.kind in _OUTSIDERS:
        return Right(False, _OUTSIDERS[holder.kind], holder.kind)
    if not exists(config, place):
        known = place.service in config.services
        what = (
            f"{place.service} has no environment {place.environment}"
            if known
            else f"no service {place.service}"
            if place.service
            else f"no environment {place.environment}"
        )
        return Right(
            False, f"There is nothing to do it to: {what}. `status` shows what there is.", "unknown-place"
        )
    code, why, hint = _reason(config, holder, by_group=_by_group(config, word, place))
    takes = "" if why else _takes(config, word, place)
    takes += _net(config, word, place) if not why else ""
    helpers = "" if code == "suspended" else _who_can(config, holder, word, place, now)
    # Who can do it is what helps; what it takes is for another day.
    return Right(False, f"You may not {_what(word, place)}{why}.{hint}{helpers}{takes}", code)


def _reason(config: Config, holder: Holder, *, by_group: bool) -> tuple[str, str, str]:
    """Code, what to add to the sentence, and what to do next."""
    systems = " and ".join(holder.unknown) or "Slack"
    again = " Try again in a minute."
    if holder.kind == "unknown" or (holder.unknown and holder.email is None):
        return (
            "cannot-say",
            f": {systems} cannot say who you are right now, so nothing is changed for you",
            again,
        )
    if holder.suspended:
        return (
            "suspended",
            f": your rights rest, because {holder.suspended}",
            " Ask an admin to confirm who you are.",
        )
    if holder.unknown and by_group:
        return "cannot-say", f" as far as is known: {systems} cannot say which groups you are in", again
    if holder.email is None:
        hint = " Add one to your Slack profile, or let the app have the scope users:read.email."
        return (
            "unknown-person",
            ": Slack gives no e-mail address of yours, and config.yaml knows people by it",
            hint,
        )
    if holder.email not in config.people and not holder.grants:
        hint = " Let it be added there under people."
        return "unknown-person", f": config.yaml does not know {holder.email}", hint
    if lost := sorted(role for role in holder.roles if role not in config.roles):
        hint = " Let it be added there under roles."
        return "unknown-role", f": config.yaml does not say what the role {lost[0]} may do", hint
    return "no-right", "", ""


def _what(word: str, place: Place) -> str:
    if place.service is None and place.environment is not None:
        return f"{word} {place.environment} of every service"
    if place.service is None:
        return _WITHOUT_PLACE.get(word, f"use {word}")
    phrase = f"{_PHRASES.get(word, word)} {place.service}"
    if place.environment is None:
        return phrase
    return f"{phrase} {'to' if word in ('deploy', 'promote') else 'in'} {place.environment}"


def _takes(config: Config, word: str, place: Place) -> str:
    ways = [way for role in config.roles.values() for way in _ways(config, role, word, place)]
    if word == EMERGENCY and place.service is not None:
        team = config.services[place.service].team
        known = config.teams.get(team)
        ways += [f"being on call for {team}"] if known and known.rotation else []
    return f" It takes {_or(list(dict.fromkeys(ways)))}." if ways else " Nobody has been given that right."


def _net(config: Config, word: str, place: Place) -> str:
    """How one may at least ask for it."""
    if word != NETTED:
        return ""
    ways = [way for role in config.roles.values() for way in _ways(config, role, ASK, place, brief=True)]
    if not ways:
        return ""
    return f" To ask for it, {_or(list(dict.fromkeys(ways)))} is enough."


def _ways(config: Config, role: Role, word: str, place: Place, *, brief: bool = False) -> list[str]:
    """How one gets this right by this role, as people say it; none when the role does not give it.

    brief: without the team and without what a rung means.
    """
    grants = [grant for grant in role.grants if _would(config, grant, word, place)]
    if not grants:
        return []
    team = config.services[place.service].team if place.service else ""
    only_own = all(OWN in grant.teams and not matches(_named(grant), team) for grant in grants)
    of = f" in the team {team}" if only_own and team and not brief else ""
    by = role.held_by
    ways = (
        [f"the role {role.name}{of}"] if any(role.name in one.roles for one in config.people.values()) else []
    )
    ways += [f"the user group @{group.lstrip('@')}{of}" for group in by.groups]
    ways += [f"the rung {rung if brief else explained(rung)}{of}" for rung in by.rungs]
    ways += ["being on call" + (f" for {team}" if team else "")] if by.on_call else []
    return ways


def _would(config: Config, grant: Grant, word: str, place: Place) -> bool:
    """Whether the grant gives it to somebody, whatever their team."""
    if not matches(grant.words, word):
        return False
    if place.service is None:
        wide = "*" in grant.teams and "*" in grant.services
        return wide and ("*" in grant.environments or matches(grant.environments, place.environment or "*"))
    team = config.services[place.service].team
    known = config.teams.get(team)
    watched = ON_CALL in grant.teams and known is not None and known.rotation is not None
    if not (OWN in grant.teams or watched or matches(_named(grant), team)):
        return False
    if not matches(grant.services, place.service):
        return False
    return (
        "*" in grant.environments
        if place.environment is None
        else matches(grant.environments, place.environment)
    )


def _by_group(config: Config, word: str, place: Place) -> bool:
    """Whether being in a user group could give it."""
    return any(role.held_by.groups and _ways(config, role, word, place) for role in config.roles.values())


def _named(grant: Grant) -> list[str]:
    return [pattern for pattern in grant.teams if pattern not in (OWN, ON_CALL)]


def _who_can(config: Config, holder: Holder, word: str, place: Place, now: float) -> str:
    """` Omar or Olga can do it.`: at most three, who is on call first."""
    names = able(config, holder, word, place, now)
    return f" {_or(names[:3])} can do it." if names else ""


def able(config: Config, holder: Holder, word: str, place: Place, now: float) -> list[str]:
    """The names of all others who may use this word there, who is on call first."""
    return [person.name for person in others(config, holder, word, place, now)]


def others(config: Config, holder: Holder, word: str, place: Place, now: float) -> list[Person]:
    """All others who may use this word there, who is on call first."""
    found: list[tuple[bool, Person]] = []
    for person in config.people.values():
        rotations = on_call(config, person.email, now, overrides=holder.overrides)
        other = Holder(
            team_id=holder.team_id,
            user_id="",
            email=person.email,
            roles=frozenset(person.roles),
            teams=frozenset([person.team] if person.team else []),
            rung=person.rung,
            on_call=rotations,
        )
        if person.email != holder.email and granted(config, other, word, place, now):
            found.append((not rotations, person))
    return [person for _, person in sorted(found, key=lambda one: one[0])]


def _or(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " or " + parts[-1]

"""What became different between two configurations, as sentences; and apart from that, who may now do what."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from bot.config.models import Config, Grant, HeldBy, Person, Role
from bot.config.values import shown

_MOST = 12


def changes(old: Config, new: Config) -> list[str]:
    """One sentence for each thing, in the order of the file; empty when nothing that counts is different."""
    return list(_between("", old, new))


def rights_changes(old: Config, new: Config) -> list[str]:
    """What changed in who may do what: roles, who holds them, and who is on call. For the audit."""
    return [
        *_of_roles(old.roles, new.roles),
        *_of_people(old.people, new.people),
        *_of_rotations(old, new),
        *_of_teams(old, new),
    ]


def _between(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, BaseModel) and isinstance(new, BaseModel) and type(old) is type(new):
        for field in type(old).model_fields:
            if not (field == "version" or (field == "recipe" and path.startswith("services"))):
                yield from _between(f"{path}.{field}".lstrip("."), getattr(old, field), getattr(new, field))
            elif field == "recipe" and old.recipe.name != new.recipe.name:  # type: ignore[attr-defined]
                yield f"{path}.recipe: was {old.recipe.name}, is {new.recipe.name}."  # type: ignore[attr-defined]
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            here = f"{path}.{key}"
            if key not in new:
                yield f"{here}: is gone."
            elif key not in old:
                yield f"{here}: is new."
            else:
                yield from _between(here, old[key], new[key])
    elif _plain(old) and _plain(new):
        yield f"{path}: was {_said(old)}, is {_said(new)}."
    else:
        yield f"{path}: is different."


def _plain(value: Any) -> bool:
    """Whether a value can be said in a line: no steps, no grants."""
    if isinstance(value, tuple):
        return all(isinstance(part, str) for part in value)
    return value is None or isinstance(value, str | int | float)


def _said(value: Any) -> str:
    if value is None or value == ():
        return "nothing"
    if isinstance(value, tuple):
        more = f" and {len(value) - _MOST} more" if len(value) > _MOST else ""
        return ", ".join(value[:_MOST]) + more
    return f"{value:g}" if isinstance(value, float) else shown(value).strip('"')


def _of_roles(old: Mapping[str, Role], new: Mapping[str, Role]) -> Iterator[str]:
    for name in [*old, *(name for name in new if name not in old)]:
        before = set(_lines(old[name])) if name in old else set()
        after = set(_lines(new[name])) if name in new else set()
        yield from (f"The role {name} lost: {line}." for line in sorted(before - after))
        yield from (f"The role {name} gained: {line}." for line in sorted(after - before))


def _lines(role: Role) -> Iterator[str]:
    for grant in role.grants:
        yield from (f"{word} {_where(grant)}" for word in grant.words)
    yield from (f"held by {holder}" for holder in _holders(role.held_by))


def _where(grant: Grant) -> str:
    limits = {"teams": grant.teams, "services": grant.services, "environments": grant.environments}
    said = [f"{field} {', '.join(names)}" for field, names in limits.items() if "*" not in names]
    return f"in {'; '.join(said)}" if said else "everywhere"


def _holders(by: HeldBy) -> Iterator[str]:
    if by.everyone:
        yield "every member"
    yield from (f"the user group {group}" for group in by.groups)
    yield from (f"being on call for {rotation}" for rotation in by.on_call)
    yield from (f"the rung {rung}" for rung in by.rungs)


def _of_people(old: Mapping[str, Person], new: Mapping[str, Person]) -> Iterator[str]:
    for email in [*old, *(email for email in new if email not in old)]:
        before = set(_held(old[email])) if email in old else set()
        after = set(_held(new[email])) if email in new else set()
        yield from (f"{email} lost {what}." for what in sorted(before - after))
        yield from (f"{email} gained {what}." for what in sorted(after - before))


def _held(person: Person) -> Iterator[str]:
    yield from (f"the role {role}" for role in person.roles)
    if person.team:
        yield f"the team {person.team}"
    if person.rung:
        yield f"the rung {person.rung}"


def _of_rotations(old: Config, new: Config) -> Iterator[str]:
    for name in [*old.rotations, *(name for name in new.rotations if name not in old.rotations)]:
        before, after = old.rotations.get(name), new.rotations.get(name)
        if before != after:
            was = ", ".join(before.people) if before else "nobody"
            yield f"The rotation {name} changed: it was {was}, and is {', '.join(after.people) if after else 'nobody'}."


def _of_teams(old: Config, new: Config) -> Iterator[str]:
    for name in [*old.services, *(name for name in new.services if name not in old.services)]:
        before, after = old.services.get(name), new.services.get(name)
        if before and after and before.team != after.team:
            yield f"The service {name} went from the team {before.team} to {after.team}."
    for name, team in new.teams.items():
        if name in old.teams and old.teams[name].rotation != team.rotation:
            was = old.teams[name].rotation or "none"
            yield f"The team {name} went from the rotation {was} to {team.rotation or 'none'}."

"""What must hold between the parts of config.yaml: every name that is used is defined, and nothing is a secret.

Looks at what is written, so that it finds its faults also when the models have found others.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.config import addresses
from bot.config.faults import a, suggestion
from bot.config.rotation_checks import rotation_faults
from bot.config.values import shown

Data = Mapping[str, Any]

RESERVED_TEAMS = ("own", "on-call")
FILLED_IN = ("service", "environment", "commit", "ref", "previous", "deploy", "action", "by")

_SECRET_KEY = re.compile(
    r"(?i)(^|[_.-])(secrets?|tokens?|passw(or)?d|passphrase|credentials?|api[_-]?key|private[_-]?key|access[_-]?key)$"
)
_SECRET_VALUE = re.compile(
    r"xox[abeprs]-|xapp-\d|gh[pousr]_[A-Za-z0-9]{20}|github_pat_|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|://[^/\s:@]+:[^/\s:@]+@"
)
_HOLE = re.compile(r"\{([a-z_]+)\}")


def cross_faults(data: Data, words: Collection[str] | None) -> list[str]:
    """words: those that commands begin with, where they are known."""
    return [
        *_secrets(data, ""),
        *_of_services(data),
        *_of_teams_and_people(data),
        *_of_roles(data, words),
        *_of_recipes(data),
    ]


def _of_services(data: Data) -> Iterator[str]:
    services = _blocks(data, "services")
    for name, service in services.items():
        path = f"services.{name}"
        yield from _known(f"{path}.team", service.get("team"), "team", _keys(data, "teams"))
        for index, other in enumerate(_list(service.get("depends_on"))):
            yield from _known(f"{path}.depends_on.{index}", other, "service", list(services))
        if (id := service.get("pagerduty")) is not None:
            first = next(one for one, block in services.items() if block.get("pagerduty") == id)
            if first != name:
                yield f"{path}.pagerduty: is that of {first} already; each PagerDuty service belongs to one"
        if _reaches(services, name, name, set()):
            yield f"{path}.depends_on: leads back to {name} itself"
        yield from _no_option(f"{path}.main", service.get("main"))
        for environment, block in _blocks(service, "environments").items():
            yield from _no_option(f"{path}.environments.{environment}.ref", block.get("ref"))
            yield from _of_driver(f"{path}.environments.{environment}", block)
            yield from _of_url(f"{path}.environments.{environment}.url", block, _blocks(data, "recipes"))
            yield from _of_watch(f"{path}.environments.{environment}.watch", block, _blocks(data, "recipes"))
            yield from _of_order(
                f"{path}.environments.{environment}", environment, _blocks(service, "environments")
            )


def _of_order(path: str, name: str, environments: Mapping[str, Data]) -> Iterator[str]:
    """The environment that comes before is another one of this service, and does not wait for this one itself."""
    first = _comes_after(environments[name])
    if first is None:
        return
    here = f"{path}.gates.after.environment"
    yield from _known(here, first, "environment", list(environments))
    seen = [name]
    before: Any = first
    while isinstance(before, str) and before in environments:
        if before in seen:
            if before == name:
                yield f"{here}: leads back to {name} itself"
            return
        seen.append(before)
        before = _comes_after(environments[before])


def _comes_after(environment: Data) -> Any:
    return _mapping(_mapping(environment.get("gates")).get("after")).get("environment")


def _of_driver(path: str, environment: Data) -> Iterator[str]:
    """Each driver needs the block that says how."""
    driver = environment.get("driver", "recipe")
    for kind, block in (("recipe", "recipe"), ("github_actions", "github")):
        if driver == kind and block not in environment:
            yield f"{path}.{block}: is missing"
        elif driver in ("recipe", "github_actions") and driver != kind and block in environment:
            yield f"{path}.{block}: is of no use, for the driver is {driver}; leave one of both out"
    github = _mapping(environment.get("github"))
    flows = {"": github, **{f".actions.{name}": flow for name, flow in _blocks(github, "actions").items()}}
    for where, flow in flows.items():
        inputs = flow.get("inputs")
        if isinstance(inputs, dict) and "{deploy}" not in inputs.values():
            yield (
                f"{path}.github{where}.inputs: no input is {{deploy}}; the run is found by it, so name one and show it "
                "in the workflow's run-name"
            )
        for name, value in _mapping(inputs).items():
            for hole in _HOLE.findall(value) if isinstance(value, str) else []:
                if hole not in FILLED_IN:
                    yield (
                        f"{path}.github{where}.inputs.{name}: nothing is known as {{{hole}}}"
                        f"{suggestion(hole, list(FILLED_IN))}"
                    )
    yield from _no_option(f"{path}.github.ref", github.get("ref"))


def _of_url(path: str, environment: Data, recipes: Mapping[str, Data]) -> Iterator[str]:
    recipe = environment.get("recipe")
    passed = _list(recipes.get(recipe, {}).get("pass_env")) if isinstance(recipe, str) else []
    known = [*addresses.NAMES, *(name for name in passed if isinstance(name, str))]
    url = environment.get("url")
    for hole in addresses.holes(url) if isinstance(url, str) else []:
        if hole not in known:
            yield (
                f"{path}: nothing is known as {{{hole}}}; allowed: {', '.join(f'{{{name}}}' for name in known)} "
                "(a variable has to stand in the recipe's pass_env)"
            )


def _of_watch(path: str, environment: Data, recipes: Mapping[str, Data]) -> Iterator[str]:
    """It has to know whom to ask."""
    watch, recipe = environment.get("watch"), environment.get("recipe")
    if not isinstance(watch, dict):
        return
    if isinstance(watch.get("url"), str):
        yield from _of_url(f"{path}.url", {"url": watch["url"], "recipe": recipe}, recipes)
    elif not (isinstance(recipe, str) and _mapping(recipes.get(recipe)).get("health")):
        yield f"{path}: nothing says how its health is asked for; give it a url, or the recipe a health"


def _of_teams_and_people(data: Data) -> Iterator[str]:
    teams, rotations, people = _blocks(data, "teams"), _keys(data, "rotations"), _blocks(data, "people")
    for name, team in teams.items():
        if name in RESERVED_TEAMS:
            yield f"teams.{name}: means something in a grant; give the team another name"
        if team.get("rotation") is not None:
            yield from _known(f"teams.{name}.rotation", team["rotation"], "rotation", rotations)
    seen: dict[str, str] = {}
    for email, person in people.items():
        if (first := seen.setdefault(email.lower(), email)) != email:
            yield f"people.{email}: is the same address as {first}; keep one"
        if person.get("team") is not None:
            yield from _known(f"people.{email}.team", person["team"], "team", list(teams))
        for index, role in enumerate(_list(person.get("roles"))):
            yield from _known(f"people.{email}.roles.{index}", role, "role", _keys(data, "roles"))
    yield from rotation_faults(_blocks(data, "rotations"), list(seen), _known)


def _of_roles(data: Data, words: Collection[str] | None) -> Iterator[str]:
    services = _blocks(data, "services")
    places = {
        "teams": [*_keys(data, "teams"), *RESERVED_TEAMS],
        "services": list(services),
        "environments": sorted(
            {name for service in services.values() for name in _blocks(service, "environments")}
        ),
    }
    if words is not None:
        places["words"] = sorted(words)
    for name, role in _blocks(data, "roles").items():
        held_by = role.get("held_by")
        for index, rotation in enumerate(_list(held_by.get("on_call")) if isinstance(held_by, dict) else []):
            if rotation != "*":
                path = f"roles.{name}.held_by.on_call.{index}"
                yield from _known(path, rotation, "rotation", _keys(data, "rotations"))
        for number, grant in enumerate(_list(role.get("grants"))):
            for field, allowed in places.items():
                for index, pattern in enumerate(_list(grant.get(field)) if isinstance(grant, dict) else []):
                    if isinstance(pattern, str) and not any(
                        fnmatchcase(word, pattern) for word in [*allowed, "*"]
                    ):
                        path = f"roles.{name}.grants.{number}.{field}.{index}"
                        yield from _known(path, pattern, field.rstrip("s"), allowed)


def _of_recipes(data: Data) -> Iterator[str]:
    for name, recipe in _blocks(data, "recipes").items():
        if not recipe.get("deploy"):
            yield f"recipes.{name}.deploy: has no step; a recipe needs at least one"
        stages = {stage: recipe.get(stage) for stage in ("prepare", "deploy", "check", "rollback")}
        stages |= {f"actions.{action}": steps for action, steps in _mapping(recipe.get("actions")).items()}
        for stage, steps in stages.items():
            for index, step in enumerate(_list(steps)):
                if isinstance(step, dict):
                    yield from _of_step(f"recipes.{name}.{stage}.{index}", step)
        for question in ("standing", "health"):
            if isinstance(step := recipe.get(question), dict):
                yield from _of_step(f"recipes.{name}.{question}", step)


def _of_step(path: str, step: Data) -> Iterator[str]:
    for index, word in enumerate(_list(step.get("run"))):
        for hole in _HOLE.findall(word) if isinstance(word, str) else []:
            whole = word == "{" + hole + "}"
            if hole in FILLED_IN and not whole:
                yield (
                    f"{path}.run.{index}: {{{hole}}} is filled in only where it is a word of its own; "
                    f"inside another one use the variable GRAIL_{hole.upper()}"
                )
            elif whole and hole not in FILLED_IN:
                yield f"{path}.run.{index}: nothing is known as {{{hole}}}{suggestion(hole, list(FILLED_IN))}"
    folder = step.get("cwd")
    if isinstance(folder, str) and (folder.startswith(("/", "~")) or ".." in folder.split("/")):
        yield f"{path}.cwd: {shown(folder)} leads out of the checkout; allowed: a folder below it"


def _secrets(node: Any, path: str) -> Iterator[str]:
    """Anything that looks like one. The value is not repeated: faults end up in logs and channels."""
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{path}.{key}".lstrip(".")
            if isinstance(value, str | int | float) and _SECRET_KEY.search(str(key)):
                yield f"{here}: looks like a secret; those come from the environment alone, never from config.yaml"
            else:
                yield from _secrets(value, here)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _secrets(value, f"{path}.{index}")
    elif isinstance(node, str) and _SECRET_VALUE.search(node):
        yield f"{path}: holds what looks like a secret; those come from the environment alone, never from config.yaml"


def _reaches(services: Mapping[str, Data], goal: str, at: str, seen: set[str]) -> bool:
    seen.add(at)
    others = [other for other in _list(services.get(at, {}).get("depends_on")) if isinstance(other, str)]
    return any(
        other == goal or (other not in seen and _reaches(services, goal, other, seen)) for other in others
    )


def _no_option(path: str, ref: Any) -> Iterator[str]:
    if isinstance(ref, str) and ref.startswith("-"):
        yield f"{path}: {shown(ref)} begins with -, which no ref may"


def _known(path: str, value: Any, kind: str, allowed: list[str]) -> Iterator[str]:
    if isinstance(value, str) and value not in allowed:
        yield f"{path}: {shown(value)} is not {a(kind)}{suggestion(value, allowed) or '; there are none yet'}"


def _blocks(data: Data, part: str) -> dict[str, Data]:
    """The well-formed blocks of one part; the models complain of the others."""
    return {key: block for key, block in _mapping(data.get(part)).items() if isinstance(block, dict)}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _keys(data: Data, part: str) -> list[str]:
    return list(_mapping(data.get(part)))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

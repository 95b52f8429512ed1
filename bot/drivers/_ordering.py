"""From an order to what the runner is told: every word of every command is settled here, before anything runs."""

import json
import pwd
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.config import Recipe
from bot.config import Step as Command
from bot.drivers import Order
from bot.errors import Conflict, NotFound

OURS = re.compile(r"(SLACK|PAGERDUTY|GITHUB|ARGOCD|JENKINS|GRAIL|REDIS)_.*")
_USERS = range(61184, 65520)  # free for services without a name of their own, by the convention of systemd


def told(order: Order, *, mirror: Path, grace: float, limit: int) -> dict[str, Any]:
    """order.json: everything that the runner does, without a secret. Raises NotFound for an unknown action."""
    return {
        "service": order.service,
        "steps": [
            {"stage": "checkout", "name": "checkout", "run": [], "timeout": 600, "env": {}, "cwd": None},
            *_commands(order),
        ],
        "rollback": [] if order.action else [_command("rollback", c, order) for c in order.recipe.rollback],
        "commit": order.commit,
        "repository": order.repository,
        "mirror": str(mirror) if mirror.exists() else None,
        "user": order.recipe.user,
        "uid": user_of(order.service, order.environment),
        "limit": limit,
        "grace": grace,
    }


def refuse_another(folder: Path, order: Order) -> None:
    """A Redis that lost everything may give a number again: nothing may be taken for what ran under it before."""
    with suppress(OSError, ValueError, KeyError):
        was = json.loads((folder / "order.json").read_text())
        here = (order.service, order.commit, user_of(order.service, order.environment))
        if (was["service"], was["commit"], was["uid"]) != here:
            raise Conflict(f"Another deploy ran as {order.deploy} on this machine.", code="number-taken")


def values_of(order: Order) -> dict[str, str]:
    """What a recipe is told: `{commit}` as a whole argument, GRAIL_COMMIT as a variable, and so on."""
    return {
        "commit": order.commit,
        "ref": order.ref,
        "service": order.service,
        "environment": order.environment,
        "deploy": order.deploy,
        "action": order.action or "",
        "previous": order.previous or "",
        "by": order.by,
    }


def _commands(order: Order) -> list[dict[str, Any]]:
    recipe = order.recipe
    if order.action is None:
        stages = (("prepare", recipe.prepare), ("deploy", recipe.deploy), ("check", recipe.check))
        return [_command(stage, command, order) for stage, commands in stages for command in commands]
    if order.action not in recipe.actions:
        there = ", ".join(sorted(recipe.actions)) or "none"
        raise NotFound(
            f"There is no action `{order.action}` for {order.service}; there is: {there}.",
            code="no-such-action",
        )
    return [_command("action", command, order) for command in recipe.actions[order.action]]


def _command(stage: str, command: Command, order: Order) -> dict[str, Any]:
    words = {"{" + name + "}": value for name, value in values_of(order).items()}
    return {
        "stage": stage,
        "name": command.name,
        "run": [words.get(argument, argument) for argument in command.run],
        "timeout": command.timeout,
        "env": dict(command.env),
        "cwd": command.cwd,
    }


def passed_on(
    recipe: Recipe, environ: Mapping[str, str], secrets: Sequence[str], say: Callable[[str], None]
) -> dict[str, str]:
    """What `pass_env` names and may have: nothing of Grail's own, by name or by value."""
    passed = {}
    for name in recipe.pass_env:
        value = environ.get(name)
        if value is None:
            say(f"The recipe {recipe.name} asks for {name}, which is not set.")
        elif OURS.fullmatch(name) or value in secrets:
            say(f"The recipe {recipe.name} asks for {name}, which is Grail's own and is not passed on.")
        else:
            passed[name] = value
    return passed


def user_of(service: str, environment: str) -> int:
    """The number of the user that steps run as where Grail is root and the recipe names none.

    One for each environment: a deploy to staging cannot look at the credentials of one to production.
    """
    start = zlib.crc32(f"{service}/{environment}".encode())
    for step in range(len(_USERS)):
        number = _USERS[(start + step) % len(_USERS)]
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number
    raise AssertionError("every user number is taken")

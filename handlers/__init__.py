"""What people can say: one file, one group of commands. A new command is a new file here and nothing else.

    from bot.slack import Command, Reply, Turn
    from bot.slack.views.text import said

    async def ping(turn: Turn) -> Reply:
        return Reply(said(f"pong, {turn.holder.name}"))

    COMMANDS = [
        Command("ping", "say whether I am there", ping, examples=["ping"]),
    ]

Routing, help, rights, the audit, "did you mean" and duplicates come with it. A file may also offer PRESSES (what its
buttons do) and FORMS (what its forms do). Files that begin with `_` are for the others to share.
"""

from importlib import import_module
from pkgutil import iter_modules

from bot.slack.registry import Registry


def load() -> Registry:
    """All that the files beside this one offer. Raises ValueError when two of them offer the same."""
    registry = Registry()
    for found in sorted(iter_modules(__path__), key=lambda module: module.name):
        if not found.name.startswith("_"):
            registry.add(import_module(f"{__name__}.{found.name}"))
    return registry

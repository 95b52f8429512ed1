"""What can be said, pressed and submitted: filled from the handlers by whoever puts Grail together."""

from types import ModuleType
from typing import TypeVar

from bot.slack import Command, Form, Press


class Registry:
    def __init__(self) -> None:
        self.commands: dict[str, Command] = {}
        self.presses: dict[str, Press] = {}
        self.forms: dict[str, Form] = {}

    def add(self, module: ModuleType) -> None:
        """Take in a handler's COMMANDS, PRESSES and FORMS. Raises ValueError when a name is taken."""
        for command in getattr(module, "COMMANDS", ()):
            _put(self.commands, command.word, command, module)
        for press in getattr(module, "PRESSES", ()):
            _put(self.presses, press.action, press, module)
        for form in getattr(module, "FORMS", ()):
            _put(self.forms, form.callback, form, module)


T = TypeVar("T")


def _put(names: dict[str, T], name: str, thing: T, module: ModuleType) -> None:
    if name in names:
        raise ValueError(f"{module.__name__} offers {name!r}, which another handler offers already")
    names[name] = thing

"""What the app sends, judged on its way in: against Slack's limits always, against its published schemas where they
are at hand. Every fault is kept for /control/violations; an app that keeps to Slack's rules leaves that list empty.
"""

from pathlib import Path
from typing import Any

from . import blockkit
from .contracts import Contracts
from .faults import Json, SlackError
from .hub import Hub
from .weather import Weather

MOST = 1_000


class Checks:
    def __init__(self, folder: Path | None, hub: Hub, weather: Weather) -> None:
        self._contracts = Contracts(folder)
        self._hub, self._weather = hub, weather
        self.violations: list[Json] = []

    def violation(self, method: str, path: str, why: str) -> None:
        if len(self.violations) < MOST:
            self.violations.append({"method": method, "path": path, "why": why})
        self._hub.tell("violation", {"count": len(self.violations)})

    def request(self, method: str, arguments: Json) -> None:
        """The arguments against the method's schema; faults are kept, nothing is refused."""
        for fault in self._contracts.request(method, arguments):
            path, _, why = fault.partition(": ")
            self.violation(method, path if why else "", why or fault)

    def answer(self, method: str, content: Json) -> None:
        """What comes through a response_url or in an acknowledgement: no method's schema, but blocks and views."""
        view = content.get("view")
        faults = (
            self._contracts.view(view) if view is not None else self._contracts.blocks(content.get("blocks"))
        )
        for fault in faults:
            path, _, why = fault.partition(": ")
            self.violation(method, path if why else "", why or fault)

    def message(self, method: str, arguments: Json) -> None:
        """Raises invalid_blocks, with the path of each fault, where Slack would."""
        self._judge(method, blockkit.message_faults(arguments), "invalid_blocks")
        if self._weather.old_blocks:
            self._refuse(blockkit.message_faults(arguments, old=True), "invalid_blocks")

    def view(self, method: str, view: Any) -> None:
        """Raises invalid_arguments (the view as such) or invalid_blocks as Slack would."""
        self._judge(method, blockkit.view_faults(view), "invalid_arguments")
        if self._weather.old_blocks:
            self._refuse(blockkit.view_faults(view, old=True), "invalid_arguments")

    def options(self, body: Any) -> bool:
        """What the app offers for an external menu; False where Slack would show nothing of it."""
        found: list[blockkit.Fault] = []
        if not isinstance(body, dict) or not {"options", "option_groups"} & body.keys():
            found.append(blockkit.Fault("/options", "must provide options or option_groups"))
        else:
            blockkit.offered(body.get("options", []), "/options", found)
            blockkit.offered_groups(body.get("option_groups", []), "/option_groups", found)
        for fault in found:
            self.violation("block_suggestion", fault.path, fault.why)
        return not found

    def _judge(self, method: str, faults: "list[blockkit.Fault]", word: str) -> None:
        for fault in faults:
            self.violation(method, fault.path, fault.why)
        self._refuse(faults, word)

    def _refuse(self, faults: "list[blockkit.Fault]", word: str) -> None:
        if faults:
            errors = [str(fault) for fault in faults]
            said = [f"[ERROR] {error}" for error in errors]
            raise SlackError(word, errors=errors, response_metadata={"messages": said})

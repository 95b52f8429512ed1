"""Every way in which Slack says no, and how the workspace says no to a person or a program at /control."""

from typing import Any

Json = dict[str, Any]


class WorkspaceError(Exception):
    """The root of what the workspace itself cannot do: it cannot start, or cannot reach the app."""


class SlackError(Exception):
    """`{"ok": false, "error": error, …}`. `word` is Slack's own; status is 200 but for rate limits and 5xx."""

    def __init__(
        self, word: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(word)
        self.word = word
        self.status = status
        self.headers = headers or {}
        self.more: Json = more

    def body(self) -> Json:
        return {"ok": False, "error": self.word, **self.more}


class ControlError(Exception):
    """Something at /control cannot be done: one sentence that says what to do."""

"""`whoami token`: a person's password for the terminal, shown to that person alone."""

from typing import Any

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, Workspace
from tests.stories.steps import told, words_of


async def test_a_token_is_shown_to_nobody_else(workspace: Workspace, grail: GrailProcess) -> None:
    await workspace.type(DANA, "#ops", "/grail whoami token")
    assert "```grail-" in await told(workspace, DANA, "#ops", "grail-")
    seen = await workspace.messages("#ops", as_=DEVI)
    assert not [message for message in seen if "grail-" in words_of(message)]


async def test_where_others_read_along_a_token_is_refused(workspace: Workspace, grail: GrailProcess) -> None:
    def answered(messages: list[dict[str, Any]]) -> str:
        return next(words_of(m) for m in messages if "token" in words_of(m) and m.get("bot_id"))

    await workspace.type(DANA, "#ops", "@Grail whoami Token")
    answer = answered(await workspace.wait_for("#ops", answered))
    assert "A token is for your eyes alone, and everybody here would read it." in answer
    assert "Say `/grail whoami token`, or ask me directly." in answer
    assert "grail-" not in answer

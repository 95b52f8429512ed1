"""Ctrl-C in the middle of a deploy of Acme, and `make run` again: it goes on from there."""

import asyncio
import re
from typing import Any

from tests.fixtures.acme import AcmeProcess
from tests.fixtures.workspace import Workspace

DANA, PLACE = "dana@example.com", "#storefront"


def _says(words: str, messages: list[dict[str, Any]]) -> bool:
    return any(words in message["text"] for message in messages)


async def test_a_deploy_that_ctrl_c_met_in_its_middle_succeeds(acme: AcmeProcess) -> None:
    """Its steps outlive Grail and need Acme's front: the end waits for them, and says so."""
    async with Workspace(acme.url, acme.token) as workspace:
        await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
        await workspace.wait_for(PLACE, lambda ms: _says("shop → staging: running", ms))
    await asyncio.to_thread(acme.stop)
    waited = re.search(
        r"^Waiting for (.+) to end, at most 20 s\. Ctrl-C again ends without it\.$", acme.text(), re.M
    )
    assert waited is not None
    assert waited[1] == "d-1"
    await asyncio.to_thread(acme.start)
    async with Workspace(acme.url, acme.token) as workspace:
        await workspace.wait_for(PLACE, lambda ms: _says("shop → staging: succeeded", ms))
    assert acme.answers("shop", "staging")["commit"] == acme.head("main")

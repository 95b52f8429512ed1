"""Redis comes back empty, as docs/local-state.md tells it: to a Grail that runs on, and to one that is started anew."""

import shutil
from collections.abc import Callable

import pytest

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server, eventually
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says


def lose(server: Server) -> None:
    """The machine of Redis is gone, and another one stands in its place."""
    server.kill()
    shutil.rmtree(server.folder / "appendonlydir")
    server.restart()


def says(place: str, grail: GrailProcess, *words: str) -> Callable[[], bool]:
    """Whether the state of a run on the disk holds one of these words."""
    file = grail.folder / "data" / "runs" / place / "status.json"
    return lambda: file.exists() and any(word in file.read_text() for word in words)


@pytest.mark.parametrize("restarted", [False, True], ids=["runs on", "started anew"])
async def test_when_redis_is_lost_what_ran_is_ended_and_no_number_is_given_twice(
    workspace: Workspace, own_redis_server: Server, grail_on_redis: GrailProcess, restarted: bool
) -> None:
    grail = grail_on_redis
    await grail.start()
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")
    grail.shut_gate()
    await workspace.type(DANA, "#platform", "/grail deploy shop to staging")
    await workspace.wait_until(lambda: grail.runs() == ["d-1", "d-2"])

    if restarted:
        grail.kill()
    lose(own_redis_server)
    if restarted:
        await grail.start()
    await eventually(says("d-2", grail, '"cancelled"'))
    grail.open_gate()

    # It is d-3: were it d-1 again, the old run would be taken for it, and nothing would be done.
    await workspace.type(DANA, "#unsorted", "/grail deploy shop to staging")
    await card_says(workspace, "#unsorted", "succeeded")
    assert grail.runs() == ["d-1", "d-2", "d-3"]
    grail.stop()

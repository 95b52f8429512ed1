"""The played GitHub is looked at from outside alone: by the workspace's command line, its HTTP and /control."""

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.workspace import Workspace, served


@pytest.fixture
async def workspace(workspace_words: list[str]) -> AsyncIterator[Workspace]:
    async with served(workspace_words) as driver:
        yield driver

"""An app beside the workspace, both over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.workspace.app import App, running
from tests.fixtures.workspace import Workspace


@pytest.fixture
async def app(workspace: Workspace) -> AsyncIterator[App]:
    async with running(workspace.settings.signing_secret) as app:
        workspace.app_at(app.url)
        yield app

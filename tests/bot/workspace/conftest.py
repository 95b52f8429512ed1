"""An app beside the workspace, both over real HTTP; what reaches it is held to Slack's published schemas."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.workspace import Settings
from bot.workspace.contracts import Contracts
from tests.bot.workspace.app import App, running
from tests.bot.workspace.inside import Workspace, served
from tests.fixtures.workspace import Json


@pytest.fixture
def workspace_settings(clock_file: Path) -> Settings:
    """Override this in a test module for another workspace (commands, state)."""
    return Settings(clock_file=clock_file)


@pytest.fixture
async def workspace(workspace_settings: Settings) -> AsyncIterator[Workspace]:
    """A workspace of its own, into which the test may look; in Socket Mode until an app is there."""
    async with served(workspace_settings) as driver:
        yield driver


@pytest.fixture
async def app(workspace: Workspace) -> AsyncIterator[App]:
    contracts = Contracts(workspace.settings.contracts)
    async with running(workspace.settings.signing_secret) as app:
        workspace.app_at(app.url)
        yield app
    for kind, payload, _ in app.got:
        if payload.get("type") == "event_callback":
            assert contracts.envelope(payload) == [], kind
            assert contracts.event(as_published(payload["event"])) == [], kind


def as_published(event: Json) -> Json:
    """The schema asks of a message within a message for where it is; Slack itself says that outside only."""
    outside = {key: event[key] for key in ("channel", "channel_type", "event_ts") if key in event}
    inside = {key: event[key] | outside for key in ("message", "previous_message") if key in event}
    return event | inside

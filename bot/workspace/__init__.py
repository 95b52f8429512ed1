"""The local workspace: a Slack that runs on the developer's machine, for people to look at and programs to drive.

It is a program of its own. It shares no code with the rest of `bot`, because it judges Grail, and any other Bolt
app can be run against it. From the outside in:

    server.py      the addresses, start and stop; guard.py: who may talk to it at all
    control.py     what people do: composer.py, presses.py, modals.py (payloads.py, forms.py, markup.py help them)
    web_api.py     Slack's Web API, with api/ one file a family; respond.py: response_url
    checks.py      what the app sends, judged: blockkit/ and contracts.py
    courier.py     what goes to the app: signed HTTP, or socket_mode.py; events.py sends again
    world.py       people and channels; messages.py, views.py, files.py, tickets.py
    github/        GitHub at /github, held to its published contract by openapi.py
    pagerduty/     PagerDuty at /pagerduty, likewise
    weather.py     how badly it behaves; limits.py, clock.py, journal.py, hub.py
    page/          what people see
"""

import asyncio
import signal
import sys
from collections.abc import Sequence

from .journal import StateInUse
from .server import PortInUse, Workspace, serve
from .settings import Command, Settings, Shortcut, parse

__all__ = [
    "Command",
    "PortInUse",
    "Settings",
    "Shortcut",
    "StateInUse",
    "Workspace",
    "main",
    "parse",
    "serve",
]


def main(arguments: Sequence[str] | None = None) -> int:
    """`grail workspace …`: run until Ctrl-C or TERM; the exit status."""
    settings = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        asyncio.run(_until_stopped(settings))
    except (PortInUse, StateInUse) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


async def _until_stopped(settings: Settings) -> None:
    serving = asyncio.ensure_future(serve(settings, ready=_announce))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        return


def _announce(workspace: Workspace) -> None:
    settings = workspace.settings
    print(f"The workspace is at {workspace.url}")
    print(f"Its token for programs is {settings.token}")
    print(f"SLACK_API_URL={workspace.api_url}")
    print(f"GITHUB_API_URL={workspace.github_url}")
    print(f"GITHUB_TOKEN={settings.github_token}")
    print(f"PAGERDUTY_API_URL={workspace.pagerduty_url}")
    print(f"PAGERDUTY_API_TOKEN={settings.pagerduty_token}")
    print(f"SLACK_BOT_TOKEN={settings.bot_token}")
    if settings.app_url is not None:
        print(f"SLACK_SIGNING_SECRET={settings.signing_secret}")
        print(f"Requests go to {settings.app_url}", flush=True)
    else:
        print(f"SLACK_APP_TOKEN={settings.app_token}")
        print("Waiting for the app in Socket Mode", flush=True)

"""Whatever comes in, at the Web API and at /control, gets an answer in words; nothing breaks."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.workspace import Settings
from bot.workspace.api import METHODS
from bot.workspace.web_api import dumps
from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, Json

ODD: list[Any] = [
    None, True, -1, 0, 1.5, 10**12, "", "x", "ünï", "[", "{}", "null", "a,b", "<@U1>", [], [None], [[]], ["x"],
    [{"type": "section"}], [{"type": "nonsense"}], [1], {}, {"type": "modal"}, {"a": {"b": []}}, {"id": []}, "\x00",
]  # fmt: skip
TITLE = {"type": "plain_text", "text": "T"}
BUTTON = {"type": "button", "action_id": "go", "text": TITLE}
MENU = {"type": "static_select", "action_id": "env", "options": [{"text": TITLE, "value": "a"}]}
FORM = {
    "type": "input",
    "block_id": "b",
    "label": TITLE,
    "element": {"type": "plain_text_input", "action_id": "t"},
}
ROW = {"type": "actions", "elements": [BUTTON, MENU]}
HOME = {"type": "home", "blocks": [ROW]}
MODAL = {"type": "modal", "title": TITLE, "submit": TITLE, "blocks": [FORM, ROW]}
CALLS = 600
ACTS: dict[str, str] = {
    "type": "as in text",
    "press": "as action message",
    "submit": "as view values",
    "close": "as view",
    "shortcut": "as callback_id",
    "options": "as action_id message",
    "open_home": "as",
    "redeliver": "id",
    "weather": "system",
    "clock": "forward",
    "fire": "source",
}
NAMES = [
    "attachments", "thread_ts", "external_id", "hash", "oldest", "latest", "types", "initial_comment", "metadata",
    "limit", "cursor", "blocks", "text", "return_im", "include_all_metadata", "username", "query", "value", "thread",
    "copies", "slow", "times", "methods", "failing", "values", "in", "view", "view_id",
]  # fmt: skip


@pytest.fixture
def workspace_settings(clock_file: Path) -> Settings:
    return Settings(clock_file=clock_file, contracts=None)


async def right(workspace: Workspace, app: App) -> dict[str, list[Any]]:
    """Arguments as they should be, of things that are there."""
    await workspace.type(DANA, "#ops", "/grail")
    said = {"channel": "#ops", "text": "card", "blocks": [ROW]}
    card = await workspace.api("chat.postMessage", said)
    dana = app.of("/grail")[0]["user_id"]
    home = (await workspace.api("views.publish", {"user_id": dana, "view": HOME}))["view"]
    opening = {"trigger_id": app.of("/grail")[0]["trigger_id"], "view": MODAL}
    modal = (await workspace.api("views.open", opening))["view"]
    group = (await workspace.api("usergroups.create", {"name": "On call"}))["usergroup"]
    stamps, places = [card["ts"]], [card["channel"], "#ops", dana, "C0SECRET000"]
    return {
        **dict.fromkeys(
            ("ts", "thread_ts", "message_ts", "timestamp", "message", "thread", "oldest"), stamps
        ),
        **{name: [dana] for name in ("user", "users", "user_id")},
        **dict.fromkeys(("channel", "channel_id"), places),
        "text": ["hello @dana", "/grail help", "/invite @devi", "x" * 41_000],
        "blocks": [[ROW], dumps([ROW])],
        "metadata": [{"event_type": "card", "event_payload": {}}],
        "view": [MODAL, HOME, modal["id"], home["id"], "home"],
        "view_id": [modal["id"], home["id"]],
        "hash": [modal["hash"], home["hash"]],
        "trigger_id": [app.of("/grail")[0]["trigger_id"]],
        "usergroup": [group["id"]],
        "name": ["eyes", "On call"],
        "email": [DANA],
        "filename": ["a.txt"],
        "length": [3, "3"],
        "files": [[{"id": "F1"}], '[{"id": "F1"}]'],
        "topic": ["calm"],
        "as": [DANA, "mia@example.com", "@devi"],
        "in": ["#ops", "@Grail", "#secret"],
        "action": ["go", "env"],
        "action_id": ["env"],
        "value": ["a"],
        "values": [{"b": {"t": "x"}}, {"b": {"t": []}}],
        "callback_id": ["shortcut"],
        "id": [one.id for one in workspace.deliveries()],
        "system": ["pagerduty"],
        "forward": [1],
        "source": ["nagios"],
    }


def made(chance: random.Random, needs: list[str], known: dict[str, list[Any]]) -> Json:
    """Mostly what is needed, mostly right, and something that was never asked for."""
    names = [name for name in needs if chance.random() < 0.95]
    names += chance.sample(NAMES, chance.randrange(4))
    return {
        name: chance.choice(known[name]) if name in known and chance.random() < 0.75 else chance.choice(ODD)
        for name in names
    }


async def answers(workspace: Workspace, calls: list[tuple[str, Json]], token: str) -> Counter[str]:
    """Make the calls; how often each was taken. Fails on anything but an answer in JSON with a status of ours."""
    taken: Counter[str] = Counter()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for path, body in calls:
            async with session.post(workspace.url + path, data=dumps(body)) as answer:
                assert answer.status in (200, 400, 429), (path, body, await answer.text())
                said = await answer.json()
                assert said["ok"] or said["error"], (path, body, said)
                taken[path] += bool(said["ok"])
            await workspace.clock(forward=5)  # so that no limit hides what is behind it
    return taken


async def test_every_method_answers_whatever_its_arguments_are(workspace: Workspace, app: App) -> None:
    workspace.expect_violations()
    known = await right(workspace, app)
    workspace.app_at(None)
    chance = random.Random(1)
    names = sorted(set(METHODS) - {"apps.connections.open", "users.profile.set"})  # not with the bot's token
    calls = [
        (name, made(chance, list(METHODS[name].needs), known)) for name in chance.choices(names, k=CALLS)
    ]
    taken = await answers(
        workspace, [(f"/api/{name}", body) for name, body in calls], workspace.settings.bot_token
    )
    assert len([path for path, times in taken.items() if times]) > 20, (
        "most methods were used rightly at times"
    )


async def test_every_act_answers_whatever_is_asked(workspace: Workspace, app: App) -> None:
    workspace.expect_violations()
    known = await right(workspace, app)
    chance = random.Random(1)
    calls = [
        (name, made(chance, ACTS[name].split(), known)) for name in chance.choices(sorted(ACTS), k=CALLS)
    ]
    taken = await answers(workspace, [(f"/control/{name}", body) for name, body in calls], workspace.token)
    assert len([path for path, times in taken.items() if times]) > 6, "most acts were used rightly at times"

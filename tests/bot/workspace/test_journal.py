"""What was said is there after a restart, also after a kill -9 in the middle of a line."""

from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.workspace import Settings, StateInUse
from bot.workspace import Workspace as Server
from bot.workspace.journal import Journal
from tests.bot.workspace.app import running
from tests.bot.workspace.inside import served
from tests.fixtures.workspace import DANA, Json


def test_the_last_value_of_a_name_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "state.jsonl"
    journal = Journal(file)
    assert journal.open() == {}
    journal.put("user", "a", {"n": 1})
    journal.put("user", "a", {"n": 2})
    journal.put("user", "b", {"n": 3})
    journal.drop("user", "b")
    journal.close()
    assert len(file.read_bytes().splitlines()) == 4
    again = Journal(file)
    assert again.open() == {"user": {"a": {"n": 2}}}
    again.close()
    assert len(file.read_bytes().splitlines()) == 1, "what was replaced is written out of the file at a start"


@pytest.mark.parametrize("end", [b'["user", "b", {"n"', b"\x00\x00", b'{"a": 1}\n', b"[]\n"])
def test_a_line_that_was_cut_is_left_out(tmp_path: Path, end: bytes) -> None:
    file = tmp_path / "state.jsonl"
    file.write_bytes(b'["user","a",{"n":1}]\n' + end)
    journal = Journal(file)
    assert journal.open() == {"user": {"a": {"n": 1}}}
    journal.close()


async def test_two_workspaces_never_share_a_file(tmp_path: Path, clock_file: Path) -> None:
    file = tmp_path / "state.jsonl"
    first, second = (Server(Settings(state=file, clock_file=clock_file)) for _ in range(2))
    await first.start()
    try:
        with pytest.raises(StateInUse, match="is in use by another workspace: stop that one first"):
            await second.start()
    finally:
        await first.stop()


async def test_everything_is_there_again_after_a_restart(tmp_path: Path, clock_file: Path) -> None:
    first_settings = Settings(state=tmp_path / "state.jsonl", clock_file=clock_file)
    async with running(first_settings.signing_secret) as app:
        settings = replace(first_settings, app_url=app.url)
        async with served(settings) as workspace:
            users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
            await workspace.type(DANA, "#ops", "/grail help")
            url = app.of("/grail")[0]["response_url"]
            input_ = {"type": "plain_text_input", "action_id": "t"}
            label = {"type": "plain_text", "text": "Ref"}
            modal: Json = {"type": "modal", "title": label, "submit": label, "blocks": []}
            modal["blocks"] = [{"type": "input", "block_id": "b", "label": label, "element": input_}]
            trigger = app.of("/grail")[0]["trigger_id"]
            await workspace.api("views.open", {"trigger_id": trigger, "view": modal})
            home = {"type": "home", "blocks": [{"type": "divider"}]}
            await workspace.api("views.publish", {"user_id": users[DANA], "view": home})
            posted = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "card"})
            await workspace.api("chat.update", {**posted, "text": "edited"})
            await workspace.api("chat.postMessage", {"channel": users[DANA], "text": "direct"})
            said = {"channel": "#ops", "user": users[DANA], "text": "private"}
            await workspace.api("chat.postEphemeral", said)
            await workspace.api("usergroups.create", {"name": "On call", "handle": "oncall"})
            await workspace.api("conversations.setTopic", {"channel": posted["channel"], "topic": "calm"})
            await workspace.weather("github", slow=1)
            begun = await workspace.api("files.getUploadURLExternal", {"filename": "a.txt", "length": 3})
            async with aiohttp.ClientSession() as session, session.post(begun["upload_url"], data=b"log"):
                pass
            done = {"files": [{"id": begun["file_id"]}], "channel_id": posted["channel"]}
            await workspace.api("files.completeUploadExternal", done)
            before = [await workspace.messages("#ops"), await workspace.messages("@Grail", as_=DANA)]
            views, home_view = await workspace.views(DANA), await workspace.home(DANA)
            state = await workspace.state()
            port = int(workspace.url.rpartition(":")[2])

        async with served(replace(settings, port=port)) as workspace:
            after = [await workspace.messages("#ops"), await workspace.messages("@Grail", as_=DANA)]
            assert after == before
            assert await workspace.views(DANA) == views
            assert await workspace.home(DANA) == home_view
            assert await workspace.state() == state
            async with aiohttp.ClientSession() as session:
                async with session.post(url, json={"text": "late answer"}) as answer:
                    assert answer.status == 200
                headers = {"Authorization": f"Bearer {settings.bot_token}"}
                async with session.get(before[0][-1]["files"][0]["url_private"], headers=headers) as answer:
                    assert await answer.read() == b"log"
            newest = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "later"})
            assert float(newest["ts"]) > float(before[0][-1]["ts"])


async def test_moved_time_is_kept_where_no_file_holds_it(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "state.jsonl", clock_file=None)
    for expected in (3_600, 7_200):
        async with served(settings) as workspace:
            assert (await workspace.clock(forward=3_600))["offset"] == expected

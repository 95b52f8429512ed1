"""Uploads, in both ways that clients send the content."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.workspace.inside import Workspace


@pytest.mark.parametrize("way", ["raw", "form-urlencoded", "multipart"])
async def test_a_file_is_uploaded_into_a_thread(workspace: Workspace, way: str) -> None:
    root = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "deploy"})
    content = "line 1\nline 2 & more=äöü\n".encode()
    asked = {"filename": "log.txt", "length": str(len(content))}
    begun = await workspace.api("files.getUploadURLExternal", asked)
    ways: dict[str, dict[str, Any]] = {
        "raw": {"data": content, "headers": {"Content-Type": "application/octet-stream"}},
        "form-urlencoded": {
            "data": content,
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        "multipart": {"data": form(content)},
    }
    async with aiohttp.ClientSession() as session:
        async with session.post(begun["upload_url"], **ways[way]) as answer:
            assert (answer.status, await answer.text()) == (200, f"OK - {len(content)}")
        files = [{"id": begun["file_id"], "title": "The log"}]
        done = {
            "files": files,
            "channel_id": root["channel"],
            "thread_ts": root["ts"],
            "initial_comment": "Log",
        }
        finished = await workspace.api("files.completeUploadExternal", done)
        assert finished["files"][0]["title"] == "The log"
        message = (await workspace.messages("#ops"))[-1]
        assert (message["thread_ts"], message["files"][0]["id"]) == (root["ts"], begun["file_id"])
        url = message["files"][0]["url_private"]
        headers = {"Authorization": f"Bearer {workspace.settings.bot_token}"}
        async with session.get(url, headers=headers) as answer:
            assert await answer.read() == content
        async with session.get(url) as answer:
            assert answer.status == 401


def form(content: bytes) -> aiohttp.FormData:
    data = aiohttp.FormData()
    data.add_field("body", content, filename="log.txt")
    return data


async def test_a_file_that_was_never_sent_cannot_be_shared(workspace: Workspace) -> None:
    begun = await workspace.api("files.getUploadURLExternal", {"filename": "a.txt", "length": 5})
    done = {"files": [{"id": begun["file_id"]}], "channel_id": "#ops"}
    assert (await workspace.api("files.completeUploadExternal", done))["error"] == "file_not_found"
    async with aiohttp.ClientSession() as session, session.post(begun["upload_url"], data=b"123") as answer:
        assert (await answer.json())["error"] == "upload_length_mismatch"
    big = {"filename": "a.txt", "length": 60 * 1024 * 1024}
    assert (await workspace.api("files.getUploadURLExternal", big))["error"] == "file_upload_size_restricted"


async def test_the_python_clients_own_upload_works(workspace: Workspace) -> None:
    place = next(c["id"] for c in (await workspace.state())["channels"] if c["name"] == "ops")
    client = AsyncWebClient(workspace.settings.bot_token, base_url=workspace.api_url)
    answer = await client.files_upload_v2(channel=place, content="the log", filename="log.txt", title="Log")
    assert answer["ok"]
    (message,) = await workspace.messages("#ops")
    assert [(file["title"], file["size"]) for file in message["files"]] == [("Log", 7)]
    info = await workspace.api("files.info", {"file": message["files"][0]["id"]})
    assert info["file"]["name"] == "log.txt"
    assert (await workspace.api("files.info", {"file": "F404"}))["error"] == "file_not_found"

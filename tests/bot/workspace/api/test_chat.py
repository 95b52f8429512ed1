"""What an app says: posted, edited, deleted; where it may, and with which words it is refused."""

import pytest

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, DEVI, Json


async def post(workspace: Workspace, **said: object) -> Json:
    return await workspace.api("chat.postMessage", {"channel": "#storefront", "text": "hi", **said})


@pytest.mark.parametrize(
    ("channel", "word"),
    [("#secret", "channel_not_found"), ("C404", "channel_not_found"), ("#nowhere", "channel_not_found")],
)
async def test_a_place_that_the_app_cannot_see_is_not_found(
    workspace: Workspace, channel: str, word: str
) -> None:
    assert (await post(workspace, channel=channel))["error"] == word


async def test_a_channel_that_the_app_was_removed_from_says_so(workspace: Workspace) -> None:
    await workspace.type(DANA, "#general", "/remove @Grail")
    assert (await post(workspace, channel="#general"))["error"] == "not_in_channel"
    await workspace.type(DANA, "#general", "/invite @Grail")
    assert (await post(workspace, channel="#general"))["ok"]
    await workspace.type(DANA, "#general", "/archive")
    assert (await post(workspace, channel="#general"))["error"] == "is_archived"


async def test_a_message_says_who_the_app_is(workspace: Workspace) -> None:
    answer = await post(workspace)
    state = await workspace.state()
    message = answer["message"]
    assert (message["bot_id"], message["user"]) == (state["app"]["bot_id"], state["app"]["user_id"])
    assert message["app_id"]
    assert answer["channel"].startswith("C")


async def test_nothing_to_say_or_too_much_is_refused(workspace: Workspace) -> None:
    workspace.expect_violations()
    assert (await post(workspace, text=""))["error"] == "no_text"
    assert (await post(workspace, text="x" * 40_001))["error"] == "msg_too_long"
    assert {"method": "chat.postMessage", "path": "/text", "why": "must be at most 40000 characters"} in (
        await workspace.violations()
    )


async def test_a_block_that_is_too_long_is_refused_with_its_path(workspace: Workspace) -> None:
    workspace.expect_violations()
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}
    answer = await post(workspace, blocks=[block])
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["response_metadata"]["messages"][0]
    assert (await workspace.violations())[0]["path"] == "/blocks/0/text/text"
    assert await workspace.messages("#storefront") == []


async def test_only_the_apps_own_messages_can_be_edited_or_deleted(workspace: Workspace) -> None:
    typed = await workspace.type(DANA, "#storefront", "mine")
    place = (await post(workspace))["channel"]
    edit = {"channel": place, "ts": typed["ts"], "text": "yours"}
    assert (await workspace.api("chat.update", edit))["error"] == "cant_update_message"
    assert (await workspace.api("chat.delete", edit))["error"] == "cant_delete_message"
    gone = {"channel": place, "ts": "1.000001", "text": "?"}
    assert (await workspace.api("chat.update", gone))["error"] == "message_not_found"


async def test_an_edit_replaces_blocks_and_a_text_alone_takes_them_away(workspace: Workspace) -> None:
    divider = [{"type": "divider"}]
    posted = await post(
        workspace, blocks=divider, metadata={"event_type": "card", "event_payload": {"card": "d"}}
    )
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    await workspace.api("chat.update", {**where, "text": "new", "blocks": divider * 2})
    (message,) = await workspace.messages("#storefront")
    assert (message["text"], len(message["blocks"]), message["metadata"]["event_type"]) == ("new", 2, "card")
    assert message["edited"]["user"] == message["user"]
    await workspace.api("chat.update", {**where, "text": "bare"})
    (message,) = await workspace.messages("#storefront")
    assert "blocks" not in message


async def test_a_thread_counts_its_replies(workspace: Workspace) -> None:
    root = await post(workspace)
    reply = await post(workspace, thread_ts=root["ts"], text="in the thread")
    assert reply["ok"]
    assert (await post(workspace, thread_ts="1.000001"))["error"] == "thread_not_found"
    top, below = await workspace.messages("#storefront")
    assert (top["reply_count"], top["latest_reply"], below["thread_ts"]) == (1, below["ts"], top["ts"])
    await workspace.api("chat.delete", {"channel": root["channel"], "ts": reply["ts"]})
    (top,) = await workspace.messages("#storefront")
    assert top["reply_count"] == 0


async def test_an_ephemeral_message_is_seen_by_one_person_only(workspace: Workspace) -> None:
    users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
    said = {"channel": "#storefront", "user": users[DANA], "text": "for you"}
    assert (await workspace.api("chat.postEphemeral", said))["message_ts"]
    assert [m["text"] for m in await workspace.messages("#storefront", as_=DANA)] == ["for you"]
    assert await workspace.messages("#storefront", as_=DEVI) == []
    assert (await workspace.api("chat.postEphemeral", {**said, "user": "U404"}))["error"] == "user_not_found"
    secret = {"channel": "#secret", "user": users[DANA], "text": "?"}
    assert (await workspace.api("chat.postEphemeral", secret))["error"] == "channel_not_found"


async def test_a_person_is_written_to_by_their_id(workspace: Workspace) -> None:
    users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
    answer = await post(workspace, channel=users[DANA])
    assert answer["channel"].startswith("D")
    assert [m["text"] for m in await workspace.messages("@Grail", as_=DANA)] == ["hi"]


async def test_a_permalink_names_the_thread(workspace: Workspace) -> None:
    root = await post(workspace)
    reply = await post(workspace, thread_ts=root["ts"])
    asked = {"channel": root["channel"], "message_ts": reply["ts"]}
    link = (await workspace.api("chat.getPermalink", asked))["permalink"]
    assert link.endswith(f"/p{reply['ts'].replace('.', '')}?thread_ts={root['ts']}&cid={root['channel']}")
    asked["message_ts"] = "1.000001"
    assert (await workspace.api("chat.getPermalink", asked))["error"] == "message_not_found"


async def test_the_app_hears_its_own_messages_and_their_changes(workspace: Workspace, app: App) -> None:
    posted = await post(workspace)
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    await workspace.api("chat.update", {**where, "text": "new"})
    await workspace.api("chat.delete", where)
    await workspace.wait_until(lambda: len(app.of("message")) == 3)
    events = sorted((one["event"] for one in app.of("message")), key=lambda event: str(event["event_ts"]))
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert events[0]["bot_id"] == posted["message"]["bot_id"]
    assert (events[1]["message"]["text"], events[1]["previous_message"]["text"]) == ("new", "hi")
    assert events[2]["deleted_ts"] == posted["ts"]

"""Channels, and what was said in them."""

from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, Json


async def ids(workspace: Workspace) -> dict[str, str]:
    state = await workspace.state()
    people = {user["name"]: user["id"] for user in state["users"]}
    return people | {f"#{channel['name']}": channel["id"] for channel in state["channels"]}


async def test_history_is_newest_first_in_pages_and_without_replies(workspace: Workspace) -> None:
    known = await ids(workspace)
    first = await workspace.type(DANA, "#storefront", "one")
    await workspace.type(DANA, "#storefront", "a reply", thread=first["ts"])
    await workspace.type(DANA, "#storefront", "two")
    asked: Json = {"channel": known["#storefront"], "limit": 1}
    newest = await workspace.api("conversations.history", asked)
    assert [m["text"] for m in newest["messages"]] == ["two"]
    assert newest["has_more"]
    asked["cursor"] = newest["response_metadata"]["next_cursor"]
    older = await workspace.api("conversations.history", asked)
    assert [m["text"] for m in older["messages"]] == ["one"]
    assert older["response_metadata"]["next_cursor"] == ""
    thread = await workspace.api(
        "conversations.replies", {"channel": known["#storefront"], "ts": first["ts"]}
    )
    assert [m["text"] for m in thread["messages"]] == ["one", "a reply"]


async def test_history_between_two_times(workspace: Workspace) -> None:
    known = await ids(workspace)
    stamps = [(await workspace.type(DANA, "#storefront", str(n)))["ts"] for n in range(4)]
    asked: Json = {"channel": known["#storefront"], "oldest": stamps[1], "latest": stamps[3]}
    assert [m["text"] for m in (await workspace.api("conversations.history", asked))["messages"]] == ["2"]
    asked["inclusive"] = True
    assert len((await workspace.api("conversations.history", asked))["messages"]) == 3


async def test_metadata_is_told_to_who_asks_for_it(workspace: Workspace) -> None:
    metadata = {"event_type": "grail_card", "event_payload": {"card": "deploy:d-1"}}
    posted = await workspace.api("chat.postMessage", {"channel": "#ops", "text": "hi", "metadata": metadata})
    asked: Json = {"channel": posted["channel"]}
    (plain,) = (await workspace.api("conversations.history", asked))["messages"]
    assert plain["metadata"] == {"event_type": "grail_card"}
    (whole,) = (await workspace.api("conversations.history", asked | {"include_all_metadata": True}))[
        "messages"
    ]
    assert whole["metadata"] == metadata


async def test_direct_messages_are_opened_once(workspace: Workspace) -> None:
    known = await ids(workspace)
    one = await workspace.api("conversations.open", {"users": known["dana"]})
    two = await workspace.api("conversations.open", {"users": known["dana"], "return_im": True})
    assert one["channel"]["id"] == two["channel"]["id"]
    assert two["channel"]["user"] == known["dana"]
    assert (await workspace.api("conversations.open", {"users": "U404"}))["error"] == "user_not_found"
    workspace.expect_violations()
    assert (await workspace.api("conversations.open"))["error"] == "users_list_not_supplied"


async def test_what_the_app_may_see_is_listed(workspace: Workspace) -> None:
    known = await ids(workspace)
    listed = await workspace.api("conversations.list", {"types": "public_channel,private_channel"})
    names = {channel["name"] for channel in listed["channels"]}
    assert names == {"general", "storefront", "platform", "ops", "unsorted"}
    info = await workspace.api("conversations.info", {"channel": known["#ops"]})
    assert info["channel"]["is_member"]
    members = await workspace.api("conversations.members", {"channel": known["#ops"]})
    assert known["omar"] in members["members"]
    for method in ("conversations.info", "conversations.history", "conversations.members"):
        assert (await workspace.api(method, {"channel": known["#secret"]}))["error"] == "channel_not_found"


async def test_an_app_joins_a_public_channel_and_names_its_topic(workspace: Workspace) -> None:
    known = await ids(workspace)
    place = {"channel": known["#ops"]}
    await workspace.type(DANA, "#ops", "/remove @Grail")
    assert (await workspace.api("conversations.history", place))["error"] == "not_in_channel"
    topic = place | {"topic": "On call: Omar"}
    assert (await workspace.api("conversations.setTopic", topic))["error"] == "not_in_channel"
    assert (await workspace.api("conversations.join", place))["channel"]["is_member"]
    assert (await workspace.api("conversations.setTopic", topic))["channel"]["topic"][
        "value"
    ] == "On call: Omar"

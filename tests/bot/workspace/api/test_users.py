"""People and user groups as an app sees them."""

from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, GUS, SAM, Json


async def test_a_person_is_found_by_id_and_by_email(workspace: Workspace) -> None:
    dana = (await workspace.api("users.lookupByEmail", {"email": "Dana@Example.com"}))["user"]
    assert dana["profile"]["email"] == DANA
    assert dana["tz"] == "Europe/Berlin"
    assert (await workspace.api("users.info", {"user": dana["id"]}))["user"] == dana
    assert (await workspace.api("users.info", {"user": "U404"}))["error"] == "user_not_found"
    assert (await workspace.api("users.lookupByEmail", {"email": "x@y.example"}))[
        "error"
    ] == "users_not_found"


async def test_guests_and_strangers_are_marked(workspace: Workspace) -> None:
    users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
    guest = (await workspace.api("users.info", {"user": users[GUS]}))["user"]
    stranger = (await workspace.api("users.info", {"user": users[SAM]}))["user"]
    assert guest["is_restricted"]
    assert stranger["is_stranger"]
    assert stranger["team_id"] != guest["team_id"]
    listed = (await workspace.api("users.list", {"limit": 200}))["members"]
    assert users[GUS] in [user["id"] for user in listed]
    assert users[SAM] not in [user["id"] for user in listed]


async def test_an_admin_and_nobody_else_changes_a_profile(workspace: Workspace) -> None:
    asked: Json = {"user": "U0DANA00000", "profile": {"email": "dana.k@example.com", "title": "Operations"}}
    for token in (workspace.settings.bot_token, workspace.settings.app_token):
        refused = await workspace.api("users.profile.set", asked, token=token)
        assert refused["error"] == "not_allowed_token_type"
    assert (await workspace.api("users.list", token=workspace.token))["error"] == "not_allowed_token_type"
    changed = await workspace.api("users.profile.set", asked, token=workspace.token)
    assert (changed["username"], changed["profile"]["title"]) == ("dana", "Operations")
    found = await workspace.api("users.lookupByEmail", {"email": "dana.k@example.com"})
    assert found["user"]["profile"] == changed["profile"]
    for profile in ("x", {}, {"shoe": "42"}, {"email": ""}, {"email": None}):
        refused = await workspace.api(
            "users.profile.set", asked | {"profile": profile}, token=workspace.token
        )
        assert refused["error"] in ("invalid_profile", "invalid_arguments"), profile
    workspace.expect_violations()


async def test_a_user_group_is_made_filled_and_asked(workspace: Workspace) -> None:
    users = {user["email"]: user["id"] for user in (await workspace.state())["users"]}
    made = (await workspace.api("usergroups.create", {"name": "On call", "handle": "oncall"}))["usergroup"]
    group = {"usergroup": made["id"]}
    assert (await workspace.api("usergroups.users.update", group | {"users": users[DANA]}))["ok"]
    assert (await workspace.api("usergroups.users.list", group))["users"] == [users[DANA]]
    listed = (await workspace.api("usergroups.list", {"include_users": True}))["usergroups"]
    assert listed[0]["users"] == [users[DANA]]
    again = await workspace.api("usergroups.create", {"name": "Other", "handle": "oncall"})
    assert again["error"] == "handle_already_exists"
    assert (await workspace.api("usergroups.users.list", {"usergroup": "S404"}))["error"] == "no_such_subteam"
    wrong = await workspace.api("usergroups.users.update", group | {"users": "U404"})
    assert wrong["error"] == "invalid_users"
    await workspace.api("usergroups.disable", group)
    assert (await workspace.api("usergroups.list"))["usergroups"] == []
    typed = await workspace.type(DANA, "#ops", "@oncall hello")
    await workspace.api("usergroups.enable", group)
    again = await workspace.type(DANA, "#ops", "@oncall hello")
    messages = await workspace.messages("#ops")
    assert [m["text"] for m in messages] == ["@oncall hello", f"<!subteam^{made['id']}|@oncall> hello"]
    assert [typed["ts"], again["ts"]] == [m["ts"] for m in messages]


async def test_the_app_is_a_bot_with_an_id_of_its_own(workspace: Workspace) -> None:
    app = (await workspace.state())["app"]
    bot = (await workspace.api("bots.info", {"bot": app["bot_id"]}))["bot"]
    assert bot["user_id"] == app["user_id"]
    assert (await workspace.api("users.info", {"user": app["user_id"]}))["user"]["is_bot"]
    assert (await workspace.api("bots.info", {"bot": "B404"}))["error"] == "bot_not_found"

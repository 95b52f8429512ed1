"""Modals: opened, pushed, updated, submitted, refused, closed."""

from typing import Any

import pytest

from tests.bot.workspace.app import App
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA, DEVI, Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def text_input(block: str, *, optional: bool = False, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "text", **more}
    return {
        "type": "input",
        "block_id": block,
        "label": plain(block),
        "element": element,
        "optional": optional,
    }


def modal(*blocks: Json, **more: Any) -> Json:
    title = plain("Deploy")
    return {"type": "modal", "title": title, "submit": plain("Go"), "blocks": list(blocks), **more}


async def trigger(workspace: Workspace, app: App) -> str:
    await workspace.type(DANA, "#storefront", "/grail deploy")
    return str(app.of("/grail")[-1]["trigger_id"])


async def opened(workspace: Workspace, app: App, view: Json) -> Json:
    arguments = {"trigger_id": await trigger(workspace, app), "view": view}
    answer = await workspace.api("views.open", arguments)
    assert answer["ok"], answer
    found: Json = answer["view"]
    return found


async def test_a_modal_is_opened_once_within_three_seconds(workspace: Workspace, app: App) -> None:
    view = modal(text_input("ref"), private_metadata='{"a":1}', callback_id="deploy")
    mine = await opened(workspace, app, view)
    assert [one["id"] for one in await workspace.views(DANA)] == [mine["id"]]
    assert (mine["private_metadata"], mine["callback_id"], mine["root_view_id"]) == (
        '{"a":1}',
        "deploy",
        mine["id"],
    )
    used = app.of("/grail")[-1]["trigger_id"]
    again = await workspace.api("views.open", {"trigger_id": used, "view": view})
    assert again["error"] == "exchanged_trigger_id"
    late = await trigger(workspace, app)
    await workspace.clock(forward=4)
    assert (await workspace.api("views.open", {"trigger_id": late, "view": view}))[
        "error"
    ] == "expired_trigger_id"
    wrong = {"trigger_id": "1.2.x", "view": view}
    assert (await workspace.api("views.open", wrong))["error"] == "invalid_trigger_id"


async def test_a_faulty_view_is_refused_and_the_trigger_stays_good(workspace: Workspace, app: App) -> None:
    workspace.expect_violations()
    name = await trigger(workspace, app)
    bad = modal(text_input("ref"), title=plain("x" * 25))
    refused = await workspace.api("views.open", {"trigger_id": name, "view": bad})
    assert refused["error"] == "invalid_arguments"
    assert "/view/title" in refused["response_metadata"]["messages"][0]
    assert (await workspace.api("views.open", {"trigger_id": name, "view": modal(text_input("ref"))}))["ok"]


async def test_a_submission_carries_what_was_typed_and_closes_the_view(
    workspace: Workspace, app: App
) -> None:
    mine = await opened(
        workspace, app, modal(text_input("ref", initial_value="main"), text_input("why", optional=True))
    )
    done = await workspace.submit(DANA, mine["id"], {"why": {"text": "a fix"}})
    assert done["ok"], done
    (payload,) = app.of("view_submission")
    assert payload["view"]["state"]["values"] == {
        "ref": {"text": {"type": "plain_text_input", "value": "main"}},
        "why": {"text": {"type": "plain_text_input", "value": "a fix"}},
    }
    assert payload["view"]["id"] == mine["id"]
    assert await workspace.views(DANA) == []


async def test_a_required_field_is_asked_for_before_the_app_hears_anything(
    workspace: Workspace, app: App
) -> None:
    mine = await opened(workspace, app, modal(text_input("ref")))
    refused = await workspace.submit(DANA, mine["id"])
    assert refused["errors"] == {"ref": "Please complete this required field."}
    assert app.of("view_submission") == []
    wrong = await workspace.submit(DANA, mine["id"], {"nothing": {"text": "x"}})
    assert wrong["error"] == "There is no input 'nothing/text' in this view."
    assert (await workspace.submit(DEVI, mine["id"]))["error"] == f"devi has no view {mine['id']!r} open."


async def test_errors_stand_under_their_fields_and_the_view_stays(workspace: Workspace, app: App) -> None:
    mine = await opened(workspace, app, modal(text_input("ref")))
    app.answers["view_submission"] = {
        "response_action": "errors",
        "errors": {"ref": "There is no such branch."},
    }
    refused = await workspace.submit(DANA, mine["id"], {"ref": {"text": "nope"}})
    assert (refused["ok"], refused["errors"]) == (False, {"ref": "There is no such branch."})
    (standing,) = await workspace.views(DANA)
    assert standing["state"]["values"]["ref"]["text"]["value"] == "nope"
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"other": "?"}}
    workspace.expect_violations()
    assert (await workspace.submit(DANA, mine["id"], {"ref": {"text": "x"}}))["error"] == "invalid_response"
    assert (await workspace.violations())[0]["path"] == "/errors"


async def test_an_answer_can_update_push_and_clear(workspace: Workspace, app: App) -> None:
    mine = await opened(workspace, app, modal(text_input("ref")))
    values = {"ref": {"text": "main"}}
    app.answers["view_submission"] = {
        "response_action": "update",
        "view": modal(text_input("ref"), text_input("env")),
    }
    assert (await workspace.submit(DANA, mine["id"], values))["ok"]
    (updated,) = await workspace.views(DANA)
    assert (updated["id"], len(updated["blocks"])) == (mine["id"], 2)
    assert updated["hash"] != mine["hash"]
    app.answers["view_submission"] = {"response_action": "push", "view": modal(text_input("sure"))}
    assert (await workspace.submit(DANA, mine["id"], values | {"env": {"text": "staging"}}))["ok"]
    below, above = await workspace.views(DANA)
    assert (above["previous_view_id"], above["root_view_id"]) == (below["id"], below["id"])
    app.answers["view_submission"] = {"response_action": "clear"}
    assert (await workspace.submit(DANA, above["id"], {"sure": {"text": "yes"}}))["ok"]
    assert await workspace.views(DANA) == []


async def test_at_most_three_views_are_stacked(workspace: Workspace, app: App) -> None:
    button = {"type": "button", "action_id": "next", "text": plain("Next")}
    view = modal(text_input("ref", optional=True), {"type": "actions", "elements": [button]})
    top = await opened(workspace, app, view)
    for expected in (None, None, "push_limit_reached"):
        assert (await workspace.press(DANA, "next", view=top["id"]))["ok"]
        pushed = {"trigger_id": app.of("block_actions")[-1]["trigger_id"], "view": view}
        answer = await workspace.api("views.push", pushed)
        assert answer.get("error") == expected
        top = answer.get("view", top)
    assert len(await workspace.views(DANA)) == 3
    done = await workspace.close_view(DANA, top["id"])
    assert done["ok"]
    assert len(await workspace.views(DANA)) == 2


async def test_an_update_keeps_what_was_typed_and_asks_for_the_newest(workspace: Workspace, app: App) -> None:
    button = {"type": "actions", "elements": [{"type": "button", "action_id": "b", "text": plain("B")}]}
    view = modal(text_input("ref"), button, external_id="deploy-1")
    mine = await opened(workspace, app, view)
    await workspace.press(DANA, "b", view=mine["id"], values={"ref": {"text": "typed"}})
    assert app.of("block_actions")[0]["view"]["state"]["values"]["ref"]["text"]["value"] == "typed"
    stale = {"view_id": mine["id"], "hash": "1.old", "view": view}
    assert (await workspace.api("views.update", stale))["error"] == "hash_conflict"
    fresh = {"external_id": "deploy-1", "hash": mine["hash"], "view": modal(text_input("ref"))}
    answer = await workspace.api("views.update", fresh)
    assert answer["view"]["state"]["values"] == {
        "ref": {"text": {"type": "plain_text_input", "value": "typed"}}
    }
    missing = {"view_id": "V404", "view": view}
    assert (await workspace.api("views.update", missing))["error"] == "not_found"
    again = {"trigger_id": await trigger(workspace, app), "view": view}
    assert (await workspace.api("views.open", again))["error"] == "duplicate_external_id"


async def test_closing_is_told_to_an_app_that_asked_for_it(workspace: Workspace, app: App) -> None:
    quiet = await opened(workspace, app, modal(text_input("ref")))
    assert (await workspace.close_view(DANA, quiet["id"]))["ack"] is None
    loud = await opened(
        workspace, app, modal(text_input("ref"), notify_on_close=True, private_metadata="d-1")
    )
    assert (await workspace.close_view(DANA, loud["id"]))["ack"]["status"] == 200
    (payload,) = app.of("view_closed")
    assert (payload["view"]["private_metadata"], payload["is_cleared"]) == ("d-1", False)
    assert await workspace.views(DANA) == []


@pytest.mark.parametrize("answer", [None, {}])
async def test_an_empty_answer_closes_the_view(workspace: Workspace, app: App, answer: Any) -> None:
    mine = await opened(workspace, app, modal(text_input("ref")))
    app.answers["view_submission"] = answer
    assert (await workspace.submit(DANA, mine["id"], {"ref": {"text": "main"}}))["ok"]
    assert await workspace.views(DANA) == []


async def test_a_submission_that_the_app_does_not_take_leaves_the_view_open(
    workspace: Workspace, app: App
) -> None:
    mine = await opened(workspace, app, modal(text_input("ref")))
    app.answers["view_submission"] = 500
    refused = await workspace.submit(DANA, mine["id"], {"ref": {"text": "main"}})
    assert refused["error"] == "dispatch_failed"
    assert len(await workspace.views(DANA)) == 1


async def test_a_home_tab_is_published_in_place(workspace: Workspace) -> None:
    dana = next(user["id"] for user in (await workspace.state())["users"] if user["email"] == DANA)
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await workspace.api("views.publish", {"user_id": dana, "view": view}))["view"]
    asked = {"user_id": dana, "view": view, "hash": first["hash"]}
    second = (await workspace.api("views.publish", asked))["view"]
    assert first["id"] == second["id"]
    assert (await workspace.api("views.publish", asked))["error"] == "hash_conflict"
    assert (await workspace.api("views.publish", {"user_id": "U404", "view": view}))[
        "error"
    ] == "user_not_found"

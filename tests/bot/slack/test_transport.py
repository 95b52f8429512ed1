"""What Slack sends becomes an ask, in time and as it was meant."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fixtures.grail import GrailProcess
from tests.fixtures.workspace import DANA, DEVI, Workspace
from tests.stories.steps import card_says, cards, told, words_of

PLACE = "#storefront"
DANA_ID = "U0DANA00000"


async def sent(
    workspace: Workspace, grail: GrailProcess, body: dict[str, Any], *, payload: bool = True
) -> int:
    """One request as Slack signs it; the status of the answer."""
    text = urlencode({"payload": json.dumps(body)}) if payload else json.dumps(body)
    now = str(int(time.time()))
    mark = hmac.new(
        workspace.settings.signing_secret.encode(), f"v0:{now}:{text}".encode(), hashlib.sha256
    ).hexdigest()
    kind = "application/x-www-form-urlencoded" if payload else "application/json"
    headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={mark}", "Content-Type": kind}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{grail.url}/slack/events", data=text, headers=headers) as answer,
    ):
        return answer.status


def pressed(action: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "trigger_id": f"t{time.monotonic_ns()}",
        "team": None,
        "user": {"id": DANA_ID, "team_id": "T0ACME00000"},
        "container": {},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.0"}],
        **more,
    }  # fmt: skip


async def direct(workspace: Workspace, word: str) -> str:
    found = await workspace.wait_for("@Grail", lambda ms: any(word in words_of(m) for m in ms), as_=DANA)
    return words_of(next(m for m in found if word in words_of(m)))


async def test_a_press_where_grail_is_installed_for_a_whole_organisation_is_the_same_persons(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DANA, PLACE, "/grail whoami")
    await told(workspace, DANA, PLACE, DANA)
    assert await sent(workspace, grail, pressed("home.help", "home")) == 200
    assert "`/grail deploy shop to staging`" in await direct(workspace, "What you can say")
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")  # nobody took them for two with one e-mail


async def test_a_button_or_a_form_that_no_version_knows_is_answered(
    workspace: Workspace, grail: GrailProcess
) -> None:
    assert await sent(workspace, grail, pressed("deploy.explode", "d-1")) == 200
    assert "Type the command instead." in await direct(workspace, "This button is of an older version of me.")
    view = {
        "id": "V1",
        "type": "modal",
        "hash": "h",
        "callback_id": "gone",
        "private_metadata": "",
        "state": {"values": {}},
    }
    submitted = {"type": "view_submission", "user": pressed("", "")["user"], "team": None, "view": view}
    assert await sent(workspace, grail, submitted) == 200
    assert "Type the command instead." in await direct(workspace, "This form is of an older version of me.")


async def test_forged_values_of_buttons_are_refused_in_words(
    workspace: Workspace, grail: GrailProcess
) -> None:
    assert await sent(workspace, grail, pressed("deploys.page", "d-1?service=%3C!channel%3E")) == 200
    assert "There is no service `&lt;!channel&gt;`." in await direct(workspace, "no-such-service")
    assert await sent(workspace, grail, pressed("deploys.page", "shop:many")) == 200
    assert "older version" in await direct(workspace, "This button")
    assert await sent(workspace, grail, pressed("deploy.logs", "../../etc/passwd")) == 200
    assert "There is no deploy ../../etc/passwd." in await direct(workspace, "no-such-deploy")


async def test_a_message_that_was_edited_or_that_a_bot_says_is_no_ask(
    workspace: Workspace, grail: GrailProcess
) -> None:
    event: dict[str, Any] = {
        "type": "app_mention", "user": DANA_ID, "team": "T0ACME00000", "channel": "C0STOREFRNT", "ts": "1.1",
        "text": "<@U0GRAIL0000> deploy shop to staging",
    }  # fmt: skip
    strange: list[dict[str, Any]] = [
        {"edited": {"user": DANA_ID}},
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
    ]
    for n, more in enumerate(strange):
        body = {
            "type": "event_callback",
            "event_id": f"Ev{n}",
            "team_id": "T0ACME00000",
            "event": {**event, **more},
        }
        assert await sent(workspace, grail, body, payload=False) == 200
    await workspace.type(DANA, PLACE, "/grail status")
    await told(workspace, DANA, PLACE, "nothing deployed")
    assert not cards(await workspace.messages(PLACE))
    assert grail.runs() == []


async def test_half_a_letter_in_a_message_is_answered_like_any_other(
    workspace: Workspace, grail: GrailProcess
) -> None:
    channel = await workspace.channel(PLACE)
    event = {"type": "app_mention", "user": DANA_ID, "team": "T0ACME00000", "channel": channel, "ts": "1.1"}
    event["text"] = "<@U0GRAIL0000> \ud800status"
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T0ACME00000", "event": event}
    assert await sent(workspace, grail, body, payload=False) == 200


async def test_a_form_is_taken_in_time_also_when_its_repository_is_slow(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(DEVI, PLACE, "/grail deploy shop")
    view = (await workspace.wait_until(lambda: workspace.views(DEVI)))[-1]
    await workspace.clock(forward=61)
    await workspace.weather(slow=4, methods=["users.info"], times=1)
    answer = await workspace.submit(
        DEVI, view["id"], {"environment": {"environment": "staging"}, "service": {"service": "shop"}}
    )
    assert answer["ack"]["status"] == 200, answer
    await card_says(workspace, PLACE, "succeeded")


async def test_a_branch_whose_name_is_too_long_for_a_menu_is_left_out_and_never_cut(
    workspace: Workspace, grail: GrailProcess
) -> None:
    long, longer = "feature/" + "x" * 100, "feature/" + "y" * 160
    for name in (long, longer):
        grail.repository.branch(name, {name.replace("/", "-")[:40]: "1\n"})
    await workspace.type(DEVI, PLACE, "/grail deploy shop")
    view = (await workspace.wait_until(lambda: workspace.views(DEVI)))[-1]
    answer = await workspace.options(DEVI, "ref", "feature", view=view["id"])
    offered = answer["ack"]["body"]["options"]
    values = {option["value"]: option["text"]["text"] for option in offered}
    assert long in values
    assert values[long] == long[:74] + "…"
    assert longer not in values


async def test_a_form_that_does_not_open_in_time_is_said_in_words_instead(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.weather(slow=60, methods=["views.open"], times=1)
    await workspace.type(DEVI, PLACE, "/grail deploy shop")
    said = await told(workspace, DEVI, PLACE, "I need an environment.")
    assert "Say it as `deploy &lt;service&gt; to &lt;environment&gt;`" in said


async def test_what_only_has_to_be_acknowledged_is_and_what_is_none_of_ours_goes_on_to_bolt(
    workspace: Workspace, grail: GrailProcess
) -> None:
    person = {"user": {"id": DANA_ID, "team_id": "T0ACME00000"}, "team": None}
    for body in (
        {"type": "view_closed", "view": {"callback_id": "c"}},
        {"type": "shortcut", "callback_id": "c"},
        {"type": "message_action", "callback_id": "c"},
    ):
        assert await sent(workspace, grail, {**body, **person}) == 200
    challenge = {"type": "url_verification", "challenge": "c", "token": "t"}
    assert await sent(workspace, grail, challenge, payload=False) == 200
    others: tuple[dict[str, Any], ...] = (
        {"type": "dialog_submission", "callback_id": "c"},
        {"type": "block_actions"},
        {"type": 7},
    )
    for other in others:
        assert await sent(workspace, grail, {**other, **person}) == 404
    assert await sent(workspace, grail, {"type": "event_callback"}, payload=False) == 404

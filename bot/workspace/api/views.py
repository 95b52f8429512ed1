"""views.*: modals and the Home tab."""

from typing import Any

from ..faults import Json, SlackError
from ..limits import TIER_4
from ..tickets import Trigger
from .calls import Call, method


def given(call: Call) -> Json:
    """The view, judged. Raises invalid_arguments with the path of each fault."""
    view: Any = call.arguments.get("view")
    call.core.checks.view(call.method, view)
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments")
    return view


def triggered(call: Call) -> Trigger:
    """Slack's newer name for a trigger_id is interactivity_pointer."""
    return call.core.tickets.check(
        call.arguments.get("trigger_id") or call.arguments.get("interactivity_pointer")
    )


def fresh(call: Call, view: Json) -> None:
    """An external_id names one view only."""
    if view.get("external_id"):
        try:
            call.core.views.owner(None, view["external_id"])
        except SlackError:
            return
        raise SlackError("duplicate_external_id")


@method("views.open", needs="view", rate=TIER_4)
def open_(call: Call) -> Json:
    trigger, view = triggered(call), given(call)
    fresh(call, view)
    trigger.used = True
    return {"view": call.core.views.open(trigger.user, view)}


@method("views.push", needs="view", rate=TIER_4)
def push(call: Call) -> Json:
    trigger, view = triggered(call), given(call)
    fresh(call, view)
    made = call.core.views.push(trigger.user, view)
    trigger.used = True
    return {"view": made}


@method("views.update", needs="view", rate=TIER_4)
def update(call: Call) -> Json:
    view = given(call)
    named = call.arguments.get("view_id"), call.arguments.get("external_id")
    if not any(named):
        raise SlackError("invalid_arguments")
    return {"view": call.core.views.update(*named, view, call.arguments.get("hash"))}


@method("views.publish", needs="user_id view", rate=TIER_4)
def publish(call: Call) -> Json:
    user, view = call.user("user_id"), given(call)
    return {"view": call.core.views.publish(user.id, view, call.arguments.get("hash"))}

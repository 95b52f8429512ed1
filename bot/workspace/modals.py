"""A person submits a modal, or closes it; and what the app's answer does to the stack."""

from typing import Any

from .core import Core
from .faults import ControlError, Json, SlackError
from .forms import missing, state, unknown
from .messages import elements
from .payloads import Done, common, deliver, needed, values_of
from .people import User
from .web_api import structure


class Modals:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def submit(self, asked: Json) -> Done:
        """{"as", "view", "values": {block_id: {action_id: value}}}; answers "errors" where a field is refused."""
        core = self._core
        user, view = self._view(asked)
        given = values_of(asked)
        stray = unknown(view["blocks"], given)
        if stray is not None:
            raise ControlError(f"There is no input {stray!r} in this view.")
        known = core.options_of(user.id)
        values = state(view["blocks"], given, known, view["state"]["values"], core.world.named(user))
        core.views.typed(user.id, view, values)
        errors = missing(view["blocks"], values)
        if errors:  # Slack's client says so itself, the app hears nothing
            return Done(error="validation_failed", more={"errors": errors})
        payload = common(core, "view_submission", user)
        payload |= {"trigger_id": core.tickets.trigger(user.id, view["id"]), "view": view}
        payload["response_urls"] = self._response_urls(user, view)
        id, ack = await deliver(core, "interactive", payload)
        if ack.error is not None:
            core.notice(user.id, f'We had some trouble connecting. Try again? ("{ack.error}")')
            return Done(ack, ack.error, {"id": id})
        try:
            errors = self._answered(user, view, ack.body)
        except SlackError as refused:
            core.notice(user.id, "We had some trouble connecting. Try again?")
            return Done(ack, refused.word, {"id": id})
        if errors:
            return Done(ack, "validation_failed", {"id": id, "errors": errors})
        return Done(ack, more={"id": id})

    async def close(self, asked: Json) -> Done:
        """{"as", "view", "all"?}: the app hears of it where the view asked for that (notify_on_close)."""
        core = self._core
        user, view = self._view(asked)
        if asked.get("values"):
            known = core.options_of(user.id)
            standing, named = view["state"]["values"], core.world.named(user)
            core.views.typed(user.id, view, state(view["blocks"], values_of(asked), known, standing, named))
        cleared = bool(view["clear_on_close"]) or asked.get("all") is True
        gone = list(core.views.stack(user.id)) if cleared else [view]
        core.views.clear(user.id) if cleared else core.views.close(user.id, view["id"])
        done = Done()
        for closed in reversed(gone):
            if closed["notify_on_close"]:
                payload = common(core, "view_closed", user) | {"view": closed, "is_cleared": cleared}
                id, ack = await deliver(core, "interactive", payload)
                done = Done(ack, ack.error, {"id": id})
        return done

    def _view(self, asked: Json) -> tuple[User, Json]:
        core = self._core
        user = core.world.person(needed(asked, "as", "an e-mail"))
        named = needed(asked, "view", "the id of a view, as GET /control/views lists them")
        view = next((one for one in core.views.stack(user.id) if one["id"] == named), None)
        if view is None:
            raise ControlError(f"{user.name} has no view {named!r} open.")
        return user, view

    def _answered(self, user: User, view: Json, body: Any) -> dict[str, str]:
        """Do what the app's answer says; answers the errors it gave. Raises SlackError where it makes no sense."""
        core = self._core
        said: Json = body if isinstance(body, dict) else {}
        action = said.get("response_action")
        if action is None:
            if said:
                core.checks.violation("view_submission", "/response_action", "missing required field")
            core.views.close(user.id, view["id"])
            return {}
        if action == "clear":
            core.views.clear(user.id)
            return {}
        if action == "errors":
            errors: Any = said.get("errors")
            there = {block.get("block_id") for block in view["blocks"] if block.get("type") == "input"}
            if not isinstance(errors, dict) or not errors or not set(errors) <= there:
                core.checks.violation(
                    "view_submission", "/errors", "must name the block_id of an input of the view"
                )
                raise SlackError("invalid_response")
            return {str(block): str(text) for block, text in errors.items()}
        if action not in ("update", "push"):
            core.checks.violation(
                "view_submission", "/response_action", "must be errors, update, push or clear"
            )
            raise SlackError("invalid_response")
        new = structure("view", said.get("view"))
        core.checks.answer(f"view_submission ({action})", {"view": new})
        core.checks.view(f"view_submission ({action})", new)
        if action == "update":
            core.views.update(view["id"], None, new)
        else:
            core.views.push(user.id, new)
        return {}

    def _response_urls(self, user: User, view: Json) -> list[Json]:
        """For menus of channels that asked for one (response_url_enabled)."""
        urls: list[Json] = []
        for block in view["blocks"]:
            for element in elements(block):
                held = view["state"]["values"].get(block["block_id"], {}).get(element.get("action_id")) or {}
                chosen = held.get("selected_conversation") or held.get("selected_channel")
                if element.get("response_url_enabled") and chosen in self._core.world.channels:
                    row = {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": chosen,
                    }
                    urls.append(row | {"response_url": self._core.response_url(user.id, str(chosen))})
        return urls

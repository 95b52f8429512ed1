"""Modals, stacked up to three for each person, and each person's Home tab."""

import secrets
from typing import Any

from .faults import Json, SlackError
from .hub import Hub
from .journal import Journal, Records
from .messages import located, with_ids
from .world import World

MOST_STACKED = 3


class Views:
    def __init__(self, world: World, journal: Journal, hub: Hub) -> None:
        self._world, self._journal, self._hub = world, journal, hub
        self._stacks: dict[str, list[Json]] = {}
        self._homes: dict[str, Json] = {}

    def restore(self, records: Records) -> None:
        self._stacks = dict(records.get("stack", {}))
        self._homes = dict(records.get("home", {}))

    def stack(self, user: str) -> list[Json]:
        """The person's modals, the one on top last."""
        return self._stacks.get(user, [])

    def home(self, user: str) -> Json | None:
        return self._homes.get(user)

    def find(self, user: str, view_id: str) -> Json | None:
        """A modal of this person by its id, or their Home tab by its id or by the word "home"."""
        home = self._homes.get(user)
        if home is not None and view_id in ("home", home["id"]):
            return home
        return next((view for view in self.stack(user) if view["id"] == view_id), None)

    def owner(self, view_id: Any, external_id: Any) -> tuple[str, Json]:
        """Whose view it is, and the view. Raises not_found."""
        for user, stack in self._stacks.items():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user, view
        for user, view in self._homes.items():
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return user, view
        raise SlackError("not_found")

    def open(self, user: str, content: Json) -> Json:
        """A new root. Modals that stood open are put away, as a new form takes their place."""
        view = self._made(content, None)
        self._stacks[user] = [view]
        self._keep_stack(user)
        return view

    def push(self, user: str, content: Json) -> Json:
        stack = self._stacks.get(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        view = self._made(content, stack[-1])
        stack.append(view)
        self._keep_stack(user)
        return view

    def update(self, view_id: Any, external_id: Any, content: Json, hash: Any = None) -> Json:
        """New content in place; what was typed into inputs that stay is kept."""
        user, view = self.owner(view_id, external_id)
        if hash is not None and hash != view["hash"]:
            raise SlackError("hash_conflict")
        if content.get("type") != view["type"]:
            raise SlackError("view_type_mismatch" if view["type"] == "modal" else "invalid_arguments")
        typed = view["state"]["values"]
        new = self._made(content, None)
        kept = ("id", "previous_view_id", "root_view_id")
        view |= new | {key: view[key] for key in kept}
        if not content.get("external_id") and external_id:
            view["external_id"] = external_id
        view["state"] = {"values": still_there(view["blocks"], typed)}
        self._keep_stack(user) if view["type"] == "modal" else self._keep_home(user)
        return view

    def publish(self, user: str, content: Json, hash: Any = None) -> Json:
        standing = self._homes.get(user)
        if hash is not None and standing is not None and hash != standing["hash"]:
            raise SlackError("hash_conflict")
        view = self._made(content, None)
        if standing is not None:
            view |= {"id": standing["id"], "root_view_id": standing["id"]}
        self._homes[user] = view
        self._keep_home(user)
        return view

    def close(self, user: str, view_id: str) -> None:
        """Take one modal away; those that were pushed upon it go with it."""
        stack = self.stack(user)
        at = next((index for index, view in enumerate(stack) if view["id"] == view_id), len(stack))
        self._stacks[user] = stack[:at]
        self._keep_stack(user)

    def clear(self, user: str) -> None:
        self._stacks[user] = []
        self._keep_stack(user)

    def typed(self, user: str, view: Json, values: Json) -> None:
        """What stands in the inputs now, as Slack's state values."""
        view["state"] = {"values": values}
        if view["type"] == "modal":
            self._journal.put("stack", user, self.stack(user))

    def _made(self, content: Json, below: Json | None) -> Json:
        id = "V" + secrets.token_hex(5).upper()
        modal = content.get("type") == "modal"
        view: Json = {
            "id": id,
            "team_id": self._world.team["id"],
            "type": content.get("type"),
            "blocks": with_ids(content.get("blocks", [])),
            "private_metadata": content.get("private_metadata") or "",
            "callback_id": content.get("callback_id") or "",
            "state": {"values": {}},
            "hash": f"{self._world.clock.ts().split('.')[0]}.{secrets.token_urlsafe(6)}",
            "title": content.get("title"),
            "clear_on_close": bool(content.get("clear_on_close")),
            "notify_on_close": bool(content.get("notify_on_close")),
            "close": content.get("close"),
            "submit": content.get("submit"),
            "previous_view_id": below["id"] if below else None,
            "root_view_id": below["root_view_id"] if below else id,
            "app_id": self._world.app_id,
            "external_id": content.get("external_id") or "",
            "app_installed_team_id": self._world.team["id"],
            "bot_id": self._world.bot_id,
        }
        if modal:
            view["submit_disabled"] = bool(content.get("submit_disabled"))
        return view

    def _keep_stack(self, user: str) -> None:
        self._journal.put("stack", user, self.stack(user))
        self._hub.tell("views", {"views": self.stack(user)}, to=[user])

    def _keep_home(self, user: str) -> None:
        self._journal.put("home", user, self._homes[user])
        self._hub.tell("home", {"view": self._homes[user]}, to=[user])


def still_there(blocks: Any, values: Json) -> Json:
    """Of what was typed, that whose input still stands under the same ids."""
    kept: Json = {}
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            found = located([block for block in blocks if block.get("block_id") == block_id], action_id)
            if found is not None:
                kept.setdefault(block_id, {})[action_id] = value
    return kept

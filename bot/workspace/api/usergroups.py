"""usergroups.*: handles that stand for several people."""

from ..faults import Json, SlackError
from ..limits import TIER_2
from ..people import Group, identity
from .calls import Call, method


@method("usergroups.list", rate=TIER_2)
def list_(call: Call) -> Json:
    shown = [g for g in call.core.world.groups.values() if call.flag("include_disabled") or not g.date_delete]
    return {"usergroups": [group.as_slack(with_users=call.flag("include_users")) for group in shown]}


@method("usergroups.create", needs="name", rate=TIER_2)
def create(call: Call) -> Json:
    world = call.core.world
    handle = call.text("handle") or call.text("name").lower().replace(" ", "-")
    if any(group.name == call.text("name") for group in world.groups.values()):
        raise SlackError("name_already_exists")
    if world.group_handled(handle) is not None:
        raise SlackError("handle_already_exists")
    group = Group(identity("S", handle), handle, call.text("name"), call.text("description"))
    group.created_by = world.app.id
    world.keep_group(group)
    return {"usergroup": group.as_slack(with_users=True)}


@method("usergroups.update", needs="usergroup", rate=TIER_2)
def update(call: Call) -> Json:
    group = found(call)
    for name in ("name", "handle", "description"):
        if name in call.arguments:
            setattr(group, name, call.text(name))
    return kept(call, group)


@method("usergroups.disable", needs="usergroup", rate=TIER_2)
def disable(call: Call) -> Json:
    group = found(call)
    group.date_delete = int(call.core.clock.now())
    return kept(call, group)


@method("usergroups.enable", needs="usergroup", rate=TIER_2)
def enable(call: Call) -> Json:
    group = found(call)
    group.date_delete = 0
    return kept(call, group)


@method("usergroups.users.list", needs="usergroup", rate=TIER_2)
def users_list(call: Call) -> Json:
    return {"users": list(found(call).users)}


@method("usergroups.users.update", needs="usergroup users", rate=TIER_2)
def users_update(call: Call) -> Json:
    group = found(call)
    given = call.arguments["users"]
    users = [
        str(one).strip() for one in (given if isinstance(given, list) else call.text("users").split(","))
    ]
    if not all(user in call.core.world.users for user in users):
        raise SlackError("invalid_users")
    group.users = users
    return kept(call, group)


def found(call: Call) -> Group:
    group = call.core.world.groups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def kept(call: Call, group: Group) -> Json:
    group.date_update = int(call.core.clock.now())
    call.core.world.keep_group(group)
    return {"usergroup": group.as_slack(with_users=True)}

"""auth.test, api.test and apps.connections.open: who the app is, and its way in by Socket Mode."""

from ..faults import Json
from ..limits import SPECIAL
from .calls import Call, method

SCOPES = (
    "app_mentions:read,channels:history,channels:join,channels:read,chat:write,commands,files:write,groups:history,"
    "groups:read,im:history,im:read,im:write,pins:write,reactions:write,usergroups:read,usergroups:write,users:read,"
    "users:read.email"
)


@method("auth.test", rate=SPECIAL)
def auth_test(call: Call) -> Json:
    world = call.core.world
    return {
        "url": f"{call.core.base}/",
        "team": world.team["name"],
        "user": world.app.name,
        "team_id": world.team["id"],
        "user_id": world.app.id,
        "bot_id": world.bot_id,
        "is_enterprise_install": False,
    }


@method("api.test", rate=SPECIAL)
def api_test(call: Call) -> Json:
    return {"args": {key: value for key, value in call.arguments.items() if key != "token"}}


@method("apps.connections.open", rate=SPECIAL, with_app_token=True)
def connections_open(call: Call) -> Json:
    ticket = call.core.sockets.ticket()
    return {
        "url": f"{call.core.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={call.core.world.app_id}"
    }

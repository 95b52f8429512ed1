"""users.* and bots.info: who is who."""

from ..faults import Json, SlackError
from ..limits import TIER_2, TIER_3, TIER_4
from ..people import STRANGE_TEAM
from .calls import Call, method


@method("users.info", needs="user", rate=TIER_4)
def info(call: Call) -> Json:
    return {"user": call.user().as_slack(call.core.clock.now())}


@method("users.lookupByEmail", needs="email", rate=TIER_3)
def lookup_by_email(call: Call) -> Json:
    wanted = call.text("email").lower()
    for user in call.core.world.users.values():
        if user.email and user.email.lower() == wanted and user.team_id != STRANGE_TEAM and not user.deleted:
            return {"user": user.as_slack(call.core.clock.now())}
    raise SlackError("users_not_found")


@method("users.list", rate=TIER_2)
def list_(call: Call) -> Json:
    now = call.core.clock.now()
    everyone = [user.as_slack(now) for user in call.core.world.users.values() if user.team_id != STRANGE_TEAM]
    page, metadata = call.page(everyone)
    return {"members": page, "cache_ts": int(now), "response_metadata": metadata}


@method("bots.info")
def bots_info(call: Call) -> Json:
    app = call.core.world.app
    if call.text("bot") not in ("", app.bot_id):
        raise SlackError("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.real_name, "updated": 1_700_000_000}
    return {"bot": bot | {"app_id": app.app_id, "user_id": app.id, "icons": {}}}

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


@method("users.profile.set", needs="user profile", with_admin_token=True)
def set_profile(call: Call) -> Json:
    """What an admin changes of somebody. Two may come to have one e-mail, as people of two workspaces can."""
    user, profile = call.user(), call.arguments["profile"]
    fields = {"email": "email", "real_name": "real_name", "display_name": "name", "title": "title"}
    if not isinstance(profile, dict) or not profile or not profile.keys() <= fields.keys():
        raise SlackError("invalid_profile")
    if not all(isinstance(value, str) and value for value in profile.values()):
        raise SlackError("invalid_profile")
    for name, value in profile.items():
        setattr(user, fields[name], value)
    call.core.world.keep_user(user)
    return {"username": user.name, "profile": user.as_slack(call.core.clock.now())["profile"]}


@method("bots.info")
def bots_info(call: Call) -> Json:
    app = call.core.world.app
    if call.text("bot") not in ("", app.bot_id):
        raise SlackError("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.real_name, "updated": 1_700_000_000}
    return {"bot": bot | {"app_id": app.app_id, "user_id": app.id, "icons": {}}}

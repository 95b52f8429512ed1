"""files.*: an upload begins with an address and ends with a message."""

from ..faults import Json, SlackError
from ..files import MOST_BYTES
from ..limits import TIER_4
from .calls import Call, method
from .chat import threaded


@method("files.getUploadURLExternal", needs="filename length", rate=TIER_4)
def get_upload_url(call: Call) -> Json:
    try:
        length = int(call.arguments["length"])
    except (TypeError, ValueError):
        raise SlackError("invalid_arguments") from None
    if length < 1:
        raise SlackError("invalid_arguments")
    if length > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    id, secret = call.core.files.begin(call.text("filename"), length)
    return {"upload_url": f"{call.core.base}/upload/{secret}", "file_id": id}


@method("files.completeUploadExternal", needs="files", rate=TIER_4)
def complete(call: Call) -> Json:
    asked = call.arguments["files"]
    if (
        not isinstance(asked, list)
        or not asked
        or not all(isinstance(one, dict) and "id" in one for one in asked)
    ):
        raise SlackError("invalid_arguments")
    places = [one for one in (call.text("channel_id") or call.text("channels")).split(",") if one]
    channels = [call.addressed(place) for place in places]
    threads = [threaded(call, channel) for channel in channels]
    call.core.checks.message(call.method, call.arguments)
    files = [call.core.files.complete(str(one["id"]), one.get("title"), call.core.base) for one in asked]
    for channel, thread in zip(channels, threads, strict=True):
        said: Json = {
            "text": call.text("initial_comment"),
            "files": files,
            "upload": True,
            "subtype": "file_share",
        }
        if call.arguments.get("blocks"):
            said["blocks"] = call.arguments["blocks"]
        call.core.messages.post(channel, call.core.world.app, said | thread)
    return {"files": files}


@method("files.info", needs="file", rate=TIER_4)
def info(call: Call) -> Json:
    found = call.core.files.content(call.text("file"))
    if found is None:
        raise SlackError("file_not_found")
    return {"file": {key: value for key, value in found[0].items() if key != "received"}, "comments": []}

"""Files: the two steps of an upload, and what was uploaded."""

import secrets
from pathlib import Path
from typing import Any

from .faults import Json, SlackError
from .journal import Journal, Records
from .world import World

MOST_BYTES = 50 * 1024 * 1024


class Files:
    """The content lies beside the state file, or in memory where there is none."""

    def __init__(self, state: Path | None, journal: Journal, world: World) -> None:
        self._folder = state.with_name(state.name + ".files") if state is not None else None
        self._journal, self._world = journal, world
        self._known: dict[str, Json] = {}
        self._content: dict[str, bytes] = {}
        self._uploads: dict[str, str] = {}

    def restore(self, records: Records) -> None:
        self._known = dict(records.get("file", {}))

    def begin(self, name: str, length: int) -> tuple[str, str]:
        """Slack's first step: the file's id, and the secret of the address to send it to."""
        id, secret = "F" + secrets.token_hex(5).upper(), secrets.token_urlsafe(18)
        self._known[id] = {"id": id, "name": name, "size": length, "created": int(self._world.clock.now())}
        self._uploads[secret] = id
        return id, secret

    def receive(self, secret: str, content: bytes) -> int:
        """The content itself, whole. Raises not_found, or upload_length_mismatch."""
        id = self._uploads.get(secret)
        if id is None:
            raise SlackError("not_found", status=404)
        if len(content) != self._known[id]["size"]:
            raise SlackError("upload_length_mismatch", status=400)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / id).write_bytes(content)
        else:
            self._content[id] = content
        self._known[id]["received"] = True
        return len(content)

    def complete(self, id: str, title: Any, base: str) -> Json:
        """Slack's last step: the file object. Raises file_not_found where nothing was received."""
        file = self._known.get(id)
        if file is None or not file.get("received"):
            raise SlackError("file_not_found")
        name = str(file["name"])
        ending = name.rpartition(".")[2].lower() if "." in name else "text"
        file |= {
            "title": str(title or name),
            "timestamp": file["created"],
            "mimetype": "text/plain" if ending in ("text", "txt", "log") else "application/octet-stream",
            "filetype": "text" if ending in ("text", "txt", "log") else ending,
            "pretty_type": "Plain Text" if ending in ("text", "txt", "log") else ending.upper(),
            "user": self._world.app.id,
            "user_team": self._world.team["id"],
            "editable": False,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{base}/files/{id}/{name}",
            "url_private_download": f"{base}/files/{id}/download/{name}",
            "permalink": f"{base}/files/{id}/{name}",
            "file_access": "visible",
            "channels": [],
            "groups": [],
            "ims": [],
            "comments_count": 0,
        }
        self._journal.put("file", id, file)
        return {key: value for key, value in file.items() if key != "received"}

    def content(self, id: str) -> tuple[Json, bytes] | None:
        """A completed file and what is in it."""
        file = self._known.get(id)
        if file is None or "url_private" not in file:
            return None
        if self._folder is None:
            return file, self._content.get(id, b"")
        path = self._folder / id
        return (file, path.read_bytes()) if path.exists() else None

"""What people type, as Slack sends it on: @people, #channels and addresses as entities, and & < > escaped."""

import re

from .world import World

_KNOWN = re.compile(
    r"<(?:[@#][A-Z0-9]+(?:\|[^<>]*)?|!(?:here|channel|everyone)|(?:https?://|mailto:)[^\s<>|]+(?:\|[^<>]*)?)>"
)
_URL = re.compile(r"\bhttps?://[^\s<>\"'`]+")
_EMAIL = re.compile(r"(?<![\w@./:+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_NAME = re.compile(r"(?<![\w&])([@#])([\w][\w.-]*)")
_TRAILING = ".,;:!?)]}"


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sent(world: World, text: str, *, named: bool = False, entities: bool = True) -> str:
    """The text as it reaches an app.

    named: people as `<@U…|name>`, as in slash commands; else `<@U…>`, as in messages.
    entities: False where a command's should_escape is off: then only & < > are replaced.
    What stands in backticks is left alone. Entities that are already there stay as they are.
    """
    if not entities:
        return escaped(text)
    pieces = re.split(r"(```.+?```|`[^`\n]+`)", text, flags=re.DOTALL)
    return "".join(
        escaped(piece)
        if piece.startswith("`") and piece.endswith("`") and len(piece) > 1
        else _entities(world, piece, named)
        for piece in pieces
    )


def _entities(world: World, text: str, named: bool) -> str:
    out, rest = "", text
    while rest:
        found = _first(rest)
        if found is None:
            return out + escaped(rest)
        kind, match = found
        said = match.group()
        entity, used = _entity(world, kind, match, named)
        out += escaped(rest[: match.start()]) + (entity if used else escaped(said))
        rest = rest[match.start() + (used or len(said)) :]
    return out


def _first(text: str) -> "tuple[str, re.Match[str]] | None":
    found = [
        (match.start(), order, kind, match)
        for order, (kind, pattern) in enumerate(
            (("known", _KNOWN), ("url", _URL), ("email", _EMAIL), ("name", _NAME))
        )
        if (match := pattern.search(text)) is not None
    ]
    if not found:
        return None
    _, _, kind, match = min(found, key=lambda row: row[:2])
    return kind, match


def _entity(world: World, kind: str, match: "re.Match[str]", named: bool) -> tuple[str, int]:
    """The entity, and how many characters it stands for; 0 where it is none after all."""
    said = match.group()
    if kind == "known":
        id = re.split(r"[|>]", said[2:])[0]
        if said[1] in "@#" and id not in world.users and id not in world.channels:
            return "", 0
        return said, len(said)
    if kind == "url":
        url = said.rstrip(_TRAILING)
        return f"<{escaped(url)}>", len(url)
    if kind == "email":
        return f"<mailto:{said}|{said}>", len(said)
    sign, name = match.group(1), match.group(2)
    while name:
        entity = _named(world, sign, name, named)
        if entity is not None:
            return entity, 1 + len(name)
        if name[-1] not in ".-_":
            break
        name = name[:-1]
    return "", 0


def _named(world: World, sign: str, name: str, named: bool) -> str | None:
    if sign == "#":
        channel = world.channel_named(name)
        return f"<#{channel.id}|{channel.name}>" if channel is not None else None
    if name.lower() in ("here", "channel", "everyone"):
        return f"<!{name.lower()}>"
    for user in world.users.values():
        if user.name.lower() == name.lower():
            return f"<@{user.id}|{user.name}>" if named else f"<@{user.id}>"
    group = world.group_handled(name.lower())
    return f"<!subteam^{group.id}|@{group.handle}>" if group is not None else None

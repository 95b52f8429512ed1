"""Puts the key that a block stands under into the block, as its name, before the models see it."""

from typing import Any

_NAMED = ("recipes", "teams", "services", "roles", "rotations")


def named(written: dict[Any, Any]) -> tuple[dict[str, Any], list[str]]:
    """A copy with names put in and the `x-…` keys (kept for anchors) left out, and the faults on the way."""
    faults: list[str] = []
    data = {
        key: value for key, value in written.items() if not (isinstance(key, str) and key.startswith("x-"))
    }
    if "version" in data:
        faults.append("version: unknown; Grail counts versions by itself")
        del data["version"]
    for part in _NAMED:
        if isinstance(data.get(part), dict):
            data[part] = _with_names(data[part], "name", part, faults)
    if isinstance(data.get("people"), dict):
        data["people"] = _with_names(data["people"], "email", "people", faults)
    if isinstance(data.get("services"), dict):
        for name, service in data["services"].items():
            if isinstance(service, dict) and isinstance(service.get("environments"), dict):
                path = f"services.{name}.environments"
                service["environments"] = _with_names(service["environments"], "name", path, faults)
    return data, faults


def _with_names(blocks: dict[Any, Any], field: str, path: str, faults: list[str]) -> dict[Any, Any]:
    """Copies, because an anchor may make several blocks one object."""
    result: dict[Any, Any] = {}
    for key, block in blocks.items():
        if isinstance(block, dict):
            if field in block:
                faults.append(f"{path}.{key}.{field}: unknown; the key above it, {key}, is its {field}")
            block = {**block, field: key}
        result[key] = block
    return result

"""From a file to plain data: YAML, safely, with every way in which it can fail as one plain sentence.

The file's text is bounded, and so is what its anchors unfold to: a few lines of YAML can otherwise mean
billions of values. A key that stands twice is a fault, because YAML would silently take the last.
"""

from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigFault

MOST_BYTES = 2 * 1024 * 1024
MOST_VALUES = 100_000  # with every alias counted as often as it is used
MOST_DEPTH = 40

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Safe loading, but dates stay text: in config.yaml people write them, and the models check them."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in _Base.yaml_implicit_resolvers.items()
}


def read(path: Path) -> dict[Any, Any]:
    """The top-level mapping of the file. Raises ConfigFault."""
    return parse(_text(path), path.name)


def parse(text: str, name: str = "config.yaml") -> dict[Any, Any]:
    """The top-level mapping of a text. Raises ConfigFault."""
    try:
        _measure(text, name)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise ConfigFault(
                    [f"{name}: is empty; config.yaml of the example company shows what belongs in it"]
                )
            _weigh(node, name)
            if not isinstance(node, yaml.MappingNode):
                raise ConfigFault([f"{name}: is not a mapping; it begins with lines such as `company: Acme`"])
            faults = _key_faults(node)
            if faults:
                raise ConfigFault(faults)
            data: dict[Any, Any] = loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name
        raise ConfigFault(
            [f"{where}: is not YAML: {_plain(error.problem or error.context or 'unreadable')}"]
        ) from None
    except yaml.YAMLError as error:
        raise ConfigFault([f"{name}: is not YAML: {_plain(str(error))}"]) from None
    except (ValueError, OverflowError) as error:  # such as a number of 10,000 digits
        raise ConfigFault([f"{name}: holds a value that cannot be read: {_plain(str(error))}"]) from None
    return data


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise ConfigFault([f"{path}: is a folder; name the config.yaml in it"])
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigFault(
            [f"{path}: there is no such file; name one with --config or GRAIL_CONFIG"]
        ) from None
    except PermissionError:
        raise ConfigFault(
            [f"{path}: may not be read by this user; give it the right to read the file"]
        ) from None
    except OSError as error:
        raise ConfigFault([f"{path}: cannot be read: {error.strerror}"]) from None
    if len(body) > MOST_BYTES:
        raise ConfigFault([f"{path.name}: is too big; allowed: {MOST_BYTES // 1024 // 1024} MiB"])
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise ConfigFault([f"{path.name}, line {line}: is not UTF-8; save the file as UTF-8"]) from None


def _measure(text: str, name: str) -> None:
    """Refuse what is nested too deeply before it is put together: the C library would overflow its stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                raise _too_deep(event, name)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _weigh(root: yaml.Node, name: str) -> None:
    """Refuse what unfolds to too much, too deeply, or holds itself, without unfolding it."""
    weights: dict[int, tuple[int, int]] = {}  # node -> (values, levels)
    open_: set[int] = set()

    def weigh(node: yaml.Node) -> tuple[int, int]:
        if (known := weights.get(id(node))) is not None:
            return known
        if id(node) in open_:
            why = "holds itself; an anchor cannot be used inside itself"
            raise ConfigFault([f"{name}, line {_line(node)}: {why}"])
        open_.add(id(node))
        total, height = 1, 0
        for child in _children(node):
            values, levels = weigh(child)
            total, height = total + values, max(height, levels + 1)
            if total > MOST_VALUES:
                why = f"its anchors unfold to too much; allowed: {MOST_VALUES:,} values"
                raise ConfigFault([f"{name}, line {_line(node)}: {why}"])
            if height > MOST_DEPTH:
                raise _too_deep(node, name)
        open_.discard(id(node))
        weights[id(node)] = (total, height)
        return total, height

    weigh(root)


def _too_deep(at: yaml.Node | yaml.Event, name: str) -> ConfigFault:
    return ConfigFault([f"{name}, line {_line(at)}: is nested too deeply; allowed: {MOST_DEPTH} levels"])


def _line(at: yaml.Node | yaml.Event) -> int:
    return at.start_mark.line + 1 if at.start_mark else 0


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _key_faults(root: yaml.Node) -> list[str]:
    """Keys that stand twice in one mapping, and keys that are not text (`on:` and `1:` are not)."""
    faults: list[str] = []
    seen: set[int] = set()

    def look(node: yaml.Node, path: str) -> None:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                look(child, f"{path}.{index}")
        if not isinstance(node, yaml.MappingNode):
            return
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = _line(key)
            if key.tag == "tag:yaml.org,2002:merge":
                look(value, path)
                continue
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                what = _plain(str(key.value)) if isinstance(key, yaml.ScalarNode) else "this"
                faults.append(
                    f"{(path + '.' + what).lstrip('.')}: is not text (line {line}); write the key in quotes"
                )
                continue
            here = f"{path}.{key.value}".lstrip(".")
            if key.value in lines:
                faults.append(f"{here}: stands twice, in lines {lines[key.value]} and {line}; keep one")
            lines.setdefault(key.value, line)
            look(value, here)

    look(root, "")
    return faults


def _plain(text: str) -> str:
    return " ".join(text.split())[:120]

"""A small config.yaml that is right, for tests that spoil it in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import load
from bot.errors import ConfigFault

SMALL = """\
company: Small
channels: {operations: "#ops", unsorted: "#unsorted"}
recipes:
  plain:
    deploy:
      - {name: start, run: [make, deploy], timeout: 5m}
teams:
  web: {channel: "#web", rotation: week}
services:
  shop:
    team: web
    repository: https://git.example.com/shop.git
    environments:
      staging: {driver: recipe, recipe: plain}
people:
  ann@example.com: {name: Ann, roles: [developer], team: web, rung: solo, zone: Europe/Berlin}
rotations:
  week: {people: [ann@example.com], zone: Europe/Berlin}
roles:
  developer:
    grants:
      - {words: [deploy], teams: [own], environments: [staging]}
"""

Faults = Callable[..., list[str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small one, on disk."""
    file = tmp_path / "config.yaml"
    file.write_text(SMALL)
    return file


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """`faults("old", "new", …)`: every fault of the small one with each old text replaced by the new one."""

    def faults(*replacements: str, words: list[str] | None = None) -> list[str]:
        text = SMALL
        for old, new in zip(replacements[::2], replacements[1::2], strict=True):
            assert old in text, f"the small config has no {old}"
            text = text.replace(old, new, 1)
        spoilt = tmp_path / "spoilt.yaml"
        spoilt.write_text(text)
        with pytest.raises(ConfigFault) as fault:
            load(spoilt, words=words)
        return list(fault.value.faults)

    return faults

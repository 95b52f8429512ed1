"""A page of docs/recipes, read by the marks that people read it by: a file's name in bold, and the block under it."""

import re
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "docs" / "recipes"
_FILE = re.compile(
    r"^\*\*`(?P<name>[^`]+)`\*\*(?:[^\n]+\n)*\n*```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Page:
    def __init__(self, name: str) -> None:
        self.text = (FOLDER / f"{name}.md").read_text()
        blocks = [(match["name"], match["text"]) for match in _FILE.finditer(self.text)]
        self.files = dict(blocks)
        assert len(self.files) == len(blocks) > 1, [name for name, _ in blocks]
        assert self.text.count("\n```") == 2 * len(blocks), "a block without the name of its file"
        self.config: dict[str, Any] = yaml.safe_load(self.files.pop("config.yaml"))

    def programs(self) -> set[str]:
        """The first word of every command."""
        [recipe] = self.config["recipes"].values()
        stages = [recipe[stage] for stage in ("prepare", "deploy", "check", "rollback")]
        return {step["run"][0] for stage in (*stages, *recipe["actions"].values()) for step in stage}

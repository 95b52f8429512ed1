"""What every address has in common: a request, a refusal, and finding what it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..faults import Json
from .shapes import Shapes
from .things import Deployment, Repository, Run, Things


class Refused(Exception):
    """An answer that is a refusal. more: further fields of its body."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.more = status, message, more


@dataclass(frozen=True)
class Asked:
    """One request. at: the values of the template's holes, unquoted; query; body: an object, {} without one."""

    at: dict[str, str]
    query: dict[str, str]
    body: Json


Answer = tuple[int, Any]
Handler = Callable[[Asked], Answer]


class Finding:
    def __init__(self, things: Things, shapes: Callable[[], Shapes]) -> None:
        self.things, self.shapes = things, shapes

    def one(self, asked: Asked) -> Repository:
        one = self.things.repositories.get(f"{asked.at['owner']}/{asked.at['repo']}")
        if one is None:
            raise Refused(404, "Not Found")
        return one

    def sha(self, one: Repository, ref: str) -> str:
        sha = one.git.commit_of(ref)
        if sha is None:
            raise Refused(422, f"No commit found for SHA: {ref}")
        return sha

    def run_of(self, asked: Asked) -> tuple[Repository, Run]:
        one, said = self.one(asked), asked.at["run"]
        run = self.things.runs.get(int(said)) if said.isdigit() else None
        if run is None or run.repository != one.name or run.vanished:
            raise Refused(404, "Not Found")
        return one, run

    def deployment_of(self, asked: Asked) -> tuple[Repository, Deployment]:
        one, said = self.one(asked), asked.at["deployment"]
        it = self.things.deployments.get(int(said)) if said.isdigit() else None
        if it is None or it.repository != one.name:
            raise Refused(404, "Not Found")
        return one, it


def page(asked: Asked, rows: list[Any], default: int = 30) -> list[Any]:
    size = min(int(asked.query.get("per_page", default)), max(default, 100))
    start = (int(asked.query.get("page", 1)) - 1) * size
    return rows[start : start + size]

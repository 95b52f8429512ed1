"""What the played PagerDuty is asked, and how it refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..faults import Json
from .things import Person

Answer = tuple[int, Any]
NOT_FOUND = (404, "Not Found", 2100)


class Refused(Exception):
    """An answer that is a refusal, in PagerDuty's shape."""

    def __init__(self, status: int, message: str, code: int, *errors: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "code": code, "errors": list(errors)}}


@dataclass(frozen=True)
class Asked:
    """One request. query: every value of each name. by: whose e-mail stands in From."""

    at: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: Json
    by: Person | None

    def all(self, name: str) -> Sequence[str]:
        return self.query.get(f"{name}[]", ())

    def one(self, name: str, otherwise: str = "") -> str:
        return next(iter(self.query.get(name, ())), otherwise)

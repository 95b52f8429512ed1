"""Each address of PagerDuty's that is played: (verb, template, name of it for the weather, what it does)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..faults import Json
from .moves import Moves
from .shapes import Shapes
from .things import PRIORITIES, Incident, Person, Things


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


Answer = tuple[int, Any]
Handler = Callable[[Asked], Answer]
NOT_FOUND = (404, "Not Found", 2100)


class Routes:
    def __init__(self, things: Things, moves: Moves, shapes: Callable[[], Shapes]) -> None:
        self._things, self._moves, self._shapes = things, moves, shapes
        table: list[tuple[str, str, str, Handler]] = [
            ("GET", "/abilities", "abilities", lambda _: (200, {"abilities": ["teams", "urgencies"]})),
            ("GET", "/incidents", "incidents", self.incidents),
            ("POST", "/incidents", "open", self.open),
            ("GET", "/incidents/{id}", "incident", self.incident),
            ("PUT", "/incidents/{id}", "change", self.change),
            ("GET", "/incidents/{id}/notes", "notes", self.notes),
            ("POST", "/incidents/{id}/notes", "note", self.note),
            ("GET", "/users", "users", self.users),
            ("GET", "/users/{id}", "user", self.user),
            ("GET", "/services", "services", self.services),
            ("GET", "/services/{id}", "service", self.service),
            ("GET", "/schedules", "schedules", self.schedules),
            ("GET", "/escalation_policies/{id}", "policy", self.policy),
            ("GET", "/oncalls", "oncalls", self.oncalls),
        ]
        self._table = [
            (verb, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)), name, handler)
            for verb, template, name, handler in table
        ]

    def find(self, verb: str, path: str) -> tuple[str, dict[str, str], Handler] | None:
        """(name, what stands in the holes, handler)."""
        for method, pattern, name, handler in self._table:
            if method == verb and (found := pattern.fullmatch(path)):
                return name, found.groupdict(), handler
        return None

    def _found(self, asked: Asked) -> Incident:
        found = self._things.incidents.get(asked.at["id"])
        if found is None:
            raise Refused(*NOT_FOUND)
        return found

    @staticmethod
    def _by(asked: Asked) -> Person:
        if asked.by is None:
            raise Refused(400, "Requester User Not Found", 2100, "Requester User Not Found")
        return asked.by

    def incidents(self, asked: Asked) -> Answer:
        wanted, services = asked.all("statuses"), asked.all("service_ids")
        found = [
            one
            for one in self._things.incidents.values()
            if (not wanted or one.status in wanted) and (not services or one.service in services)
        ]
        found.sort(key=lambda one: one.number, reverse=asked.one("sort_by").endswith(":desc"))
        return self._listed(asked, "incidents", [self._shapes().incident(one) for one in found])

    def incident(self, asked: Asked) -> Answer:
        return 200, {"incident": self._shapes().incident(self._found(asked))}

    def open(self, asked: Asked) -> Answer:
        by, wanted = self._by(asked), asked.body.get("incident") or {}
        service = self._things.services.get((wanted.get("service") or {}).get("id", ""))
        if service is None:
            raise Refused(400, "Invalid Input Provided", 2001, "Service cannot be empty.")
        key = str(wanted.get("incident_key") or "")
        open_now = [one for one in self._things.incidents.values() if one.status != "resolved"]
        if key and any(one.key == key and one.service == service.id for one in open_now):
            why = "Open incident with matching dedup key already exists on this service"
            raise Refused(400, "Arguments Caused Error", 2001, why)
        named = {id: name for name, id in PRIORITIES.items()}
        incident = self._moves.open(
            str(wanted["title"]), service.id, by=by.id, urgency=wanted.get("urgency", "high"), key=key,
            priority=named.get((wanted.get("priority") or {}).get("id", ""), ""),
        )  # fmt: skip
        return 201, {"incident": self._shapes().incident(incident)}

    def change(self, asked: Asked) -> Answer:
        incident, by, wanted = self._found(asked), self._by(asked), asked.body.get("incident") or {}
        if "escalation_level" in wanted and not self._moves.escalate(
            incident, wanted["escalation_level"], by.id
        ):
            raise Refused(400, "Invalid Input Provided", 2001, "Escalation level is out of range.")
        match wanted.get("status"):
            case "acknowledged":
                self._moves.acknowledge(incident, by.id)
            case "resolved":
                self._moves.resolve(incident, by.id)
            case "triggered":
                self._moves.trigger(incident, by.id)
        return 200, {"incident": self._shapes().incident(incident)}

    def notes(self, asked: Asked) -> Answer:
        return 200, {"notes": [self._shapes().note(one) for one in self._found(asked).notes]}

    def note(self, asked: Asked) -> Answer:
        incident, by = self._found(asked), self._by(asked)
        note = self._moves.note(incident, str(asked.body["note"]["content"]), by.id)
        return 200, {"note": self._shapes().note(note)}

    def users(self, asked: Asked) -> Answer:
        query = asked.one("query").lower()
        found = [one for one in self._things.people.values() if query in f"{one.name} {one.email}".lower()]
        return self._listed(asked, "users", [self._shapes().person(one) for one in found])

    def user(self, asked: Asked) -> Answer:
        found = self._things.people.get(asked.at["id"])
        if found is None:
            raise Refused(*NOT_FOUND)
        return 200, {"user": self._shapes().person(found)}

    def services(self, asked: Asked) -> Answer:
        query = asked.one("query").lower()
        found = [one for one in self._things.services.values() if query in one.name.lower()]
        return self._listed(asked, "services", [self._shapes().service(one) for one in found])

    def service(self, asked: Asked) -> Answer:
        found = self._things.services.get(asked.at["id"])
        if found is None:
            raise Refused(*NOT_FOUND)
        return 200, {"service": self._shapes().service(found)}

    def schedules(self, asked: Asked) -> Answer:
        found = [self._shapes().schedule(one) for one in self._things.schedules.values()]
        return self._listed(asked, "schedules", found)

    def policy(self, asked: Asked) -> Answer:
        found = self._things.policies.get(asked.at["id"])
        if found is None:
            raise Refused(*NOT_FOUND)
        return 200, {"escalation_policy": self._shapes().policy(found)}

    def oncalls(self, asked: Asked) -> Answer:
        wanted, now = asked.all("escalation_policy_ids"), self._things.clock.now()
        found = [
            row
            for policy in self._things.policies.values()
            if not wanted or policy.id in wanted
            for row in self._shapes().oncalls(policy, now)
        ]
        return self._listed(asked, "oncalls", found)

    def _listed(self, asked: Asked, name: str, rows: list[Any]) -> Answer:
        limit, offset = int(asked.one("limit", "25")), int(asked.one("offset", "0"))
        if not (0 < limit <= 100 and offset >= 0):
            raise Refused(400, "Invalid Input Provided", 2001, "Limit must be between 1 and 100.")
        page = rows[offset : offset + limit]
        more = offset + limit < len(rows)
        return 200, {name: page, "limit": limit, "offset": offset, "total": None, "more": more}

"""Each address of PagerDuty's that is played: (verb, template, name of it for the weather, what it does)."""

import re
from collections.abc import Callable
from typing import Any

from .acts import Acts, by_of
from .asked import NOT_FOUND, Answer, Asked, Refused
from .moves import Moves
from .shapes import Shapes
from .things import PRIORITIES, Things

__all__ = ["Asked", "Refused", "Routes"]


Handler = Callable[[Asked], Answer]


class Routes:
    def __init__(self, things: Things, moves: Moves, shapes: Callable[[], Shapes]) -> None:
        self._things, self._moves, self._shapes = things, moves, shapes
        self._acts = Acts(things, moves, shapes)
        table: list[tuple[str, str, str, Handler]] = [
            ("GET", "/abilities", "abilities", lambda _: (200, {"abilities": ["teams", "urgencies"]})),
            ("GET", "/incidents", "incidents", self.incidents),
            ("POST", "/incidents", "open", self.open),
            ("GET", "/incidents/{id}", "incident", self.incident),
            ("PUT", "/incidents/{id}", "change", self.change),
            ("GET", "/incidents/{id}/notes", "notes", self.notes),
            ("POST", "/incidents/{id}/notes", "note", self.note),
            ("POST", "/incidents/{id}/snooze", "snooze", self._acts.snooze),
            ("PUT", "/incidents/{id}/merge", "merge", self._acts.merge),
            ("POST", "/incidents/{id}/responder_requests", "responders", self._acts.responders),
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

    def incidents(self, asked: Asked) -> Answer:
        wanted, services, key = asked.all("statuses"), asked.all("service_ids"), asked.one("incident_key")
        found = [
            one
            for one in self._things.incidents.values()
            if (not wanted or one.status in wanted)
            and (not services or one.service in services)
            and (not key or one.key == key)
        ]
        found.sort(key=lambda one: one.number, reverse=asked.one("sort_by").endswith(":desc"))
        return self._listed(asked, "incidents", [self._shapes().incident(one) for one in found])

    def incident(self, asked: Asked) -> Answer:
        return 200, {"incident": self._shapes().incident(self._acts.found(asked))}

    def open(self, asked: Asked) -> Answer:
        by, wanted = by_of(asked), asked.body.get("incident") or {}
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
        incident, by, wanted = self._acts.found(asked), by_of(asked), asked.body.get("incident") or {}
        if "escalation_level" in wanted and not self._moves.escalate(
            incident, wanted["escalation_level"], by.id
        ):
            raise Refused(400, "Invalid Input Provided", 2001, "Escalation level is out of range.")
        whom = [one["assignee"]["id"] for one in wanted.get("assignments", ())]
        if not all(id in self._things.people for id in whom):
            raise Refused(400, "Invalid Input Provided", 2001, "Assignee Invalid")
        if whom and incident.status != "resolved":
            self._moves.reassign(incident, whom, by.id)
        match wanted.get("status"):
            case "acknowledged":
                self._moves.acknowledge(incident, by.id)
            case "resolved":
                self._moves.resolve(incident, by.id)
            case "triggered":
                self._moves.trigger(incident, by.id)
        return 200, {"incident": self._shapes().incident(incident)}

    def notes(self, asked: Asked) -> Answer:
        return 200, {"notes": [self._shapes().note(one) for one in self._acts.found(asked).notes]}

    def note(self, asked: Asked) -> Answer:
        incident, by = self._acts.found(asked), by_of(asked)
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

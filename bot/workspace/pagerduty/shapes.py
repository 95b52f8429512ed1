"""How each thing looks as JSON: in the answers of the REST API, and in webhooks, which differ.

What is empty is left out of the API's answers, because the published contract knows no null there; PagerDuty itself
says null. Webhooks do so here too.
"""

from datetime import UTC, datetime

from ..faults import Json
from . import rota
from .things import PRIORITIES, Incident, Note, Person, Policy, Schedule, Service, Things

WEB = "https://acme.pagerduty.com"


def moment(at: float, *, exact: bool = False) -> str:
    """To the second, as the API says it; exact: to the thousandth, as webhooks do."""
    form = "%Y-%m-%dT%H:%M:%S"
    said = datetime.fromtimestamp(at, UTC)
    return f"{said:{form}}.{said.microsecond // 1000:03d}Z" if exact else f"{said:{form}}Z"


def there(shape: Json) -> Json:
    return {name: value for name, value in shape.items() if value is not None}


class Shapes:
    """base: the address of the API."""

    def __init__(self, base: str, things: Things) -> None:
        self._base, self._things = base, things

    def _reference(self, kind: str, id: str, summary: str) -> Json:
        plural = "escalation_policies" if kind == "escalation_policy" else f"{kind}s"
        return {
            "id": id,
            "type": f"{kind}_reference",
            "summary": summary,
            "self": f"{self._base}/{plural}/{id}",
            "html_url": f"{WEB}/{plural}/{id}",
        }

    def _full(self, kind: str, id: str, summary: str) -> Json:
        return {**self._reference(kind, id, summary), "type": kind}

    def someone(self, id: str) -> Json:
        """A reference to a person, or to the service that did something by itself."""
        person = self._things.people.get(id)
        if person is not None:
            return self._reference("user", id, person.name)
        return self._reference("service", id, self._things.services[id].name)

    def person(self, one: Person) -> Json:
        return {
            **self._full("user", one.id, one.name), "name": one.name, "email": one.email, "time_zone": one.zone,
            "color": "teal", "role": "limited_user", "avatar_url": f"{WEB}/avatar.png", "description": None,
            "invitation_sent": False, "job_title": "", "teams": [], "contact_methods": [], "notification_rules": [],
        }  # fmt: skip

    def service(self, one: Service) -> Json:
        return {
            **self._full("service", one.id, one.name), "name": one.name, "description": "", "status": "active",
            "created_at": "2026-01-01T00:00:00Z", "teams": [], "alert_creation": "create_alerts_and_incidents",
            "escalation_policy": self._policy(one.policy),
        }  # fmt: skip

    def policy(self, one: Policy) -> Json:
        rules = []
        for number, level in enumerate(one.levels):
            targets = [
                self._reference("schedule", target, self._things.schedules[target].name)
                if target in self._things.schedules
                else self.someone(target)
                for target in level
            ]
            rules.append({"id": f"{one.id}{number}", "escalation_delay_in_minutes": 30, "targets": targets})
        return {
            **self._full("escalation_policy", one.id, one.name), "name": one.name, "escalation_rules": rules,
            "num_loops": 0, "teams": [],
            "services": [self._reference("service", s.id, s.name) for s in self._things.services.values()
                         if s.policy == one.id],
        }  # fmt: skip

    def schedule(self, one: Schedule) -> Json:
        return {
            **self._full("schedule", one.id, one.name), "name": one.name, "time_zone": one.zone,
            "users": [self.someone(id) for id in one.people], "teams": [],
            "escalation_policies": [self._policy(p.id) for p in self._things.policies.values()
                                    if any(one.id in level for level in p.levels)],
        }  # fmt: skip

    def oncalls(self, policy: Policy, at: float) -> list[Json]:
        """Who is on call at each level. Who is named directly is so for ever: without beginning and end."""
        found = []
        for number, level in enumerate(policy.levels, 1):
            for target in level:
                schedule = self._things.schedules.get(target)
                who, begin, end = rota.shift(schedule, at) if schedule else (target, None, None)
                row = {
                    "escalation_policy": self._policy(policy.id), "escalation_level": number, "user": self.someone(who),
                    "schedule": self._reference("schedule", schedule.id, schedule.name) if schedule else None,
                    "start": moment(begin) if begin else None, "end": moment(end) if end else None,
                }  # fmt: skip
                found.append(there(row))
        return found

    def incident(self, one: Incident) -> Json:
        """Of the REST API."""
        service, priority = self._things.services[one.service], self._priority(one)
        shape = {
            **self._full("incident", one.id, f"[#{one.number}] {one.title}"), "incident_number": one.number,
            "title": one.title, "created_at": moment(one.created), "updated_at": moment(one.changed),
            "status": one.status, "incident_key": one.key, "urgency": one.urgency,
            "service": self._reference("service", service.id, service.name),
            "escalation_policy": self._policy(service.policy), "teams": [],
            "pending_actions": [{"type": "unacknowledge", "at": moment(one.snoozed)}] if one.snoozed else [],
            "assigned_via": "escalation_policy",
            "assignments": [{"at": moment(one.changed), "assignee": self.someone(id)} for id in one.assigned],
            "acknowledgements": [{"at": moment(at), "acknowledger": self.someone(id)}
                                 for id, at in one.acknowledged.items()],
            "last_status_change_at": moment(one.changed), "last_status_change_by": self.someone(one.changed_by),
            "resolved_at": moment(one.changed) if one.status == "resolved" else None,
            "priority": {**priority, "type": "priority", "name": one.priority} if priority else None,
            "alert_counts": {"all": 0, "triggered": 0, "resolved": 0}, "is_mergeable": True,
        }  # fmt: skip
        return there(shape)

    def reference(self, one: Incident) -> Json:
        return self._reference("incident", one.id, f"[#{one.number}] {one.title}")

    def told(self, one: Incident) -> Json:
        """Of a webhook: another shape than the API's."""
        service = self._things.services[one.service]
        full = self._full("incident", one.id, "")
        del full["summary"]
        return {
            **full, "number": one.number, "status": one.status, "incident_key": one.key,
            "created_at": moment(one.created), "title": one.title,
            "service": self._reference("service", service.id, service.name),
            "assignees": [self.someone(id) for id in one.assigned], "escalation_policy": self._policy(service.policy),
            "teams": [], "priority": self._priority(one), "urgency": one.urgency, "conference_bridge": None,
            "resolve_reason": None,
        }  # fmt: skip

    def note(self, one: Note) -> Json:
        return {
            "id": one.id, "user": self.someone(one.by), "channel": {"summary": "The PagerDuty website or APIs"},
            "content": one.content, "created_at": moment(one.at),
        }  # fmt: skip

    def told_note(self, incident: Incident, one: Note) -> Json:
        return {
            "incident": self._reference("incident", incident.id, incident.title), "id": one.id, "content": one.content,
            "trimmed": False, "type": "incident_note",
        }  # fmt: skip

    def told_responder(self, incident: Incident, person: str) -> Json:
        return {
            "incident": self._reference("incident", incident.id, incident.title), "user": self.someone(person),
            "escalation_policy": None, "message": "", "state": "pending", "type": "incident_responder",
        }  # fmt: skip

    def responders(self, incident: Incident, by: Person, message: str, whom: list[str], at: float) -> Json:
        """A request for help, of the REST API."""
        targets = [
            {"responder_request_target": {"type": "user", "id": id, "incident_responders": [
                {"state": "pending", "user": self.someone(id),
                 "incident": self._reference("incident", incident.id, incident.title)}]}}
            for id in whom
        ]  # fmt: skip
        return {
            "incident": self._reference("incident", incident.id, incident.title), "requester": self.someone(by.id),
            "requested_at": moment(at), "message": message, "responder_request_targets": targets,
        }  # fmt: skip

    def _policy(self, id: str) -> Json:
        return self._reference("escalation_policy", id, self._things.policies[id].name)

    def _priority(self, one: Incident) -> Json | None:
        return self._reference("priority", PRIORITIES[one.priority], one.priority) if one.priority else None

"""How an incident changes, whoever changes it: over the API, or elsewhere, as /control/fire says."""

from collections.abc import Callable

from . import rota
from .things import PRIORITIES, Incident, Note, Things

Tell = Callable[[str, Incident, str, Note | None], None]


class Moves:
    """tell: (event type, the incident, id of who did it, the note that it is about); tell_of: the same of a person."""

    def __init__(
        self, things: Things, tell: Tell, tell_of: Callable[[str, Incident, str, str], None]
    ) -> None:
        self._things, self._tell, self._tell_of = things, tell, tell_of

    def open(
        self,
        title: str,
        service: str,
        *,
        by: str = "",
        urgency: str = "high",
        priority: str = "",
        key: str = "",
    ) -> Incident:
        """service: its id. by: id of who opened it, where no monitoring did."""
        things, now = self._things, self._things.clock.now()
        policy = things.policies[things.services[service].policy]
        waked = [one.id for one in rota.at_level(things, policy, 1, now)]
        id = things.id("Q")
        incident = Incident(
            id, things.number(), title, service, urgency, priority if priority in PRIORITIES else "", key or id,
            now, now, by or service, waked,
        )  # fmt: skip
        self._changed(incident, "incident.triggered", incident.changed_by)
        return incident

    def acknowledge(self, incident: Incident, by: str) -> None:
        """Of one that is resolved, PagerDuty opens it again."""
        event = "incident.reopened" if incident.status == "resolved" else "incident.acknowledged"
        if event == "incident.acknowledged" and by in incident.acknowledged:
            return
        incident.status, incident.snoozed = "acknowledged", 0.0
        incident.acknowledged[by] = self._things.clock.now()
        incident.assigned = [by]
        self._changed(incident, event, by)

    def resolve(self, incident: Incident, by: str) -> None:
        if incident.status == "resolved":
            return
        incident.status, incident.assigned, incident.acknowledged = "resolved", [], {}
        incident.snoozed = 0.0
        self._changed(incident, "incident.resolved", by)

    def trigger(self, incident: Incident, by: str) -> None:
        """Nobody has it any more, or it is opened again."""
        if incident.status == "triggered":
            return
        event = "incident.reopened" if incident.status == "resolved" else "incident.unacknowledged"
        incident.status, incident.acknowledged, incident.snoozed = "triggered", {}, 0.0
        self._assign(incident, incident.level)
        self._changed(incident, event, by)

    def escalate(self, incident: Incident, level: int, by: str) -> bool:
        """False: there is no such level."""
        policy = self._things.policies[self._things.services[incident.service].policy]
        if not 1 <= level <= len(policy.levels):
            return False
        if incident.status != "resolved" and level != incident.level:
            incident.status, incident.acknowledged, incident.snoozed = "triggered", {}, 0.0
            self._assign(incident, level)
            self._changed(incident, "incident.escalated", by)
        return True

    def reassign(self, incident: Incident, whom: list[str], by: str) -> None:
        """Rings whom it goes to; nobody has it until they say so."""
        incident.status, incident.acknowledged, incident.snoozed = "triggered", {}, 0.0
        incident.assigned = whom
        self._changed(incident, "incident.reassigned", by)

    def snooze(self, incident: Incident, seconds: int, by: str) -> None:
        """Of one that nobody had, whoever snoozes it has it until then. There is no event of it."""
        self.acknowledge(incident, by)
        incident.snoozed = self._things.clock.now() + seconds
        self._things.keep(incident)

    def wake(self) -> None:
        """Those whose snooze is over ring again."""
        for incident in self._things.incidents.values():
            if 0.0 < incident.snoozed <= self._things.clock.now():
                self.trigger(incident, incident.service)

    def merge(self, target: Incident, sources: list[Incident], by: str) -> None:
        for one in sources:
            self.resolve(one, by)
        self._things.keep(target)

    def responders(self, incident: Incident, whom: list[str], by: str) -> None:
        for id in whom:
            if id not in incident.responders:
                incident.responders.append(id)
        self._things.keep(incident)
        for id in whom:
            self._tell_of("incident.responder.added", incident, by, id)

    def prioritise(self, incident: Incident, priority: str, by: str) -> None:
        incident.priority = priority
        self._things.keep(incident)
        self._tell("incident.priority_updated", incident, by, None)

    def note(self, incident: Incident, content: str, by: str) -> Note:
        note = Note(self._things.id("N"), by, content, self._things.clock.now())
        incident.notes.append(note)
        self._things.keep(incident)
        self._tell("incident.annotated", incident, by, note)
        return note

    def _assign(self, incident: Incident, level: int) -> None:
        things, now = self._things, self._things.clock.now()
        policy = things.policies[things.services[incident.service].policy]
        incident.level = level
        incident.assigned = [one.id for one in rota.at_level(things, policy, level, now)]

    def _changed(self, incident: Incident, event: str, by: str) -> None:
        incident.changed, incident.changed_by = self._things.clock.now(), by
        if event == "incident.triggered":
            incident.changed = incident.created
        self._things.keep(incident)
        self._tell(event, incident, by, None)

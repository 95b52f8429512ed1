"""/control/fire {"source": "pagerduty", …}: what a test or a demo does to the played PagerDuty.

    {"open": title, "service": name or id, "urgency"?: "high" | "low", "priority"?: "P1", "key"?}   a page
    {"incident": id or "newest", "to": "acknowledged" | "resolved" | "triggered" | "escalated", "by"?: e-mail}
    {"incident": …, "note": text, "by"?} · {"incident": …, "priority": "P1" | "", "by"?}
    {"person": id or e-mail, "email"}   PagerDuty knows somebody by another e-mail than Slack does
    {"policy": id, "levels": [[id of a person or schedule, …], …]}   who is woken at each level
    {"hooks": "on" | "off"}   off: what happens is told to nobody, ever
    {"redeliver": delivery} · {"tell": event type, "data": {…}, "ago"?: seconds, "agent"?, "about"?}
    {"look": true}   incidents, deliveries with the app's answers, calls (method, path, from, at), off

Without `by` the service itself did it, as monitoring does. Each answers {"ok": true, …}.
"""

from dataclasses import asdict, replace
from typing import Any

from ..faults import ControlError, Json
from .front import Front
from .things import PRIORITIES, Incident

TO = ("acknowledged", "resolved", "triggered", "escalated")


class Fire:
    def __init__(self, front: Front) -> None:
        self._front = front
        self._things = front.things

    async def fire(self, asked: Json) -> Json:
        """What one call answers besides `ok`. Raises ControlError."""
        for word, act in (
            ("open", self._open),
            ("incident", self._change),
            ("hooks", self._hooks),
            ("tell", self._tell),
            ("policy", self._policy),
            ("person", self._person),
            ("look", self._look),
        ):
            if word in asked:
                return act(asked)
        if "redeliver" in asked:
            return {"status": await self._front.hooks.again(str(asked["redeliver"]))}
        raise ControlError('Say what: "open", "incident", "hooks", "redeliver", "tell" or "look".')

    def _open(self, asked: Json) -> Json:
        service = self._things.service(asked.get("service"))
        urgency, priority = asked.get("urgency", "high"), str(asked.get("priority", ""))
        if urgency not in ("high", "low") or priority not in ("", *PRIORITIES):
            raise ControlError(f"The urgency is high or low, the priority {', '.join(PRIORITIES)} or none.")
        incident = self._front.moves.open(
            str(asked["open"]), service.id, urgency=urgency, priority=priority, key=str(asked.get("key", ""))
        )
        return {"incident": incident.id, "number": incident.number}

    def _change(self, asked: Json) -> Json:
        incident, moves = self._found(asked), self._front.moves
        by = self._things.person(asked["by"]).id if asked.get("by") else incident.service
        if "note" in asked:
            return {"note": moves.note(incident, str(asked["note"]), by).id}
        if "priority" in asked:
            if asked["priority"] not in ("", *PRIORITIES):
                raise ControlError(f"A priority is {', '.join(PRIORITIES)} or none.")
            moves.prioritise(incident, asked["priority"], by)
            return {"incident": incident.id}
        match asked.get("to"):
            case "acknowledged":
                if by == incident.service:
                    raise ControlError('A person acknowledges it: say who with "by".')
                moves.acknowledge(incident, by)
            case "resolved":
                moves.resolve(incident, by)
            case "triggered":
                moves.trigger(incident, by)
            case "escalated":
                if not moves.escalate(incident, incident.level + 1, by):
                    raise ControlError("There is no further level to escalate to.")
            case _:
                raise ControlError(f"It goes to {', '.join(TO)}.")
        return {"incident": incident.id, "status": incident.status}

    def _found(self, asked: Json) -> Incident:
        said, there = asked["incident"], self._things.incidents
        newest = max(there.values(), key=lambda one: one.number, default=None)
        found = newest if said == "newest" else there.get(str(said))
        if found is None:
            raise ControlError(f"There is no incident {said!r} on this PagerDuty: use an id, or newest.")
        return found

    def _person(self, asked: Json) -> Json:
        known = self._things.person(asked["person"])
        self._things.people[known.id] = replace(known, email=str(asked["email"]))
        return {"person": known.id}

    def _policy(self, asked: Json) -> Json:
        known = self._things.policies.get(str(asked["policy"]))
        if known is None:
            raise ControlError(
                f"There is no policy {asked['policy']!r}: there is {', '.join(self._things.policies)}."
            )
        levels = tuple(tuple(str(id) for id in level) for level in asked.get("levels", ()))
        self._things.policies[known.id] = replace(known, levels=levels)
        return {"policy": known.id}

    def _hooks(self, asked: Json) -> Json:
        self._front.hooks.muted = asked["hooks"] == "off"
        return {"hooks": asked["hooks"]}

    def _tell(self, asked: Json) -> Json:
        """What nothing here has done: old, odd or unknown events."""
        at = self._things.clock.now() - float(asked.get("ago", 0))
        about = str(asked.get("about", ""))
        data = asked.get("data") or {}
        id = self._front.hooks.say(str(asked["tell"]), data, at=at, agent=asked.get("agent"), about=about)
        return {"delivery": id}

    def _look(self, asked: Json) -> Json:
        hooks = self._front.hooks
        deliveries: list[Any] = [asdict(one) for one in hooks.deliveries.values()]
        return {
            "incidents": [asdict(one) for one in self._things.incidents.values()],
            "deliveries": deliveries,
            "calls": self._front.calls,
            "off": hooks.off,
        }

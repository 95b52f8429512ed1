"""What people do to an incident besides its states: snooze, merge, ask others for help."""

from collections.abc import Callable

from .asked import NOT_FOUND, Answer, Asked, Refused
from .moves import Moves
from .shapes import Shapes
from .things import Incident, Person, Things


def by_of(asked: Asked) -> Person:
    """As whom it is asked: PagerDuty wants a user of its own in From. Raises Refused."""
    if asked.by is None:
        raise Refused(400, "Requester User Not Found", 2100, "Requester User Not Found")
    return asked.by


class Acts:
    def __init__(self, things: Things, moves: Moves, shapes: Callable[[], Shapes]) -> None:
        self._things, self._moves, self._shapes = things, moves, shapes

    def found(self, asked: Asked) -> Incident:
        found = self._things.incidents.get(asked.at["id"])
        if found is None:
            raise Refused(*NOT_FOUND)
        return found

    def snooze(self, asked: Asked) -> Answer:
        incident, by = self._open(asked), by_of(asked)
        self._moves.snooze(incident, int(asked.body["duration"]), by.id)
        return 201, {"incident": self._shapes().incident(incident)}

    def merge(self, asked: Asked) -> Answer:
        target, by = self._open(asked), by_of(asked)
        sources = [self._things.incidents.get(one["id"]) for one in asked.body["source_incidents"]]
        open_ones = [one for one in sources if one is not None and one.status != "resolved"]
        if len(open_ones) != len(sources):
            raise Refused(400, "Arguments Caused Error", 2001, "Source incidents must be open.")
        self._moves.merge(target, open_ones, by.id)
        return 200, {"incident": self._shapes().reference(target)}

    def responders(self, asked: Asked) -> Answer:
        incident, by = self._open(asked), by_of(asked)
        wanted = asked.body["responder_request_targets"]
        whom = [one["responder_request_target"]["id"] for one in wanted]
        if not all(id in self._things.people for id in whom):
            raise Refused(400, "Invalid Input Provided", 2001, "Responder not found.")
        self._moves.responders(incident, whom, by.id)
        message, now = str(asked.body["message"]), self._things.clock.now()
        request = self._shapes().responders(incident, by, message, whom, now)
        return 200, {"responder_request": request}

    def _open(self, asked: Asked) -> Incident:
        found = self.found(asked)
        if found.status == "resolved":
            raise Refused(400, "Arguments Caused Error", 2001, "Incident Already Resolved")
        return found

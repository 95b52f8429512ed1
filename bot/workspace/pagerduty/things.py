"""What there is on the played PagerDuty. Times are seconds since the epoch; everything here is plain data.

It begins as Acme's: the same people, services and rotation as in the config.yaml that ships.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from ..clock import Clock
from ..faults import ControlError
from ..journal import Journal, Records

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    email: str
    zone: str


@dataclass(frozen=True)
class Schedule:
    """people: ids, a week each, handed over on Mondays at nine by the wall clock of the zone."""

    id: str
    name: str
    people: tuple[str, ...]
    zone: str = "Europe/Berlin"


@dataclass(frozen=True)
class Policy:
    """levels: each the ids of people and schedules."""

    id: str
    name: str
    levels: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Service:
    id: str
    name: str
    policy: str


@dataclass
class Note:
    id: str
    by: str
    content: str
    at: float


@dataclass
class Incident:
    """assigned: ids of people. level: of the escalation policy. acknowledged: id of a person -> when. changed_by: id of
    a person or of the service. snoozed: until when. responders: ids of people who were asked for help.
    """

    id: str
    number: int
    title: str
    service: str
    urgency: str
    priority: str
    key: str
    created: float
    changed: float
    changed_by: str
    assigned: list[str]
    level: int = 1
    status: str = "triggered"
    acknowledged: dict[str, float] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    snoozed: float = 0.0
    responders: list[str] = field(default_factory=list)


PEOPLE = (
    Person("PDANA01", "Dana", "dana@example.com", "Europe/Berlin"),
    Person("PDEVI01", "Devi", "devi@example.com", "America/New_York"),
    Person("PDARIO1", "Dario", "dario@example.com", "Asia/Tokyo"),
    Person("POMAR01", "Omar", "omar@example.com", "Europe/Berlin"),
    Person("POLGA01", "Olga", "olga@example.com", "America/New_York"),
    Person("PMIA001", "Mia", "mia@example.com", "Europe/London"),
)
SCHEDULES = (Schedule("PSCSTOR", "storefront", ("POMAR01", "POLGA01")),)
POLICIES = (
    Policy("PEPSTOR", "storefront", (("PSCSTOR",), ("POMAR01", "POLGA01"), ("PMIA001",))),
    Policy("PEPPLAT", "platform", (("PDARIO1",), ("POMAR01",))),
)
SERVICES = (
    Service("PSHOP01", "shop", "PEPSTOR"),
    Service("PSEARC1", "search", "PEPSTOR"),
    Service("PGATEW1", "gateway", "PEPPLAT"),
    Service("PBILL01", "old billing", "PEPPLAT"),  # which no config.yaml knows
)
PRIORITIES = {"P1": "PPRIO01", "P2": "PPRIO02", "P3": "PPRIO03"}


class Things:
    """All of it; incidents are kept in the journal, so that a restart of the workspace forgets none."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.clock, self._journal = clock, journal
        self.people = {one.id: one for one in PEOPLE}
        self.schedules = {one.id: one for one in SCHEDULES}
        self.policies = {one.id: one for one in POLICIES}
        self.services = {one.id: one for one in SERVICES}
        self.incidents: dict[str, Incident] = {}
        self._last = 0

    def restore(self, records: Records) -> None:
        for value in records.get("pagerduty.incident", {}).values():
            notes = [Note(**note) for note in value.pop("notes")]
            self.incidents[value["id"]] = Incident(**value, notes=notes)
        numbers = [int(n) for n in records.get("pagerduty.last", {}).values()]
        self._last = max([self._last, *numbers, *(one.number for one in self.incidents.values())])

    def number(self) -> int:
        """One that nothing else has."""
        self._last += 1
        self._journal.put("pagerduty.last", "last", self._last)
        return self._last

    def id(self, letter: str) -> str:
        """A new id, as PagerDuty's look: a letter and capitals."""
        number, text = self.number(), ""
        while number:
            number, rest = divmod(number, len(ALPHABET))
            text = ALPHABET[rest] + text
        return letter + text.rjust(13, "0")

    def keep(self, incident: Incident) -> None:
        self.incidents[incident.id] = incident
        self._journal.put("pagerduty.incident", incident.id, asdict(incident))

    def by_email(self, email: str) -> Person | None:
        return next((one for one in self.people.values() if one.email == email.strip().lower()), None)

    def person(self, said: Any) -> Person:
        """Whom a program at /control means: by e-mail or id."""
        found = self.people.get(str(said)) or self.by_email(str(said))
        if found is None:
            there = ", ".join(one.email for one in self.people.values())
            raise ControlError(f"There is no person {said!r} on this PagerDuty: there is {there}.")
        return found

    def service(self, said: Any) -> Service:
        """By its id or its name."""
        found = next((one for one in self.services.values() if said in (one.id, one.name)), None)
        if found is None:
            there = ", ".join(one.name for one in self.services.values())
            raise ControlError(f"There is no service {said!r} on this PagerDuty: there is {there}.")
        return found

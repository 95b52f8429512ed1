"""A page: a PagerDuty incident, as its events tell it, in whatever order they come.

What became of it is a row of moves, ordered by when they happened and not by when they were heard of. So an event that
comes late, twice or before the one that it follows leaves the page as it would be had all come in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

State = Literal["triggered", "acknowledged", "resolved"]
Act = Literal["ack", "resolve", "escalate", "reassign", "responder", "snooze", "wake", "note", "merge"]
Cause = Literal["deploy", "code", "infrastructure", "outside", "noise"]

STATES: tuple[State, ...] = ("triggered", "acknowledged", "resolved")
MOST_MOVES = 60
A_MOMENT = 0.001  # seconds; as exact as events are
TAKES = ("acknowledged", "reopened", "snoozed")  # after which whoever did it has the page
CAUSES: tuple[Cause, ...] = get_args(Cause)
DOINGS: dict[Act, str] = {
    "ack": "acknowledge", "resolve": "resolve", "escalate": "escalate", "reassign": "reassign",
    "responder": "ask for help with", "snooze": "snooze", "wake": "end the snooze of", "note": "add a note to",
    "merge": "merge",
}  # fmt: skip
# The word that a role has to grant for each.
RIGHTS: dict[Act, str] = {
    "ack": "ack", "resolve": "resolve", "escalate": "escalate", "reassign": "escalate", "responder": "escalate",
    "snooze": "snooze", "wake": "snooze", "note": "note", "merge": "merge",
}  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One change. what: as PagerDuty's event types say it, without `incident.`. by: a name, "" for nobody. at: seconds
    since the epoch. state: in which it left the page; None: in whichever it was. text: of a note, or whom or what it
    was about. until: of a snooze.
    """

    id: str
    what: str
    at: float
    by: str = ""
    state: State | None = None
    text: str = ""
    until: float = 0.0


@dataclass(frozen=True)
class Told:
    """What an event says of the page besides. where: the id of its service at PagerDuty; named: what that is called."""

    number: int = 0
    title: str = ""
    where: str = ""
    named: str = ""
    urgency: str = ""
    priority: str = ""
    opened: float = 0.0
    url: str = ""
    assigned: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True)
class Event:
    """One event of one page. told: None for one that says nothing but what was done."""

    page: str
    move: Move
    told: Told | None = None


@dataclass(frozen=True)
class Doing:
    """What somebody pressed and PagerDuty has not answered yet. user: Slack's id. level: of an escalation, once it is
    known. tries: how often PagerDuty was asked. detail: what else it takes (seconds of a snooze, a note's words, ids at
    PagerDuty, separated by spaces); shown: the same in words, as `for 2 h`.
    """

    id: str
    act: Act
    by: str
    user: str
    at: float
    level: int = 0
    tries: int = 0
    detail: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Page:
    """id: PagerDuty's. service: ours, "" for one that config.yaml does not know. told_at: when what `told` says was so.
    heard: when it was first heard of. cause: what it came from, as somebody said afterwards; "" as long as nobody has.
    notified: whom PagerDuty woke, by name.
    """

    id: str
    rev: int
    service: str
    told: Told
    told_at: float
    heard: float
    moves: tuple[Move, ...]
    doing: tuple[Doing, ...] = ()
    cause: str = ""
    cause_by: str = ""
    notified: tuple[str, ...] = ()

    @property
    def _turns(self) -> list[Move]:
        return [one for one in self.moves if one.state is not None]

    @property
    def state(self) -> State:
        turns = self._turns
        return (turns[-1].state if turns else None) or "triggered"

    @property
    def since(self) -> float:
        """When it came to the state that it is in."""
        at = self.told.opened
        before: State | None = None
        for one in self._turns:
            if one.state != before:
                at, before = one.at, one.state
        return at

    @property
    def open(self) -> bool:
        return self.state != "resolved"

    @property
    def acknowledged_by(self) -> tuple[str, ...]:
        """Who has it, since nobody had it last."""
        names: list[str] = []
        for one in self._turns:
            if one.state == "acknowledged" and one.what in TAKES:
                names += [one.by] if one.by and one.by not in names else []
            elif one.state == "triggered":
                names.clear()
        return tuple(names)

    @property
    def snoozed(self) -> float:
        """Until when it is snoozed; 0: it is not."""
        turns = self._turns
        return turns[-1].until if turns and turns[-1].what == "snoozed" else 0.0

    @property
    def resolved_by(self) -> str:
        turns = self._turns
        return turns[-1].by if turns and turns[-1].state == "resolved" else ""

    @property
    def acknowledged_after(self) -> float | None:
        """Seconds from its beginning until somebody had it for the first time; None: nobody ever did."""
        return next(
            (max(0.0, one.at - self.told.opened) for one in self._turns if one.state == "acknowledged"), None
        )

    @property
    def lasted(self) -> float | None:
        """Seconds from its beginning to its end; None while it is open."""
        return None if self.open else max(0.0, self.since - self.told.opened)

    @property
    def late(self) -> float:
        """How many seconds after its beginning it was heard of."""
        return max(0.0, self.heard - self.told.opened)

    @property
    def seen(self) -> str:
        """What a button carries of the page that it was drawn on: its state, and since when."""
        return f"{self.id}:{self.state}:{int(self.since * 1000)}"


def after(page: Page | None, event: Event, *, service: str, now: float) -> Page | None:
    """The page once this event is known, with the next `rev`; the page itself where it says nothing new. None: an event
    of a page that nobody knows, which does not say what it is.
    """
    if page is None:
        if event.told is None:
            return None
        first = _woken((), event)
        return Page(event.page, 1, service, event.told, event.move.at, now, (event.move,), notified=first)
    if any(one.id == event.move.id for one in page.moves):
        return page
    moves = _sorted((*page.moves, event.move))
    told, told_at = page.told, page.told_at
    if event.told is not None and event.move.at >= told_at:
        told, told_at = event.told, event.move.at
    return replace(
        page,
        rev=page.rev + 1,
        service=service or page.service,
        told=told,
        told_at=told_at,
        moves=moves,
        notified=_woken(page.notified, event),
    )


def _woken(before: tuple[str, ...], event: Event) -> tuple[str, ...]:
    """Whoever it goes to while nobody has it is woken."""
    if event.told is None or event.move.state != "triggered":
        return before
    return tuple(dict.fromkeys((*before, *event.told.assigned)))


def asked(page: Page, doing: Doing) -> Page:
    """Somebody wants something of PagerDuty."""
    others = tuple(one for one in page.doing if one.id != doing.id)
    return replace(page, rev=page.rev + 1, doing=(*others, doing))


def answered(page: Page, doing: str, move: Move | None) -> Page:
    """PagerDuty has answered, or never will. move: what that changed; None: nothing."""
    left = tuple(one for one in page.doing if one.id != doing)
    moves = page.moves
    if move is not None and not any(one.id == move.id for one in moves):
        # The API says times to the second: what it answers is always later than what it answers to.
        newest = max((one.at for one in moves if one.state != "resolved"), default=0.0)
        moves = _sorted((*moves, replace(move, at=max(move.at, newest + A_MOMENT))))
    return replace(page, rev=page.rev + 1, doing=left, moves=moves)


def _sorted(moves: Sequence[Move]) -> tuple[Move, ...]:
    """By when they happened; of those at the same moment the one that goes further stands last."""
    found = sorted(moves, key=lambda one: (one.at, STATES.index(one.state) if one.state else 0, one.id))
    if len(found) > MOST_MOVES:  # the first says how it began, the last how it is
        found = [found[0], *found[-(MOST_MOVES - 1) :]]
    return tuple(found)

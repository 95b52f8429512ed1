"""The ways on from a verdict: for each condition what helps it, at most three of them first and the rest in a menu."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from bot.domain.gates import PEOPLE, Condition, Verdict
from bot.errors import Offer
from bot.slack import Block
from bot.slack.more import MORE, folded
from bot.slack.views.text import actions, button, cut

FIRST = 3  # buttons that stand in a row on a phone
OPTIONS = 5  # that a menu holds
OPTION = 150  # characters of a choice's value
EVERYBODY = frozenset({"deploy", "coverage"})  # what is offered also where the gate only tells

POWERS = ("unlock", "thaw", "cancel", "mend")  # what is offered to those alone who may


def offers(
    verdict: Verdict, value: str, *, waives: bool, deploy: bool = False, powers: Collection[str] = ()
) -> tuple[Offer, ...]:
    """The ways on, the most urgent first.

    deploy: whether [Deploy] is among them, where it may. powers: of POWERS, those that this person has there.
    """
    if any(one.gate == "right" for one in verdict.stopping):  # nothing else helps then
        return tuple(
            way for one in verdict.stopping if one.gate == "right" for way in ways(one, value, powers)
        )
    lead = list(_lead(verdict, value, deploy=deploy, powers=powers))
    rest = [
        way
        for one in [*verdict.stopping, *verdict.telling]
        for kind, way in _each(one, value, powers)
        if kind not in ("park", "mends", "approve", "ask")
        and (one.stops or kind in EVERYBODY or (deploy and kind in ("head", "diff", "checks", "failure")))
    ]
    found = list(dict.fromkeys([*lead, *rest]))
    if waives and ship_helps(verdict):
        found.insert(min(FIRST - 1, len(found)), Offer("Ship anyway", "deploy.ship", value))
    return tuple(found)


def ways(one: Condition, value: str, powers: Collection[str]) -> tuple[Offer, ...]:
    """What helps against this condition, whatever else stands in the way."""
    return tuple(way for _, way in _each(one, value, powers))


def ship_helps(verdict: Verdict) -> bool:
    """Whether something can be waived, and no right is missing, which nobody can waive."""
    return bool(verdict.waivable) and not any(one.gate == "right" for one in verdict.stopping)


def row(found: Sequence[Offer]) -> Block:
    """They as one row of buttons: three, and a menu for the others."""
    first, rest = list(found[:FIRST]), list(found[FIRST:])
    long = [one for one in rest if len(folded(one.action, one.value)) > OPTION]
    menu = [one for one in rest if one not in long][:OPTIONS]
    elements: list[Block] = []
    for one in [*first, *long]:
        again = sum(element["action_id"].partition(":")[0] == one.action for element in elements)
        action = f"{one.action}:{again + 1}" if again else one.action
        primary = one.action in ("deploy.now", "deploy.mends") and not elements
        elements.append(button(one.words, action, one.value, **({"style": "primary"} if primary else {})))
    if menu:
        choices = [
            {
                "text": {"type": "plain_text", "text": cut(one.words, 75)},
                "value": folded(one.action, one.value),
            }
            for one in menu
        ]
        elements.append({"type": "overflow", "action_id": MORE, "options": choices})
    return actions(*elements)


def _lead(verdict: Verdict, value: str, *, deploy: bool, powers: Collection[str]) -> Iterator[Offer]:
    """What begins it, now or by itself later."""
    if deploy and verdict.needs_approval:
        yield Offer("Ask for approval", "deploy.now", value)
    elif deploy and (verdict.admits or verdict.queues or verdict.only_early):
        yield Offer("Deploy then" if verdict.only_early else "Deploy", "deploy.now", value)
    if mending_helps(verdict):
        yield from (
            way for one in verdict.stopping for kind, way in _each(one, value, powers) if kind == "mends"
        )
    if verdict.can_wait and not verdict.only_early:
        yield Offer("Park it", "deploy.park", value)


def mending_helps(verdict: Verdict) -> bool:
    """Whether a page is in the way, and nothing else that neither time nor people cure."""
    others = [one for one in verdict.stopping if one.code != "open-page"]
    paged = len(others) < len(verdict.stopping)
    return paged and all(one.cures or one.gate in PEOPLE for one in others)


def _each(one: Condition, value: str, powers: Collection[str]) -> Iterator[tuple[str, Offer]]:
    for kind in (one.button, *one.also):
        way = _way(kind, one, value)
        needed = {"unlock": "unlock", "thaw": "thaw", "mends": "mend", "free": "cancel"}.get(kind)
        if way is not None and (needed is None or needed in powers):
            yield kind, way


def _way(kind: str, one: Condition, value: str) -> Offer | None:
    """What a kind of button is called, what it does and what it carries. value: of the deploy that is asked for."""
    plain = value.partition(" @")[0]
    service, environment, ref = [*plain.split(" "), "", "", ""][:3]
    rest = value.removeprefix(f"{service} {environment} {ref}")
    known: dict[str, tuple[Any, ...]] = {
        "ask": ("Ask for it", "ask.them", value),
        "again": ("Try again", "deploy.now", value),
        "park": ("Park it", "deploy.park", value),
        "now": ("Start it now", "deploy.now", plain),
        "unlock": ("Unlock", "lock.unlock", one.about),
        "thaw": ("Thaw", "lock.thaw", one.about),
        "holder": (f"Ask {_holder(one)}", "lock.ask", one.about),
        "line": ("Show the line", "queue.show", f"{service} {environment}"),
        "free": (f"End {one.about}", "deploy.cancel", one.about),
        "clear": ("Clear it", "rollback.clear", plain),
        "checks": ("See the checks", "deploy.checks", plain),
        "coverage": ("Uncovered lines", "deploy.uncovered", plain),
        "head": (f"Deploy {one.about}", "deploy.now", f"{service} {environment} {one.about}{rest}"),
        "diff": ("Show what goes along", "deploy.diff", plain),
        "failure": (f"Why {one.about}", "deploy.why", one.about),
        "mends": ("It mends the page", "deploy.mends", value),
        "approve": ("Ask for approval", "deploy.now", value),
    }
    if one.first:
        where = one.first.split(" ")[0]
        known["deploy"] = (f"Deploy to {where}", "deploy.now", f"{service} {one.first} -")
    return Offer(*known[kind]) if kind in known else None


def _holder(one: Condition) -> str:
    """Who set the lock: its about names kind, scope, number and that."""
    return [*one.about.split("\n"), "", "", "", ""][3] or "who set it"

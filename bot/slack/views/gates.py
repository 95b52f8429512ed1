"""The gates of a place: how each is set, what it has shown, and the button that follows from that."""

from collections.abc import Mapping, Sequence

from bot.domain.deploys import Deploy
from bot.domain.gates import NAMES
from bot.domain.gates.earned import ENOUGH
from bot.services.gates import Gate
from bot.slack import Block, Message
from bot.slack.views.text import actions, button, confirm, context, cut, escape, quiet, said, section, when
from bot.store.gates import FollowUp

MARK = {"enforced": ":no_entry:", "telling": ":speech_balloon:"}
MOST = 40  # blocks in one answer
LISTED = 5  # waivers among them
MODE = {"enforced": "enforced", "telling": "only tells"}


def gates(
    service: str,
    each: Mapping[str, Sequence[Gate]],
    setters: Mapping[str, bool],
    follow_ups: Sequence[FollowUp],
) -> Message:
    """Every gate of a service, by environment. setters: where this person may set them."""
    blocks: list[Block] = []
    counts = []
    for environment, found in each.items():
        stopping = [gate for gate in found if gate.mode == "enforced"]
        counts.append(f"{environment} {len(stopping)} enforced, {len(found) - len(stopping)} telling")
        plain = [gate for gate in found if not (gate.offers and setters[environment])]
        lines = [f"*{escape(service)} {escape(environment)}*", *(_line(gate) for gate in plain)]
        blocks.append(section("\n".join(lines)))
        blocks += [section(_line(gate), accessory=_button(gate)) for gate in found if gate not in plain]
    note = "Right, lock, freeze, claim and queue always stop."
    waivers = [section(_waiver(one), accessory=_done(one.deploy)) for one in follow_ups[:LISTED]]
    if follow_ups:
        many = "waiver waits" if len(follow_ups) == 1 else "waivers wait"
        note += f" {len(follow_ups)} {many} to be looked into."
    if len(blocks) + len(waivers) > MOST:
        blocks = blocks[: MOST - len(waivers)]
        note = f"There is more: name an environment. {note}"
    blocks += waivers
    blocks.append(context(note))
    return Message(cut(f"Gates of {service}: {'; '.join(counts)}", 300), blocks)


def chosen(gate: Gate) -> Message:
    """What the person who set it is told."""
    now = "stops deploys from now on" if gate.mode == "enforced" else "only tells from now on"
    return said(f"{MARK[gate.mode]} The gate *{_name(gate)}* {now}.")


def chosen_loud(gate: Gate) -> Message:
    """What operations are told."""
    now = "stops deploys from now on" if gate.mode == "enforced" else "only tells from now on"
    return said(
        f"{MARK[gate.mode]} The gate *{_name(gate)}* {now}: set by {quiet(gate.by)}. It {gate.earned.words}."
    )


def demotion(gate: Gate) -> Message:
    """What operations are told when most waivers of a gate went well."""
    text = f"The gate {_name(gate)} should perhaps only tell"
    words = f":speech_balloon: The gate *{_name(gate)}* {gate.earned.words}: should it only tell again?"
    return Message(text, [section(words), actions(_button(gate))])


def mark(gate: Gate) -> str:
    """The id of that message: it is said again only after as many more waivers."""
    return f"demote:{gate.service}:{gate.environment}:{gate.name}:{gate.earned.waived // ENOUGH}"


def shipped(deploy: Deploy, by: str, reason: str) -> Message:
    """What operations are told when somebody shipped anyway."""
    gates = ", ".join(NAMES.get(gate, gate) for gate in dict.fromkeys(gate for gate, _ in deploy.waived))
    text = f"{deploy.what}: shipped anyway by {quiet(by)}, {gates} waived"
    lines = [
        f":rotating_light: *{escape(deploy.what)}* ({deploy.id}, `{deploy.short()}`): shipped anyway by {quiet(by)}.",
        f"> {quiet(reason, 300)}",
        f"Waived: {gates}.",
    ]
    lines += [f"• {escape(one.sentence)}" for one in deploy.conditions if one.outcome == "waived"]
    lines.append("Somebody has to look into it afterwards; `gates` lists what is open.")
    return Message(text, [section(cut("\n".join(lines), 2900)), actions(_done(deploy.id))])


def reminder(one: FollowUp) -> Message:
    """What operations are told the next working morning, where nobody has looked into it."""
    text = f"{one.deploy} was shipped anyway, and nobody has looked into it"
    return Message(
        text,
        [section(f":alarm_clock: Nobody has looked into it yet. {_waiver(one)}"), actions(_done(one.deploy))],
    )


def looked_into(one: FollowUp, by: str) -> Message:
    """by: who it was, for operations; "" for that person."""
    who = f"{quiet(by)} has looked into it" if by else "It is done"
    return said(
        f":white_check_mark: {who}: {one.deploy}, shipped anyway to {escape(one.service)} {escape(one.environment)}."
    )


def _waiver(one: FollowUp) -> str:
    gates = ", ".join(NAMES.get(gate, gate) for gate in one.gates)
    by = f" by {quiet(one.by, 60)}" if one.by else ""
    return (
        f"*{one.deploy}* was shipped anyway to {escape(one.service)} {escape(one.environment)}{by} {when(one.at)}: "
        f"{gates} waived.\n> {quiet(one.reason, 300)}"
    )


def _done(deploy: str) -> Block:
    return button("Looked into it", "gate.done", deploy)


def _name(gate: Gate) -> str:
    return f"{NAMES.get(gate.name, gate.name)} of {escape(gate.service)} {escape(gate.environment)}"


def _line(gate: Gate) -> str:
    by = f", set by {quiet(gate.by)} {when(gate.at)}" if gate.by else ""
    line = (
        f"{MARK[gate.mode]} {NAMES.get(gate.name, gate.name)}: *{MODE[gate.mode]}*{by}; {gate.earned.words}"
    )
    if gate.mode == "enforced" or gate.earned.can_be_judged:
        return line
    return f"{line}. [Enforce] comes when it has told {ENOUGH} times; it has {gate.earned.told} so far"


def _button(gate: Gate) -> Block:
    value = f"{gate.service} {gate.environment} {gate.name}"
    if gate.mode == "telling":
        sure = confirm("Let it stop deploys?", f"It {gate.earned.words}.", "Enforce", "Let it tell")
        return button("Enforce", "gate.enforce", value, confirm=sure)
    sure = confirm("Let it only tell?", f"It {gate.earned.words}.", "Only tell", "Let it stop")
    return button("Only tell", "gate.tell", value, confirm=sure)

"""An override: shown before it is made, its card, and what is told to whom it concerns."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.oncall import Override, Shift
from bot.services.overrides import UNDO_SECONDS, Draft
from bot.slack import Block, Message
from bot.slack.views.text import actions, button, context, cut, duration, quiet, said, section, when

Names = Mapping[str, str]


def card_of(id: str) -> str:
    """The id of its card."""
    return f"override:{id}"


def preview(draft: Draft, names: Names, notes: Sequence[str], *, plan: bool) -> Message:
    """What would be, with the button that makes it."""
    made = draft.override
    who = _name(made.email, names)
    lead = f"*{quiet(draft.team, 60)}*: *{who}* would be on call {_span(made)}"
    whole = len(draft.before) == 1 and (draft.before[0].since, draft.before[0].until) == (
        made.since,
        made.until,
    )
    if whole:
        lines = [f"{lead}, instead of {_name(draft.before[0].who, names)}"]
    else:
        lines = [lead, *(_part(one, made.email, names) for one in draft.before[:10])]
    if not draft.before:
        lines[0] += "; nobody is on call then"
    if draft.nobody_after is not None:
        lines.append(f":warning: After it nobody is on call until {when(draft.nobody_after)}.")
    if draft.elsewhere:
        others = ", ".join(quiet(one, 60) for one in draft.elsewhere[:5])
        lines.append(f":warning: {who} is on call for {others} then too.")
    blocks: list[Block] = [section("\n".join(lines))]
    if notes:
        blocks.append(context(*(quiet(note, 200) for note in notes)))
    if plan:
        blocks.append(context("Nothing was changed."))
        return said(f"{who} would be on call for {quiet(draft.team, 60)}. Nothing was changed.", *blocks)
    span = (f"{made.since:.3f}", f"{made.until:.3f}")
    value = "\n".join((draft.team, made.email, *span, made.id, ",".join(draft.seen)))
    if len(value) <= 2000:
        blocks.append(actions(button("Make it", "override.make", value, style="primary")))
    blocks.append(context("Nothing is changed until you press."))
    return said(f"{who} would be on call for {quiet(draft.team, 60)}: press to make it", *blocks)


def made(team: str, one: Override, names: Names) -> Message:
    return said(
        f":white_check_mark: {_name(one.email, names)} is on call for {quiet(team, 60)} {_span(one)}."
    )


def card(team: str, one: Override, names: Names, *, undo: bool) -> Message:
    """Its card, which stands in the team's channel. undo: while it can be taken back."""
    words = f"{_name(one.email, names)} takes {quiet(team, 60)} {_span(one)}"
    by = f" (made by {quiet(one.by_name, 60)})" if one.by != one.email else ""
    blocks: list[Block] = [section(f":calendar: *{words}*{by}")]
    if undo:
        value = "\n".join((team, one.rotation, one.id, f"{one.made:.3f}"))
        minutes = duration(UNDO_SECONDS)
        blocks.append(actions(button("Undo", "override.undo", value)))
        blocks.append(context(f"It can be taken back for {minutes}."))
    return Message(words, blocks)


def undone(team: str, one: Override | None, names: Names, by: str) -> Message:
    """Its card, after it was taken back."""
    what = (
        f"{_name(one.email, names)}'s override of {quiet(team, 60)}"
        if one
        else f"An override of {quiet(team, 60)}"
    )
    return said(f"{what} was taken back by {quiet(by, 60)}: the rotation is as it was.")


def told(team: str, one: Override, email: str, names: Names) -> Message:
    """What whom it concerns is told directly."""
    if email == one.email:
        return said(
            f":pager: You are on call for {quiet(team, 60)} {_span(one)}. {quiet(one.by_name, 60)} made it so."
        )
    return said(f":calendar: {_name(one.email, names)} takes {quiet(team, 60)} for you {_span(one)}.")


def taken_back(team: str, one: Override, by: str) -> Message:
    return said(
        f":calendar: {quiet(by, 60)} took it back: you are not on call for {quiet(team, 60)} {_span(one)}."
    )


def form(teams: Sequence[str], people: Names, channel: str) -> dict[str, Any]:
    """Which team, from when to when, and who."""
    return {
        "type": "modal",
        "callback_id": "override",
        "private_metadata": channel,
        "title": _plain("Override"),
        "submit": _plain("Look at it"),
        "close": _plain("Not now"),
        "blocks": [
            _select("team", "Team", {team: team for team in teams}, next(iter(teams), None)),
            _text("since", "From", "now, friday 18:00, tomorrow 9:00", "now"),
            _text("until", "To, or for how long", "2h, 18:00, monday 9:00", ""),
            {
                **_select("who", "Who takes it", people, None),
                "optional": True,
                "hint": _plain("Left empty: you."),
            },
        ],
    }


def _part(shift: Shift, email: str, names: Names) -> str:
    if shift.email == email:
        return f"• {when(shift.since)} to {when(shift.until)}: already theirs"
    return f"• {when(shift.since)} to {when(shift.until)}: instead of {_name(shift.who, names)}"


def _span(one: Override) -> str:
    return f"from {when(one.since)} until {when(one.until)} ({duration(one.until - one.since)})"


def _name(email: str, names: Names) -> str:
    return quiet(names.get(email, email), 60)


def _select(block: str, label: str, named: Names, chosen: str | None) -> Block:
    options = [{"text": _plain(cut(name, 75)), "value": value} for value, name in list(named.items())[:100]]
    element: dict[str, Any] = {"type": "static_select", "action_id": block, "options": options}
    initial = next((option for option in options if option["value"] == chosen), None)
    if initial:
        element["initial_option"] = initial
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _text(block: str, label: str, placeholder: str, first: str) -> Block:
    element = {
        "type": "plain_text_input",
        "action_id": block,
        "max_length": 60,
        "placeholder": _plain(placeholder),
    }
    if first:
        element["initial_value"] = first
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}

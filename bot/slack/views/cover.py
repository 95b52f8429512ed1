"""A request for cover: its card in the team's channel, and what is told to whom it concerns."""

from typing import Any

from bot.domain.covers import Cover
from bot.slack import Block, Message
from bot.slack.views.text import actions, button, confirm, context, duration, quiet, said, section, when


def card_of(id: str) -> str:
    """The id of its card."""
    return f"cover:{id}"


def card(cover: Cover) -> Message:
    """The one card of a request, as it stands."""
    team, name = quiet(cover.team, 60), quiet(cover.name, 60)
    ends = {
        "taken": f":white_check_mark: *{quiet(cover.taker_name, 60)} takes {team} for {name}* {_span(cover)}",
        "withdrawn": f":calendar: {name} does not need cover for {team} any more",
        "over": f":calendar: Nobody took {team} for {name} {_span(cover)}; it stayed theirs",
    }
    if not cover.open:
        return said(ends[cover.state])
    reason = f"\n> {quiet(cover.reason, 300)}" if cover.reason else ""
    lead = f":raised_hand: *Who can take {team} for {name}* {_span(cover)}?{reason}"
    blocks: list[Block] = [
        section(lead),
        actions(
            button("I can", "cover.take", cover.id, style="primary", confirm=_sure(cover)),
            button("Never mind", "cover.withdraw", cover.id),
        ),
        context(f"Who presses first has it. Until then it stays {name}'s. [Never mind] is for {name}."),
    ]
    return said(f"Who can take {team} for {name}?", *blocks)


def planned(cover: Cover) -> Message:
    return said(f"I would ask {quiet(cover.team, 60)} who can take it {_span(cover)}. Nothing was changed.")


def asked(cover: Cover, part: bool) -> Message:
    """What who asked is told. part: it is only a part of what was said."""
    only = " (that is the part for which you are on call)" if part else ""
    return said(
        f"I have asked {quiet(cover.team, 60)} who can take it {_span(cover)}{only}. "
        f"Until somebody does it stays yours{'; I tell you before it begins' if cover.since > cover.asked else ''}."
    )


def nears(cover: Cover, why: str, now: float) -> Message:
    """What who asked is told while nobody has taken it. why: `day`, `hour`, `begin` or `end`."""
    team = quiet(cover.team, 60)
    if why == "begin":
        text = f"Nobody has taken {team} for you: it begins now, and it is yours. The card still asks."
    elif why == "end":
        return said(f":calendar: Nobody took {team} for you {_span(cover)}. It is over.")
    else:
        left = duration(max(0.0, cover.since - now))
        text = f"Nobody has taken {team} for you yet: it begins in {left}, and it is yours."
    return said(
        f":alarm_clock: {text}",
        section(f":alarm_clock: {text}"),
        actions(button("Never mind", "cover.withdraw", cover.id)),
    )


def line(cover: Cover, now: float) -> Message:
    """What the card's thread says while its time nears."""
    left = duration(max(0.0, cover.since - now))
    return said(
        f":alarm_clock: It begins in {left}, and nobody has taken it from {quiet(cover.name, 60)} yet."
    )


def told(cover: Cover) -> Message:
    """What who asked is told once somebody has it."""
    return said(
        f":white_check_mark: {quiet(cover.taker_name, 60)} takes {quiet(cover.team, 60)} for you {_span(cover)}."
    )


def taken(cover: Cover) -> Message:
    """What who took it is told."""
    return said(
        f":pager: You are on call for {quiet(cover.team, 60)} {_span(cover)}, for {quiet(cover.name, 60)}."
    )


def form(teams: list[str], channel: str) -> dict[str, Any]:
    """Which team, from when to when, and why."""
    options = [{"text": _plain(team[:75]), "value": team} for team in teams[:100]]
    select: dict[str, Any] = {"type": "static_select", "action_id": "team", "options": options}
    if options:
        select["initial_option"] = options[0]
    return {
        "type": "modal",
        "callback_id": "cover",
        "private_metadata": channel,
        "title": _plain("Ask for cover"),
        "submit": _plain("Ask the team"),
        "close": _plain("Not now"),
        "blocks": [
            {"type": "input", "block_id": "team", "label": _plain("Team"), "element": select},
            _text("since", "From", "friday 18:00, tomorrow 9:00"),
            _text("until", "To, or for how long", "2h, 18:00, monday 9:00"),
            {**_text("reason", "Why", "The dentist"), "optional": True},
        ],
    }


def _sure(cover: Cover) -> Block:
    text = f"You are on call for *{quiet(cover.team, 60)}* {_span(cover)}."
    return confirm("Take it?", text, "I can", "Not me")


def _span(cover: Cover) -> str:
    return f"from {when(cover.since)} until {when(cover.until)} ({duration(cover.until - cover.since)})"


def _text(block: str, label: str, placeholder: str) -> Block:
    element = {
        "type": "plain_text_input",
        "action_id": block,
        "max_length": 100,
        "placeholder": _plain(placeholder),
    }
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}

"""Who is on call: one team or all of them, now or at another time."""

from collections.abc import Mapping, Sequence

from bot.domain.oncall import Shift
from bot.services.oncall import Standing
from bot.slack import Block, Message
from bot.slack.views.text import actions, button, context, duration, quiet, said, section, when

LISTED = 8  # teams in one message

Names = Mapping[str, str]


def oncall(
    standings: Sequence[Standing],
    names: Names,
    now: float,
    *,
    start: int = 0,
    notes: Sequence[str] = (),
    menders: Mapping[str, Sequence[str]] | None = None,
    value: str = "",
    pages: bool = False,
) -> Message:
    """names: what people are called, by e-mail. start: the first team that is shown. notes: what was assumed.
    menders: who can put somebody on call, by team. value: what the buttons carry to the other teams.
    pages: whether who is on call can be paged from here.
    """
    if not standings:
        return said("There are no teams yet: add one to config.yaml.")
    shown = standings[start : start + LISTED]
    at = shown[0].at if shown else now
    later = abs(at - now) > 1
    blocks: list[Block] = [section(f":clock3: On call {when(at)}:")] if later else []
    if notes:
        blocks.append(context(*(quiet(note, 200) for note in notes)))
    for one in shown:
        blocks.append(section(_team(one, names, (menders or {}).get(one.team, ()), now)))
        if one.first is not None and not later:
            ask = button("Ask them", "oncall.ask", f"{one.team}:{one.first.email}")
            blocks.append(actions(ask, *([button("Page them", "oncall.page", one.team)] if pages else [])))
    blocks += _pager(standings, start, value)
    return said("; ".join(_in_short(one, names) for one in shown), *blocks)


def asked_form(team: str, name: str, value: str, channel: str) -> dict[str, object]:
    """What shall be asked of whoever is on call."""
    words = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": 2000}
    return {
        "type": "modal",
        "callback_id": "oncall.ask",
        "private_metadata": f"{channel}\n{value}",
        "title": {"type": "plain_text", "text": "Ask who is on call"},
        "submit": {"type": "plain_text", "text": "Ask"},
        "close": {"type": "plain_text", "text": "Not now"},
        "blocks": [
            section(
                f"{quiet(name, 60)} is on call for {quiet(team, 60)}. It is a direct message: it wakes nobody."
            ),
            {
                "type": "input",
                "block_id": "words",
                "label": {"type": "plain_text", "text": "What do you want to know?"},
                "element": words,
            },
        ],
    }


def question(asker: str, user: str, team: str, words: str) -> Message:
    """What whoever is on call is asked."""
    lines = "\n".join(f"> {quiet(line, 2000)}" for line in words.splitlines() if line.strip())
    lead = f"{quiet(asker, 60)} asks you, because you are on call for {quiet(team, 60)}"
    return said(
        f"{lead}: {quiet(words, 100)}", section(f":speech_balloon: {lead}:\n{lines}\nAnswer <@{user}>.")
    )


def _team(one: Standing, names: Names, menders: Sequence[str], now: float) -> str:
    head = f"*{quiet(one.team, 60)}*"
    if not one.rotation:
        return (
            f"{head} has no rotation. Put one under `rotations` in config.yaml, and its name under the team."
        )
    lines = [f"{head} — {_first(one, names)}"]
    lines += [
        f"Level {each.level}: {_who(each, names)}{_covers(each, names)}"
        for each in one.on_call
        if each.level > 1
    ]
    if one.next is not None:
        lines.append(f"Next: {_who(one.next, names)}{_covers(one.next, names)}, from {when(one.next.since)}")
    if one.first is None:
        lines.append(f"{_or(menders)} can put somebody on call: `override {quiet(one.team, 60)} for 2h`" if menders else
                     "Nobody of config.yaml may put somebody on call.")  # fmt: skip
    if one.shadows:
        looking = " and ".join(_who(each, names) for each in one.shadows)
        lines.append(f"_Shadowing, not on call: {looking}_")
    if one.failed:
        age = duration(max(0.0, now - one.asked))
        lines.append(f":warning: {quiet(one.failed, 200)} This is what I last heard, {age} ago.")
    return "\n".join(lines)


def _first(one: Standing, names: Names) -> str:
    if (first := one.first) is not None:
        return f"*{_who(first, names)}* until {when(first.until)}{_covers(first, names)}"
    since = f"since {when(one.since)}" if one.since is not None else "for more than a week"
    return f":warning: *nobody is on call* {since}"


def _who(shift: Shift, names: Names) -> str:
    return quiet(names.get(shift.email) or shift.name or shift.email, 60)


def _covers(shift: Shift, names: Names) -> str:
    return f", covers {quiet(names.get(shift.covers, shift.covers), 60)}" if shift.covers else ""


def _in_short(one: Standing, names: Names) -> str:
    first = one.first
    return f"{quiet(one.team, 40)}: {_who(first, names) if first else 'nobody'}"


def _pager(standings: Sequence[Standing], start: int, value: str) -> list[Block]:
    if len(standings) <= LISTED:
        return []
    last = min(start + LISTED, len(standings))
    found = []
    if start:
        found.append(button("Before", "oncall.before", f"{max(0, start - LISTED)}:{value}"))
    if last < len(standings):
        found.append(button("More teams", "oncall.more", f"{last}:{value}"))
    return [
        context(f"Teams {start + 1} to {last} of {len(standings)}. Name one to see it alone."),
        actions(*found),
    ]


def _or(names: Sequence[str]) -> str:
    shown = [quiet(name, 60) for name in names[:3]]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]

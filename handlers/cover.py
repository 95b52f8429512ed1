"""cover: ask the team who can take a part of your shift; the first who can has it."""

from collections.abc import Sequence

from bot.domain.covers import Cover
from bot.domain.spans import SPAN_HINT, Span, span_in
from bot.errors import NotUnderstood, Refusal
from bot.slack import Card, Command, Form, Incomplete, Press, Reply, Turn
from bot.slack.teams import demand_team, no_team, span_words, team_of, teams_where
from bot.slack.views import cover as views
from bot.slack.views.text import said


async def cover(turn: Turn) -> Reply:
    config = turn.services.config()
    team = team_of(config, turn.given.words[0])
    if team is None:
        raise no_team(config, turn.given.words[0])
    span = _span(turn, turn.given.words[1:])
    words = [*span.rest]
    if words[:1] == ["because"]:
        del words[0]
    draft = await _drafted(turn, team, span, " ".join(words))
    if turn.given.plan:
        return Reply(views.planned(draft))
    return await _asked(turn, draft, span)


async def form(turn: Turn, incomplete: Incomplete) -> Reply:
    config = turn.services.config()
    teams = [name for name, team in config.teams.items() if team.rotation]
    teams = teams_where(turn, "cover", teams)
    teams.sort(key=lambda name: config.teams[name].rotation not in turn.holder.on_call)
    return Reply(
        said("Say it as `cover storefront from friday 18:00 to monday 9:00`."),
        form=views.form(teams, turn.ask.channel),
    )


async def check(turn: Turn) -> dict[str, str]:
    """What cannot be read is said beside its field, at once."""
    try:
        team, span = _filled(turn)
        await _drafted(turn, team, span, turn.values.get("reason", ""))
    except Refusal as refusal:
        field = "team" if refusal.code in ("no-rotation", "no-right", "no-such-team") else "until"
        return {field: f"{refusal} {refusal.hint or ''}".strip().replace("`", "")[:150]}
    return {}


async def submitted(turn: Turn) -> Reply:
    team, span = _filled(turn)
    return await _asked(turn, await _drafted(turn, team, span, turn.values.get("reason", "")), span)


async def press_take(turn: Turn) -> Reply:
    """Whoever is on the rotation may: it says who can carry the pager."""
    taken = await turn.services.covers.take(turn.values["value"], turn.holder)
    return Reply(
        views.taken(taken),
        card_follows=True,
        outcome=f"taken {taken.id}",
        cards=(_card(turn, taken),),
        tell=((taken.user, views.told(taken)),),
    )


async def press_withdraw(turn: Turn) -> Reply:
    gone = await turn.services.covers.withdraw(turn.values["value"], turn.holder)
    return Reply(
        said("I ask for it no more; it stays yours."),
        outcome=f"withdrawn {gone.id}",
        cards=(_card(turn, gone),),
    )


async def _drafted(turn: Turn, team: str, span: Span, reason: str) -> Cover:
    demand_team(turn, "cover", team)
    return await turn.services.covers.draft(
        team, span.since, span.until, turn.holder, reason=reason.strip()[:300], id=turn.ask.id
    )


async def _asked(turn: Turn, draft: Cover, span: Span) -> Reply:
    asked = await turn.services.covers.ask(draft)
    part = (asked.since, asked.until) != (span.since, span.until)
    return Reply(views.asked(asked, part), outcome=asked.id, cards=(_card(turn, asked),))


def _card(turn: Turn, cover: Cover) -> Card:
    config = turn.services.config()
    channel = config.teams[cover.team].channel if cover.team in config.teams else config.channels.operations
    return Card(views.card_of(cover.id), channel, views.card(cover), cover.rev)


def _filled(turn: Turn) -> tuple[str, Span]:
    team = turn.values.get("team", "")
    if team not in turn.services.config().teams:
        raise no_team(turn.services.config(), team)
    return team, _span(turn, span_words(turn.values.get("since", ""), turn.values.get("until", "")))


def _span(turn: Turn, words: Sequence[str]) -> Span:
    span = span_in(words, turn.now, turn.holder.zone)
    if span is None:
        raise NotUnderstood("From when to when?", code="no-span", hint=SPAN_HINT)
    return span


COMMANDS = [
    Command(
        "cover <words>",
        "ask the team who can take a part of your shift",
        cover,
        group="on call",
        changes=True,
        prose=True,
        form=form,
        takes="team from friday 18:00 to monday 9:00 reason",
        examples=["cover storefront from friday 18:00 to monday 9:00", "cover storefront for 2h the dentist"],
        detail="The first who presses [I can] has it, and both of you are told. Until then it stays yours, and I "
        "tell you a day and an hour before.",
    ),
]
PRESSES = [Press("cover.take", press_take), Press("cover.withdraw", press_withdraw)]
FORMS = [Form("cover", check, submitted)]

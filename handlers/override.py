"""override: take a part of a rotation, or give it to somebody. Shown first; made by a press; taken back by another."""

from collections.abc import Sequence

from bot.domain.oncall import Override
from bot.domain.spans import SPAN_HINT, Span, span_in
from bot.errors import NotUnderstood, Refusal
from bot.services.overrides import Draft
from bot.slack import Card, Command, Form, Incomplete, Message, Press, Reply, Turn
from bot.slack.teams import demand_team, email_of, no_team, span_words, team_of, teams_where, user_of
from bot.slack.views import override as views
from bot.slack.views.text import said

SPOILT = NotUnderstood("This button is of an older version of me.", hint="Type the command instead.")


async def override(turn: Turn) -> Reply:
    team, span, who = _said(turn, turn.given.words)
    demand_team(turn, "override", team)
    return await _shown(turn, team, await email_of(turn, who), span)


async def form(turn: Turn, incomplete: Incomplete) -> Reply:
    config = turn.services.config()
    teams = sorted(
        (name for name, team in config.teams.items() if team.rotation),
        key=lambda name: name not in turn.holder.teams,
    )
    teams = teams_where(turn, "override", teams)
    rotations = config.rotations.values()
    people = {email: config.people[email].name for one in rotations for email in one.everybody}
    shown = views.form(teams, people, turn.ask.channel)
    return Reply(said("Say it as `override storefront from friday 18:00 to monday 9:00 olga`."), form=shown)


async def check(turn: Turn) -> dict[str, str]:
    """What cannot be read is said beside its field, at once."""
    try:
        await _drafted(turn)
    except Refusal as refusal:
        fields = {"no-such-person": "who", "not-on-rotation": "who", "shadow": "who", "leaves-gap": "who"}
        field = fields.get(refusal.code, "team" if refusal.code in ("no-rotation", "no-right") else "until")
        return {field: f"{refusal} {refusal.hint or ''}".strip().replace("`", "")[:150]}
    return {}


async def submitted(turn: Turn) -> Reply:
    return Reply(_preview(turn, await _drafted(turn), ()))


async def _drafted(turn: Turn) -> Draft:
    values = turn.values
    team = values.get("team", "")
    if team not in turn.services.config().teams:
        raise no_team(turn.services.config(), team)
    demand_team(turn, "override", team)
    span = _span(span_words(values.get("since", ""), values.get("until", "")), turn)
    email = values.get("who") or await email_of(turn, ())
    return await turn.services.overrides.draft(
        team, email, span.since, span.until, turn.holder, id=turn.ask.id
    )


async def press_make(turn: Turn) -> Reply:
    team, email, since, until, id, seen = _carried(turn)
    demand_team(turn, "override", team)
    overrides = turn.services.overrides
    if (again := await overrides.find(id)) is not None:  # pressed twice
        return Reply(views.made(team, again, _names(turn)), card_follows=True, outcome=id)
    draft = await overrides.draft(team, email, since, until, turn.holder, id=id)
    return await made_reply(turn, draft, await overrides.make(draft, [one for one in seen.split(",") if one]))


async def made_reply(turn: Turn, draft: Draft, made: Override) -> Reply:
    """The card in the team's channel, and a word to whom it concerns."""
    config, names = turn.services.config(), _names(turn)
    card = Card(
        views.card_of(made.id),
        config.teams[draft.team].channel,
        views.card(draft.team, made, names, undo=True),
        1,
    )
    tell = []
    concerned = [made.email, *dict.fromkeys(one.email for one in draft.before)]
    for email in dict.fromkeys(concerned):
        if email != turn.holder.email and email and (user := await user_of(turn, email)) is not None:
            tell.append((user, views.told(draft.team, made, email, names)))
    return Reply(
        views.made(draft.team, made, names),
        card_follows=True,
        outcome=made.id,
        cards=(card,),
        tell=tuple(tell),
    )


async def press_undo(turn: Turn) -> Reply:
    team, _, rest = turn.values["value"].partition("\n")
    rotation, _, rest = rest.partition("\n")
    id, _, made = rest.partition("\n")
    config = turn.services.config()
    if team not in config.teams or not made:
        raise SPOILT
    demand_team(turn, "override", team)
    undone = await turn.services.overrides.undo(rotation, id, float(made))
    message = views.undone(team, undone, _names(turn), turn.holder.name)
    cards = (Card(views.card_of(id), config.teams[team].channel, message, 3),)
    tell = []
    if undone is not None and undone.email != turn.holder.email:
        user = await user_of(turn, undone.email)
        tell = [(user, views.taken_back(team, undone, turn.holder.name))] if user else []
    return Reply(
        said("It is taken back; the rotation is as it was."), cards=cards, tell=tuple(tell), outcome=id
    )


async def _shown(turn: Turn, team: str, email: str, span: Span) -> Reply:
    overrides = turn.services.overrides
    draft = await overrides.draft(team, email, span.since, span.until, turn.holder, id=turn.ask.id)
    return Reply(_preview(turn, draft, span.notes))


def _preview(turn: Turn, draft: Draft, notes: Sequence[str]) -> Message:
    return views.preview(draft, _names(turn), notes, plan=turn.given.plan)


def _said(turn: Turn, words: Sequence[str]) -> tuple[str, Span, Sequence[str]]:
    """The team, from when to when, and the words that say who."""
    config = turn.services.config()
    team = team_of(config, words[0])
    if team is None:
        raise no_team(config, words[0])
    span = _span(words[1:], turn)
    return team, span, [word for word in span.rest if word.casefold() not in ("by", "with", "for")]


def _span(words: Sequence[str], turn: Turn) -> Span:
    span = span_in(words, turn.now, turn.holder.zone)
    if span is None:
        raise NotUnderstood("From when to when?", code="no-span", hint=SPAN_HINT)
    return span


def _carried(turn: Turn) -> tuple[str, str, float, float, str, str]:
    """What the button was drawn with: team, e-mail, since, until, its id, and the ids that it lies over."""
    parts = turn.values["value"].split("\n")
    if len(parts) != 6 or parts[0] not in turn.services.config().teams:
        raise SPOILT
    team, email, since, until, id, seen = parts
    return team, email, float(since), float(until), id, seen


def _names(turn: Turn) -> dict[str, str]:
    return {email: person.name for email, person in turn.services.config().people.items()}


COMMANDS = [
    Command(
        "override <words>",
        "take a part of a rotation, or give it to somebody",
        override,
        group="on call",
        form=form,
        takes="team from friday 18:00 to monday 9:00 person",
        examples=["override storefront for 2h", "override storefront from friday 18:00 to monday 9:00 olga"],
        detail="Without a person it is you; without a beginning it begins now. It is shown first, and made when you "
        "press; for 5 minutes it can be taken back.",
    ),
]
PRESSES = [Press("override.make", press_make), Press("override.undo", press_undo)]
FORMS = [Form("override", check, submitted)]

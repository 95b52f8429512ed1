"""oncall: who has the pager, until when, who comes next; and a question to them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.rights import able
from bot.domain.spans import Moment, moment_in
from bot.errors import NotFound, NotUnderstood
from bot.slack import Command, Form, Given, Incomplete, Press, Reply, Turn
from bot.slack.teams import no_team, team_of
from bot.slack.views import oncall as views
from bot.slack.views.text import escape, said


async def oncall(turn: Turn) -> Reply:
    team, rest = _team(turn, turn.given.words)
    at = moment_in(rest, turn.now, turn.holder.zone) if rest else None
    return await _shown(turn, [team] if team else _teams(turn), at)


async def press_more(turn: Turn) -> Reply:
    start, _, at = turn.values["value"].partition(":")
    if not start.isdecimal():
        raise NotUnderstood("This button is of an older version of me.", hint="Type `oncall` instead.")
    moment = Moment(float(at), 0) if at else None
    return await _shown(turn, _teams(turn), moment, start=int(start))


async def press_ask(turn: Turn) -> Reply:
    team, _, email = turn.values["value"].partition(":")
    name = _name(turn, email)
    form = views.asked_form(team, name, turn.values["value"], turn.ask.channel)
    return Reply(said(f"Write to {escape(name)} directly: they are on call for {escape(team)}."), form=form)


async def press_page(turn: Turn) -> Reply:
    """The form of `page`, with the team filled in: it says who will be woken before anybody is."""
    command, given = turn.commands.get("page"), Given(words=(turn.values["value"],))
    if command is None or command.form is None:
        raise NotUnderstood("This button is of another version of me.", hint="Page them in PagerDuty.")
    return await command.form(replace(turn, given=given), Incomplete(given, ("words",)))


async def check_ask(turn: Turn) -> dict[str, str]:
    return {} if turn.values.get("words", "").strip() else {"words": "Write what you want to know."}


async def ask(turn: Turn) -> Reply:
    team, _, email = turn.values.get("carried", "").partition(":")
    known = await turn.services.people.known_by_email(email)
    if known is None:
        raise NotFound(
            f"I do not know {_name(turn, email)} on Slack yet, so I cannot write to them.",
            code="not-on-slack",
            hint=f"Write to {email}, or page them: `page {team} …`.",
        )
    message = views.question(turn.holder.name, turn.ask.user, team, turn.values["words"])
    return Reply(said(f"I have asked {escape(_name(turn, email))}."), tell=((known.user_id, message),))


async def _shown(turn: Turn, teams: Sequence[str], at: Moment | None, *, start: int = 0) -> Reply:
    config = turn.services.config()
    standings = await turn.services.oncall.standings(teams, at.at if at else turn.now)
    menders = {}
    for one in standings[start : start + views.LISTED]:
        if one.first is None and one.rotation:
            services = (name for name, service in config.services.items() if service.team == one.team)
            menders[one.team] = able(
                config, turn.holder, "override", service=next(services, None), now=turn.now
            )
    names = {email: person.name for email, person in config.people.items()}
    said_before = {"value": f"{at.at:.0f}" if at else "", "notes": at.notes if at else ()}
    more: dict[str, Any] = {
        **said_before,
        "start": start,
        "menders": menders,
        "pages": "page" in turn.commands,
    }
    return Reply(views.oncall(standings, names, turn.now, **more))


def _team(turn: Turn, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The team that is asked for, "" for all, and what is left: the time."""
    config = turn.services.config()
    if not words or words[0].casefold() == "at":
        return "", words[1:]
    rest = words[2:] if len(words) > 1 and words[1].casefold() == "at" else words[1:]
    if (team := team_of(config, words[0])) is not None:
        return team, rest
    try:
        moment_in(words, turn.now, turn.holder.zone)
    except NotUnderstood:
        raise no_team(config, words[0]) from None
    return "", words


def _teams(turn: Turn) -> list[str]:
    """All of them, the person's own first, those without a rotation last."""
    teams = turn.services.config().teams
    return sorted(teams, key=lambda team: (team not in turn.holder.teams, teams[team].rotation is None, team))


def _name(turn: Turn, email: str) -> str:
    person = turn.services.config().people.get(email)
    return person.name if person else email


COMMANDS = [
    Command(
        "oncall [<words>]",
        "who is on call, until when, and who comes next",
        oncall,
        group="on call",
        right="oncall",
        takes="team or service at friday 18:00",
        examples=["oncall", "oncall {service}", "oncall {service} at friday 18:00"],
        detail="Without a team it is all of them. `at` takes any time ahead or back: `tomorrow 3:00`, "
        "`yesterday 9:00`, `2026-12-24 18:00`, in your own zone. Who shadows is shown apart and is never on call.",
    ),
]
PRESSES = [
    Press("oncall.more", press_more, changes=False),
    Press("oncall.before", press_more, changes=False),
    Press("oncall.ask", press_ask, changes=False),
    Press("oncall.page", press_page, changes=False),
]
FORMS = [Form("oncall.ask", check_ask, ask)]

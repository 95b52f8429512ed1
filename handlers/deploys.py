"""deploys: the history, of a place or of all; by whom, in which state, since when; a page at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast, get_args
from urllib.parse import parse_qsl, urlencode

from bot.domain.deploys import State
from bot.domain.history import Direction, Selection
from bot.domain.periods import period
from bot.errors import NotFound, NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.lookup import nearest, safe
from bot.slack.views import history as views

PAGE = 10
LONGEST = 200  # characters of a ref; a button carries it
STATES = frozenset(get_args(State))
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_SAY = "Say it as `deploys shop production by dana failed 7d`; a branch as `ref main`."


async def deploys(turn: Turn) -> Reply:
    given = turn.given
    selection = Selection(given.service or "", given.environment or "")
    words = list(given.words)
    while words:
        word = words.pop(0)
        low = word.casefold().strip(",")
        if low in ("by", "ref") and not words:
            raise NotUnderstood(f"What comes after `{safe(word)}`?", code="no-filter", hint=_SAY)
        if low == "by":
            selection = replace(selection, by=_person(turn, words.pop(0)))
        elif low == "ref":
            selection = replace(selection, ref=words.pop(0)[:LONGEST])
        elif low in STATES:
            selection = replace(selection, state=cast(State, low))
        elif (seconds := period(low)) is not None:
            selection = replace(selection, since=turn.now - seconds)
        elif _COMMIT.fullmatch(low) or word.startswith("#") or "/" in word:
            selection = replace(selection, ref=low if _COMMIT.fullmatch(low) else word[:LONGEST])
        else:
            raise _odd(turn, word)
    return await _page(turn, selection, "", "older")


async def older(turn: Turn) -> Reply:
    return await _turned(turn, "older")


async def newer(turn: Turn) -> Reply:
    return await _turned(turn, "newer")


async def _turned(turn: Turn, direction: Direction) -> Reply:
    """Another page, from the deploy that the button carries on; what was asked for since moves nothing."""
    start, _, query = turn.values["value"].partition("?")
    if not re.fullmatch(r"d-\d{1,9}", start):
        raise NotUnderstood("This button is of an older version of me.", hint="Type the command instead.")
    selection = _carried(dict(parse_qsl(query)))
    if selection.service and selection.service not in turn.services.config().services:
        raise NotFound(f"There is no service `{safe(selection.service)}`.", code="no-such-service")
    return await _page(turn, selection, start, direction)


async def _page(turn: Turn, selection: Selection, start: str, direction: Direction) -> Reply:
    history = turn.services.history
    page = await history.page(selection, start=start, direction=direction, count=PAGE)
    figures = None
    plain = replace(selection, service="", environment="") == Selection()
    if plain and selection.service and selection.environment and not start:
        figures = await history.delivery(selection.service, selection.environment)
    odd = (
        await turn.services.reports.odd(selection.service)
        if plain and selection.service and not start
        else []
    )
    example = _example(turn, selection)
    return Reply(views.deploys(page, selection, _value(selection), start, figures, example, odd))


def _value(selection: Selection) -> str:
    """What a button carries besides the deploy that the page goes on from."""
    conditions = {name: value for name, value in vars(selection).items() if value}
    return "?" + urlencode(conditions)


def _carried(conditions: Mapping[str, str]) -> Selection:
    try:
        since = float(conditions.get("since", 0))
    except ValueError:
        since = 0.0
    state = conditions.get("state", "")
    return Selection(
        conditions.get("service", ""), conditions.get("environment", ""), conditions.get("by", ""),
        cast(State, state) if state in STATES else "", since, conditions.get("ref", ""),
    )  # fmt: skip


def _person(turn: Turn, word: str) -> str:
    """As the deploys have it: an e-mail, or Slack's user id."""
    low = word.strip(",").casefold().removeprefix("@")
    if low == "me":
        return turn.holder.email or turn.holder.user_id
    if (mention := _MENTION.fullmatch(word.strip(","))) is not None:
        return mention[1]
    people = turn.services.config().people
    found = [
        email
        for email, person in people.items()
        if low in (email.casefold(), email.casefold().partition("@")[0], person.name.casefold())
    ]
    if len(found) == 1:
        return found[0]
    if "@" in low:
        return low  # somebody whom config.yaml does not know (any more)
    if found:
        whom = " or ".join(f"`by {email}`" for email in sorted(found)[:4])
        raise NotUnderstood(f"There are several `{safe(word)}`.", code="which-person", hint=f"Say {whom}.")
    meant = nearest(low, [email.partition("@")[0] for email in people])
    raise NotFound(
        f"I know nobody called `{safe(word)}`.",
        code="no-such-person",
        hint=f"Did you mean `by {meant}`?" if meant else "Mention them, or write their e-mail address.",
    )


def _odd(turn: Turn, word: str) -> NotUnderstood | NotFound:
    config, given = turn.services.config(), turn.given
    known: Sequence[str] = sorted(config.services)
    if given.service:
        known = list(config.services[given.service].environments)
    if (meant := nearest(word, known)) is not None:
        what = "an environment of it" if given.service else "a service"
        return NotFound(f"`{safe(word)}` is not {what}.", code="no-filter", hint=f"Did you mean `{meant}`?")
    return NotUnderstood(f"I don't know what `{safe(word)}` is here.", code="no-filter", hint=_SAY)


def _example(turn: Turn, selection: Selection) -> str:
    """Somewhere that can be deployed to: the person's own service where there is one."""
    known = turn.services.config().services
    wanted, environment = selection.service, selection.environment
    there = [
        name for name in known
        if wanted in ("", name) and (not environment or environment in known[name].environments)
    ]  # fmt: skip
    name = next((name for name in there if known[name].team in turn.holder.teams), next(iter(there), None))
    if name is None:
        return "shop to staging"
    return f"{name} to {environment or next(iter(known[name].environments))}"


COMMANDS = [
    Command(
        "deploys [<service>] [<environment>] [<words>]",
        "the recent deploys, and how a place is delivered to",
        deploys,
        group="deploy",
        examples=["deploys {service}", "deploys {service} {environment}", "deploys by me failed 7d"],
        detail="`by me`, `by dana`, a state (`failed`), a length of time (`7d`), `ref main`, `#812` or a commit leave "
        "out the others. Of one environment it begins with how often deploys succeed, how long a commit takes to get "
        "there, how many fail, and how long that lasts: of the last 30 days, never of people.",
        takes="by … failed 7d ref …",
    ),
]
PRESSES = [Press("deploys.page", older, changes=False), Press("deploys.newer", newer, changes=False)]

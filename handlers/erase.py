"""my data erase: forget a person. Their own act, or that of who may look after people when somebody has left."""

import re

from bot.domain.rights import may
from bot.errors import NotAllowed, NotFound
from bot.services.people import Known
from bot.slack import Command, Press, Reply, Turn
from bot.slack.lookup import safe
from bot.slack.views import audit as views
from bot.slack.views.text import said

NOW = "now"  # typed by who means it, where no button can ask


async def erase(turn: Turn) -> Reply:
    """Say what would be forgotten, and ask; with `now`, forget it."""
    words = [word for word in turn.given.words if word.casefold() != NOW]
    who = " ".join(words)
    person = await _person(turn, who)
    if turn.given.plan or len(words) == len(turn.given.words):
        return Reply(
            views.erasing(_shown(turn, person), person.who, who, plan=turn.given.plan), outcome="asked"
        )
    return await _erased(turn, person)


async def press(turn: Turn) -> Reply:
    team_id, _, user_id = turn.values["value"].partition(":")
    person = await turn.services.people.known(team_id, user_id)
    if person is None:
        raise _nobody(turn.values["value"])
    await _check(turn, person, f"<@{user_id}>")
    return await _erased(turn, person)


async def _erased(turn: Turn, person: Known) -> Reply:
    await turn.services.people.erase(person, turn.holder, turn.ask.request)
    return Reply(said(views.erased(_shown(turn, person))), outcome="erased")


async def _person(turn: Turn, who: str) -> Known:
    """Whoever is named, by e-mail or by a mention; without a name, who asks."""
    people, holder = turn.services.people, turn.holder
    if not who:
        found = await people.known(holder.team_id, holder.user_id)
    elif re.fullmatch(r"[UW][A-Z0-9]+", who):
        found = await people.known(turn.ask.team, who)
    else:
        found = await people.known_by_email(who.lower())
    if found is not None:
        await _check(turn, found, who)
        return found
    await _check(turn, None, who)
    raise _nobody(who)


async def _check(turn: Turn, person: Known | None, who: str) -> None:
    if person is not None and _is_own(turn, person):
        return
    right = may(turn.services.config(), turn.holder, "person", now=turn.now)
    if not right.allowed:
        await turn.services.people.audit(
            turn.holder, "erase", f"my data erase {who}", f"refused: {right.code}", turn.ask.request
        )
        raise NotAllowed(right.sentence, code=right.code, hint="Your own you erase with `my data erase`.")


def _nobody(who: str) -> NotFound:
    return NotFound(
        f"I keep nothing about `{safe(who, 60)}`.",
        code="no-such-person",
        hint="Name a person as @name or by e-mail; `my data erase` is about yourself.",
    )


def _shown(turn: Turn, person: Known) -> str:
    """What somebody is called here, "" for who asks."""
    return "" if _is_own(turn, person) else person.email or person.user_id


def _is_own(turn: Turn, person: Known) -> bool:
    return person.who == f"{turn.holder.team_id}:{turn.holder.user_id}"


# Both write their own line of the audit, before anything is forgotten: the router's would come after it and name the
# person anew. So they do not say that they change something; done twice, it is the same.
COMMANDS = [
    Command(
        "my data erase [<words>]",
        "have me forget you, for when you leave",
        erase,
        examples=["my data erase"],
        detail="It says first what goes and what stays. Who may look after people can name somebody who has left: "
        "`my data erase @name`.",
        takes="person",
    ),
]
PRESSES = [Press("data.erase", press, changes=False)]

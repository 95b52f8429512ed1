"""What people say of teams and of who is on them: a team, a person, and whether somebody may."""

import re
from collections.abc import Sequence

from bot.config import Config
from bot.domain.periods import period
from bot.domain.rights import demand, may
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.slack import Turn
from bot.slack.lookup import nearest, safe

_USER = re.compile(r"<?@?([UW][A-Z0-9]{5,})(?:\|[^>]*)?>?")


def team_of(config: Config, word: str) -> str | None:
    """The team of this name, or whose service it is."""
    low = word.casefold().lstrip("#").rstrip(".,")
    if low in config.teams:
        return low
    return config.services[low].team if low in config.services else None


def no_team(config: Config, word: str) -> NotFound:
    meant = nearest(word.casefold(), [*config.teams, *config.services])
    hint = f"Did you mean `{meant}`?" if meant else f"Teams: {', '.join(list(config.teams)[:8])}."
    return NotFound(f"There is no team or service `{safe(word)}`.", code="no-such-team", hint=hint)


def demand_team(turn: Turn, word: str, team: str) -> None:
    """Raises NotAllowed: a right for a team is one for each of its services."""
    config = turn.services.config()
    services: list[str | None] = [name for name, service in config.services.items() if service.team == team]
    for service in services or [None]:
        demand(may(config, turn.holder, word, service=service, now=turn.now))


def teams_where(turn: Turn, word: str, teams: Sequence[str]) -> list[str]:
    """Those of these teams for which this person may use the word. Raises NotAllowed where it is none of them."""
    found, refusal = [], None
    for team in teams:
        try:
            demand_team(turn, word, team)
            found.append(team)
        except NotAllowed as error:
            refusal = refusal or error
    if refusal is not None and not found:
        raise refusal
    return found


async def email_of(turn: Turn, words: Sequence[str]) -> str:
    """Who is meant, by e-mail: a name, an address, a mention; nothing or `me` is who asks. Raises NotFound."""
    said = " ".join(words).strip(" ,.").casefold().removeprefix("@")
    if said in ("", "me", "myself", "i"):
        if turn.holder.email is None:
            raise NotFound(
                "Slack does not tell me your e-mail address, by which rotations know you.", code="no-email"
            )
        return turn.holder.email
    if len(words) == 1 and (mention := _USER.fullmatch(words[0])) is not None:
        holder = await turn.services.people.holder(turn.ask.team, mention[1])
        if holder.email:
            return holder.email
    people = turn.services.config().people
    found = [
        email for email, person in people.items()
        if said in (email, email.partition("@")[0], person.name.casefold())
    ]  # fmt: skip
    if len(found) == 1:
        return found[0]
    if found:
        raise NotUnderstood(
            f"There are several `{safe(said)}`.",
            code="which-person",
            hint=f"Say {' or '.join(sorted(found)[:4])}.",
        )
    meant = nearest(said, [person.name for person in people.values()])
    hint = f"Did you mean `{meant}`?" if meant else "Mention them, or write their e-mail address."
    raise NotFound(f"I know nobody called `{safe(said)}`.", code="no-such-person", hint=hint)


async def user_of(turn: Turn, email: str) -> str | None:
    """Their Slack user id, where Grail has met them."""
    known = await turn.services.people.known_by_email(email)
    return known.user_id if known else None


def span_words(since: str, until: str) -> list[str]:
    """What two fields of a form hold, as a line would say it: `2h`, `until 18:00` or `monday 9:00` as the end."""
    begin = since.strip()
    words = [] if begin.casefold() in ("", "now") else ["from", *begin.split()]
    end = until.split()
    said = bool(end) and (
        end[0].casefold() in ("for", "until", "to") or (len(end) == 1 and period(end[0]) is not None)
    )
    return [*words, *(end if said else ["to", *end])]

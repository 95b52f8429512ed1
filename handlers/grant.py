"""grant, revoke: a role by hand, for a while and with a reason. Nobody gives what they do not hold."""

import re

from bot.domain.periods import period
from bot.domain.rights import roles
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.slack import Command, Reply, Turn
from bot.slack.views.text import escape, said, when

HINT = "Say `grant <role> to <person> for <2h> <reason>`, for example `grant operator to @dana for 2h Omar is ill`."


async def grant(turn: Turn) -> Reply:
    words = [word for word in turn.given.words if word.casefold() not in ("to", "for")]
    if len(words) < 4:
        raise NotUnderstood("I need a role, a person, for how long, and why.", code="grant", hint=HINT)
    role, who, length, *reason = words
    seconds = period(length)
    if seconds is None:
        raise NotUnderstood(
            f"`{length[:40]}` is no length of time.", code="grant", hint="Write `2h` or `7d`. " + HINT
        )
    _only_what_one_holds(turn, role)
    email = await _email(turn, who)
    if turn.given.plan:
        return Reply(
            said(f"I would give *{escape(role)}* to {escape(email)} until {when(turn.now + seconds)}.")
        )
    given = await turn.services.people.grant(
        turn.holder, email, role=role, seconds=seconds, reason=" ".join(reason)
    )
    text = f"{escape(email)} holds *{escape(role)}* until {when(given.until)}: {escape(given.reason)}."
    return Reply(
        said(f"{text} `revoke {given.id}` ends it before."),
        operations=said(f":key: {text} Given by {escape(turn.holder.name)}; `revoke {given.id}` ends it."),
        outcome=given.id,
    )


def _only_what_one_holds(turn: Turn, role: str) -> None:
    config = turn.services.config()
    if role not in config.roles:
        raise NotFound(
            f"There is no role `{role[:40]}`.",
            code="no-such-role",
            hint=f"There are {', '.join(config.roles)}.",
        )
    held = roles(config, turn.holder)
    everything = any("*" in each.words for name in held for each in config.roles[name].grants)
    if role not in held and not everything:
        raise NotAllowed(
            f"You do not hold {role} yourself, so you cannot give it.",
            code="not-held",
            hint=f"You hold {', '.join(sorted(held))}.",
        )


async def _email(turn: Turn, who: str) -> str:
    """The e-mail of whoever was named: by an e-mail, or by a mention."""
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", who):
        return who.lower()
    if re.fullmatch(r"[UW][A-Z0-9]+", who):
        found = await turn.services.people.holder(turn.ask.team, who)
        if found.email:
            return found.email
    raise NotFound(
        f"I do not know `{who[:40]}`.",
        code="no-such-person",
        hint="Name a person as @name or by e-mail. " + HINT,
    )


async def revoke(turn: Turn) -> Reply:
    if not turn.given.words:
        raise NotUnderstood("I need a grant, like `g-1a2b3c4d`.", code="grant", hint="The audit names them.")
    id = turn.given.words[0]
    if turn.given.plan:
        return Reply(said(f"I would end the grant {escape(id)}."))
    await turn.services.people.revoke(id)
    return Reply(said(f"The grant {escape(id)} has ended."), outcome=id)


COMMANDS = [
    Command(
        "grant <words>",
        "give somebody a role that you hold, for a while",
        grant,
        right="person",
        changes=True,
        takes="role to person for 2h reason",
        prose=True,
        examples=["grant operator to devi@example.com for 2h Omar is ill"],
        detail="It ends by itself, within 90 days. For longer, write it into config.yaml.",
    ),
    Command(
        "revoke <words>",
        "end a grant before its time",
        revoke,
        right="person",
        changes=True,
        takes="grant",
        examples=["revoke g-1a2b3c4d"],
    ),
]

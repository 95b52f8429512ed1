"""lock, unlock, freeze, thaw: keep deploys away from a place for a while."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.locks import Kind, Lock, Scope
from bot.domain.rights import demand, may
from bot.errors import NotFound, Stale
from bot.slack import Card, Command, Press, Reply, Turn
from bot.slack.lengths import length
from bot.slack.views import lock as views
from bot.slack.views.text import escape, said, when


async def lock(turn: Turn) -> Reply:
    return await _set(turn, "lock")


async def freeze(turn: Turn) -> Reply:
    return await _set(turn, "freeze")


async def unlock(turn: Turn) -> Reply:
    return await _end(turn, "lock")


async def thaw(turn: Turn) -> Reply:
    return await _end(turn, "freeze")


def _scopes(turn: Turn) -> list[Scope]:
    services: Sequence[str | None] = turn.given.services or (None,)
    return [Scope(service, turn.given.environment) for service in services]


async def _set(turn: Turn, kind: Kind) -> Reply:
    seconds, until, warning, reason = length(turn.given.words, turn.now, turn.holder.zone)
    replies = []
    for scope in _scopes(turn):
        draft = turn.services.locks.draft(
            kind,
            scope,
            turn.holder,
            seconds=seconds,
            until=until,
            reason=reason,
            warning=warning,
            channel=turn.ask.channel,
        )
        if turn.given.plan:
            past = "lock" if kind == "lock" else "freeze"
            replies.append(
                Reply(said(f"I would {past} {scope.words} until {when(draft.until)}. Nothing was changed."))
            )
        else:
            replies.append(_done(turn, await turn.services.locks.set(draft)))
    return _together(replies)


def _done(turn: Turn, found: Lock) -> Reply:
    past = "locked" if found.kind == "lock" else "frozen"
    text = f"{found.scope.first} is {past} until {when(found.until)}."
    return Reply(
        said(escape(text).replace("&lt;!date", "<!date").replace("&gt;", ">")),
        card_follows=True,
        outcome=views.card_of(found),
        cards=(Card(views.card_of(found), _channel(turn, found), views.card(found), 1),),
    )


def _channel(turn: Turn, found: Lock) -> str:
    config = turn.services.config()
    service = config.services.get(found.scope.service or "")
    return found.channel or (config.teams[service.team].channel if service else config.channels.operations)


async def _end(turn: Turn, kind: Kind) -> Reply:
    replies = []
    for scope in _scopes(turn):
        if turn.given.plan:
            word = "unlock" if kind == "lock" else "thaw"
            replies.append(Reply(said(f"I would {word} {scope.words}. Nothing was changed.")))
        else:
            replies.append(_ended(turn, await turn.services.locks.end(kind, scope)))
    return _together(replies)


def _ended(turn: Turn, ended: Lock) -> Reply:
    over = f"{'unlocked' if ended.kind == 'lock' else 'thawed'} by {turn.holder.name}"
    whose = (
        ""
        if ended.by == (turn.holder.email or turn.holder.user_id)
        else f" It was {ended.by_name}'s, who is told."
    )
    return Reply(
        said(escape(f"{ended.scope.first} is {over.split(' by ')[0]}.{whose}")),
        card_follows=not whose,
        outcome=views.card_of(ended),
        cards=(Card(views.card_of(ended), _channel(turn, ended), views.card(ended, over=over), 2),),
        tell=(
            (
                ended.by_user,
                said(escape(f"{turn.holder.name} ended your {ended.kind} of {ended.scope.words}.")),
            ),
        )
        if whose
        else (),
    )


def _together(replies: Sequence[Reply]) -> Reply:
    if len(replies) == 1:
        return replies[0]
    return Reply(
        said("\n".join(one.message.text for one in replies)),
        outcome=" ".join(one.outcome for one in replies),
        cards=tuple(card for one in replies for card in one.cards),
        tell=tuple(line for one in replies for line in one.tell),
    )


async def press_take(turn: Turn) -> Reply:
    """Take over somebody else's lock, as it was seen."""
    word, field, number, minutes, reason = (turn.values["value"].split("\n") + [""] * 5)[:5]
    scope = Scope.read(field)
    kind: Kind = "freeze" if word == "freeze" else "lock"
    _check(turn, kind, scope)
    draft = turn.services.locks.draft(
        kind, scope, turn.holder, seconds=float(minutes) * 60, reason=reason, warning=False, channel=turn.ask.channel
    )  # fmt: skip
    before = await turn.services.locks.get(kind, scope)
    found = await turn.services.locks.set(draft, over=int(number))
    reply = _done(turn, found)
    if before is None or not before.by_user:
        return reply
    gone = Card(
        views.card_of(before),
        _channel(turn, before),
        views.card(before, over=f"taken over by {turn.holder.name}"),
        2,
    )
    told = said(
        escape(f"{turn.holder.name} took over your {kind} of {scope.words}{': ' + reason if reason else ''}.")
    )
    return replace(reply, cards=(gone, *reply.cards), tell=((before.by_user, told),))


async def press_branch(turn: Turn) -> Reply:
    """Keep a branch where it stands; judged as things are now."""
    field, _, ref = turn.values["value"].partition("\n")
    scope = Scope.read(field)
    _check(turn, "lock", scope)
    draft = turn.services.locks.draft(
        "lock", scope, turn.holder, reason=f"{ref} stands there", warning=False, channel=turn.ask.channel
    )
    return _done(turn, await turn.services.locks.set(draft))


async def press_end(turn: Turn) -> Reply:
    word, field, number = (turn.values["value"].split("\n") + [""] * 3)[:3]
    scope = Scope.read(field)
    kind: Kind = "freeze" if word == "freeze" else "lock"
    _check(turn, "unlock" if kind == "lock" else "thaw", scope)
    return _ended(turn, await turn.services.locks.end(kind, scope, number=int(number)))


async def press_keep(turn: Turn) -> Reply:
    """Its holder wants it two hours longer."""
    word, field, number = (turn.values["value"].split("\n") + [""] * 3)[:3]
    scope = Scope.read(field)
    kind: Kind = "freeze" if word == "freeze" else "lock"
    _check(turn, kind, scope)
    before, after = await turn.services.locks.keep(kind, scope, int(number), turn.holder)
    gone = Card(
        views.card_of(before),
        _channel(turn, before),
        views.card(before, over="it was prolonged, see below"),
        2,
    )
    reply = _done(turn, after)
    return replace(reply, card_follows=False, cards=(gone, *reply.cards))


async def press_ask(turn: Turn) -> Reply:
    """Somebody waits for a lock: its holder is asked, directly and once by each."""
    word, field, number = (turn.values["value"].split("\n") + [""] * 3)[:3]
    kind: Kind = "freeze" if word == "freeze" else "lock"
    found = await turn.services.locks.get(kind, Scope.read(field))
    if found is None or str(found.number) != number or found.until <= turn.now:
        raise Stale(f"That {kind} has ended already. Nothing was changed.", code="stale", hint="Try again.")
    if not found.by_user:
        raise NotFound(
            f"I do not know {found.by_name} in Slack, so I cannot write to them.", code="not-on-slack"
        )
    key = f"lock:{found.number}:{turn.holder.user_id}"
    return Reply(
        said(escape(f"I have asked {found.by_name} directly.")),
        outcome=f"asked {found.by_name}",
        once=((key, found.by_user, views.asked(found, turn.holder.name, turn.now)),),
    )


def _check(turn: Turn, word: str, scope: Scope) -> None:
    """Judged at the press, not when the button was drawn."""
    right = may(
        turn.services.config(),
        turn.holder,
        word,
        service=scope.service,
        environment=scope.environment,
        now=turn.now,
    )
    demand(right)


_USAGE: dict[str, Any] = {"group": "deploy", "changes": True}
_LENGTH = (
    "It ends by itself: after 24 hours, or say `for 2h`, `until 18:00`, `until friday 9:00` or `until 2026-12-01`, in "
    "your own zone; a day alone is its beginning. Begin the reason with `warning` and it only warns."
)

COMMANDS = [
    Command(
        "lock <services> [in] [<environment>] [<words>]",
        "keep the deploys of others away for a while",
        lock,
        right="lock",
        takes="for 2h reason",
        prose=True,
        examples=["lock {service} {environment} for 2h trying the new search"],
        detail=_LENGTH + " Your own deploys go through.",
        **_USAGE,
    ),
    Command(
        "unlock <services> [in] [<environment>]",
        "end a lock",
        unlock,
        right="unlock",
        examples=["unlock {service} {environment}"],
        **_USAGE,
    ),
    Command(
        "freeze [<services>] [in] [<environment>] [<words>]",
        "let no deploy through, whoever asks",
        freeze,
        right="freeze",
        takes="for 2h reason",
        prose=True,
        examples=["freeze {service} {environment} for 2h the fair begins"],
        detail=_LENGTH + " Without a service it is everything. A roll-back always goes through.",
        **_USAGE,
    ),
    Command(
        "thaw [<services>] [in] [<environment>]",
        "end a freeze",
        thaw,
        right="thaw",
        examples=["thaw {service} {environment}"],
        **_USAGE,
    ),
]
PRESSES = [
    Press("lock.take", press_take),
    Press("lock.branch", press_branch),
    Press("lock.unlock", press_end),
    Press("lock.thaw", press_end),
    Press("lock.keep", press_keep),
    Press("lock.ask", press_ask),
]

"""The home card, help, whoami: where a person begins."""

from bot.domain.rights import places, roles, words
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.slack import Command, Press, Reply, Turn
from bot.slack.lookup import nearest, safe
from bot.slack.views import home as views


async def home(turn: Turn) -> Reply:
    """What waits for this person, and where to begin."""
    config = turn.services.config()
    names = [name for name, service in config.services.items() if service.team in turn.holder.teams]
    rows = [
        row for name in names or list(config.services)[:5] for row in await turn.services.deploys.status(name)
    ]
    mine = [row.running for row in rows if row.running and row.running.by == turn.holder.email]
    return Reply(views.home(turn.holder.name, mine, rows, _examples(turn), turn.now))


async def help_(turn: Turn) -> Reply:
    """All that this person may say; or one command whole."""
    topic = " ".join(turn.given.words).casefold()
    allowed = _allowed(turn)
    if not topic:
        return Reply(views.help_all(allowed, _examples(turn)))
    found = turn.commands.get(topic) or next(
        (c for word, c in turn.commands.items() if word.split()[0] == topic), None
    )
    if found is None:
        meant = nearest(topic, turn.commands)
        raise NotFound(
            f"There is no help for `{safe(topic, 40)}`.",
            code="no-help",
            hint=f"Did you mean `help {meant}`?" if meant else "`help` lists what you can say.",
        )
    return Reply(
        views.help_one(found, found in allowed, [_filled(turn, found, text) for text in found.examples])
    )


async def whoami(turn: Turn) -> Reply:
    """Who Grail takes this person for, and exactly what that person may do."""
    config, holder = turn.services.config(), turn.holder
    words_given = " ".join(turn.given.words)
    if words_given and words_given.casefold() != "token":
        raise NotUnderstood(
            f"`whoami` tells you about yourself alone, so `{safe(words_given, 40)}` says nothing to it.",
            code="too-many-words",
            hint="Say `whoami`, or `whoami token` for the terminal.",
        )
    if words_given:
        if turn.ask.how == "mention":  # the answer stands in the thread, and a token is like a password
            raise NotAllowed(
                "A token is for your eyes alone, and everybody here would read it.",
                code="not-here",
                hint="Say `/grail whoami token`, or ask me directly.",
            )
        token = await turn.services.people.token(holder)
        return Reply(views.token(token))
    may_do = [
        (command, places(config, holder, command.right, turn.now))
        for command in turn.commands.values()
        if command.right is not None
    ]
    return Reply(views.whoami(holder, roles(config, holder), may_do))


def _allowed(turn: Turn) -> list[Command]:
    may_say = words(
        turn.services.config(),
        turn.holder,
        turn.now,
        {c.right for c in turn.commands.values() if c.right is not None},
    )
    return [c for c in turn.commands.values() if c.right is None or c.right in may_say]


def _examples(turn: Turn) -> list[str]:
    """One line of each command that this person may say, from that person's own services."""
    # What begins something first; not what stands here already, nor what needs a number that nobody has yet.
    found = [c for c in _allowed(turn) if c.examples and c.word != "home" and "d-12" not in c.examples[0]]
    found.sort(key=views.rank)
    return [_filled(turn, command, command.examples[0]) for command in found]


def _filled(turn: Turn, command: Command, example: str) -> str:
    config = turn.services.config()
    where = places(config, turn.holder, command.right or "status", turn.now) or [
        (name, next(iter(service.environments))) for name, service in config.services.items()
    ]
    own = [place for place in where if config.services[place[0]].team in turn.holder.teams] or where
    service, environment = own[0] if own else ("shop", "staging")
    found = config.services.get(service)
    actions = [a for e in found.environments.values() for a in e.actions] if found else []
    return example.format(
        service=service,
        environment=environment,
        main=found.main if found else "main",
        action=actions[0] if actions else "restart",
    )


async def press_help(turn: Turn) -> Reply:
    return Reply(views.help_all(_allowed(turn), _examples(turn)))


COMMANDS = [
    Command("home", "what waits for you", home, examples=["home"]),
    Command("help [<words>]", "what you can say", help_, examples=["help deploy"]),
    Command(
        "whoami [<words>]",
        "who I take you for, and what you may do",
        whoami,
        examples=["whoami"],
        detail="`whoami token` gives you a token for `grail do`, for when Slack is down.",
        takes="token",
    ),
]
PRESSES = [Press("home.help", press_help, changes=False)]

"""How we speak. The words of this room: what a person asked (Ask), what is said in answer (Reply), and what can be
said at all (Command)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from bot.domain.rights import Holder
from bot.errors import Offer

if TYPE_CHECKING:  # a word of this room may be used without all of what Grail does
    from bot.services import Services

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """Something said. `text` always goes along: it is what the lock screen shows.

    base_blocks: the same in Slack's base blocks, where `blocks` uses newer ones that a workspace may not have.
    """

    text: str
    blocks: Sequence[Block] = ()
    base_blocks: Sequence[Block] | None = None


@dataclass(frozen=True)
class Shows:
    """By what of it an edit of a card is judged urgent, in any words that differ where the things differ.

    state: a change of it is shown at once; None: whatever changes is. step: a change of it is shown soon, some of them
    within seconds of each other, then one a minute; all else counts on and is shown once a minute. result: the last
    state, which goes before everything else.
    """

    state: str | None = None
    step: str = ""
    result: bool = False


ALWAYS_NEW = Shows()
COUNTS = Shows(state="")  # nothing of it is ever urgent

How = Literal["command", "mention", "direct", "press", "form", "terminal"]
Kind = Literal["ask", "waiver", "approval"]


@dataclass(frozen=True)
class Ask:
    """One thing that a person asked: who, where, which words."""

    id: str  # Slack's own id of the request: the same id is the same request, sent again
    how: How
    team: str
    user: str
    text: str  # as Slack sent it, without the bot's own name
    channel: str = ""
    thread: str | None = None  # where a mention is answered
    response_url: str | None = None
    trigger: str | None = None  # opens one view, within 3 s
    message: str | None = None  # ts of the card that was pressed
    request: str = ""  # the request id in logs

    @classmethod
    def stored(cls, body: Mapping[str, Any]) -> "Ask":
        """What lies in the inbox. Fields of a newer version are left alone: versions N and N+1 run side by side."""
        return cls(**{one.name: body[one.name] for one in fields(cls) if one.name in body})


@dataclass(frozen=True)
class File:
    """A text file that goes with a reply."""

    name: str
    title: str
    content: str


@dataclass(frozen=True)
class Card:
    """A card that a reply posts or edits: its id, where it stands, what it says, and which version that is."""

    id: str
    channel: str
    message: Message
    version: int


@dataclass(frozen=True)
class Reply:
    """What the person who asked is told. Cards are no replies: they come from what happened.

    form: a view to open instead, where the person's client can show one; `message` is for where it cannot.
    card_follows: a card says all of it, one of `cards` or that of a deploy named by `outcome`; where it then stands in
        the place of asking, it is the answer.
    outcome: one word for the audit.
    file: goes with the message to the person alone, directly; where it was asked only says so.
    operations: what the operations channel has to know of it. cards: what stands in channels because of it.
    tell: whom it concerns besides, by Slack's user id, and what they are told directly. once: the same behind a key, so
    that nobody is told twice however often it is asked for.
    """

    message: Message
    form: Mapping[str, Any] | None = None
    card_follows: bool = False
    outcome: str = "done"
    file: File | None = None
    operations: Message | None = None
    cards: tuple[Card, ...] = ()
    tell: tuple[tuple[str, Message], ...] = ()
    once: tuple[tuple[str, str, Message], ...] = ()


@dataclass(frozen=True)
class Given:
    """The words after the command, understood. Lists hold what was typed with commas."""

    services: tuple[str, ...] = ()
    environment: str | None = None
    source: str | None = None  # an environment that something is taken from
    ref: str | None = None
    action: str | None = None
    deploy: str | None = None
    page: str | None = None  # a number or an id, as it was typed
    words: tuple[str, ...] = ()  # what a command takes as it is
    time: tuple[str, ...] = ()  # when, as it was said
    plan: bool = False

    @property
    def service(self) -> str | None:
        return self.services[0] if self.services else None


@dataclass(frozen=True)
class Incomplete:
    """The names of the words that are missing, for a command that can ask for them in a form."""

    given: Given
    missing: tuple[str, ...]


Run = Callable[["Turn"], Awaitable[Reply]]


@dataclass(frozen=True)
class Command:
    """One thing that people can say.

    usage: the pattern that is also the help: `deploy <services> [to] <environment> [<ref>]`. A word in < > is one of
        Given's fields (`services` takes commas), [ ] may be left out, bare words in [ ] are little words.
    summary: one line for help, without a full stop.
    examples: full lines with {service}, {environment}, {action} … filled in from what the person may do.
    right: the word that a role must grant; None: every member may.
    changes: whether it changes something (said twice within 10 s, it is done once; it is refused while paused).
    takes: what `<words>` is called in help.
    prose: whether `<words>` are kept with their commas and full stops, as a reason is.
    kind: what sort of entry of the audit it is, once it is done.
    form: what to do when words are missing, instead of a refusal that names them.
    otherwise: what a refusal for want of the right offers, such as to ask somebody who has it.
    """

    usage: str
    summary: str
    run: Run
    group: str = "home"
    right: str | None = None
    changes: bool = False
    examples: Sequence[str] = ()
    form: Callable[["Turn", Incomplete], Awaitable[Reply]] | None = None
    otherwise: Callable[["Turn"], Awaitable[Sequence[Offer]]] | None = None
    detail: str = ""
    takes: str = "word"
    prose: bool = False
    kind: Kind = "ask"

    @property
    def word(self) -> str:
        """The fixed words that the usage begins with."""
        fixed: list[str] = []
        for part in self.usage.split():
            if part[0] in "<[":
                break
            fixed.append(part)
        return " ".join(fixed)


@dataclass(frozen=True)
class Press:
    """What a button does. `action`: the first part of its action_id (`deploy.cancel`); kind: as of a command."""

    action: str
    run: Callable[["Turn"], Awaitable[Reply]]
    changes: bool = True
    kind: Kind = "ask"


@dataclass(frozen=True)
class Form:
    """What a submitted form does. check: faults by block id, at once; run: what is done, later; kind: see Command.
    redraw: the form as it shall be once something was chosen in it, None: as it is; it changes nothing.
    """

    callback: str
    check: Callable[["Turn"], Awaitable[Mapping[str, str]]]
    run: Callable[["Turn"], Awaitable[Reply]]
    options: Callable[["Turn", str, str], Awaitable[Sequence[tuple[str, str]]]] | None = None
    redraw: Callable[["Turn"], Awaitable[Mapping[str, Any] | None]] | None = None
    kind: Kind = "ask"


@dataclass(frozen=True)
class Turn:
    """What a handler is given: who asks, what was understood, and what Grail can do."""

    ask: Ask
    holder: Holder
    services: "Services"
    given: Given = Given()
    values: Mapping[str, str] = field(
        default_factory=dict
    )  # of a form, by block id; of a button: {"value": …}
    commands: Mapping[str, Command] = field(default_factory=dict)
    now: float = 0.0

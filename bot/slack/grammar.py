"""The one grammar, for slash commands, mentions, direct messages and the terminal.

A command's usage is its pattern. Words are put where they fit: a known service, a known environment, a deploy's id;
little words say what comes next; what is left is the ref, or the command's own words.

One file, because where a word may stand and how it is refused are decided together.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.config import Config
from bot.errors import NotFound, NotUnderstood, Refusal
from bot.slack import Command, Given, Incomplete
from bot.slack.lookup import nearest, safe
from bot.slack.timed import timed
from bot.slack.words import Word, trimmed

LITTLE = {
    "to": "environment",
    "in": "environment",
    "for": None,
    "from": None,
    "at": None,
    "on": "environment",
}
_PAGE = re.compile(r"#\d{1,9}|\d{1,9}|[A-Z][A-Z0-9]{5,19}")
_DEPLOY_ID = re.compile(r"#?(?:d-)?(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True)
class Slot:
    name: str
    optional: bool


def slots(command: Command) -> list[Slot]:
    """What a command takes, in the order of its usage."""
    found = re.findall(r"(\[?)<(\w+)>", command.usage)
    return [Slot(name, bool(bracket)) for bracket, name in found]


def understand(command: Command, words: Sequence[Word], config: Config) -> Given | Incomplete:
    """Put the words where they belong.

    Incomplete: words are missing and the command has a form. Raises NotUnderstood for what fits nowhere, NotFound
    for a service or environment that does not exist.
    """
    flags = [word for word in words if word.kind == "word" and word.low.startswith("--")]
    for flag in flags:
        if trimmed(flag).low != "--plan":
            raise NotUnderstood(
                f"I don't know `{safe(flag.text)}`.", code="unknown-flag", hint="The only one is `--plan`."
            )
    filling = _Filling(command, config)
    rest = [word for word in words if word not in flags]
    if "time" in filling.open:
        time, rest = timed(rest, command.usage)
        filling.given = replace(filling.given, time=time)
        del filling.open["time"]
    for word in rest:
        filling.take(word)
    return filling.end(plan=bool(flags))


class _Filling:
    def __init__(self, command: Command, config: Config) -> None:
        self.command = command
        self.config = config
        self.open = {slot.name: slot for slot in slots(command)}
        self.given = Given()
        self.expected: str | None = None
        self.lists = "services" in self.open
        self.comma = False  # whether one follows the word that is being taken
        self.last: str | None = None  # what the word before was taken for

    def take(self, word: Word) -> None:
        if not self.command.prose:
            word = self._apart(word)
        if "words" in self.open and (len(self.open) == 1 or (self.command.prose and self.given.words)):
            self.given = replace(self.given, words=(*self.given.words, word.text))
            return
        if not word.text:
            return
        if word.kind == "word" and word.low in LITTLE and self.open:
            self.expected = LITTLE[word.low]
            return
        for name in self._order():
            if self._fits(name, word):
                return
        self._nowhere(word)

    def _apart(self, word: Word) -> Word:
        """The word without the marks around it. A comma between services leaves their list open: `shop, search`."""
        if word.kind != "word":
            return word
        if word.text.startswith(",") and self.given.services and self.lists:
            self.open["services"] = Slot("services", optional=True)
        self.comma = word.text.endswith(",")
        bare = trimmed(word)
        return replace(bare, text=bare.text.strip(","))

    def _order(self) -> list[str]:
        names = list(self.open)
        if self.expected in names:
            # After `to` or `in` comes an environment, whatever else the word could be.
            names = [self.expected]
        self.expected = None
        # What is known by name goes before what can be anything.
        return sorted(names, key=lambda name: name in ("ref", "words"))

    def _fits(self, name: str, word: Word) -> bool:
        taken = _TAKERS[name](self, word)
        if taken is None:
            return False
        self.given, self.last = taken, name
        if name == "services" and self.comma:
            self.open[name] = Slot(name, optional=True)
        elif name != "words":
            del self.open[name]
        if name != "services" and taken.services:
            self.open.pop("services", None)  # only neighbours make a list
        return True

    def _nowhere(self, word: Word) -> None:
        """Refuse a word, as what its place in the usage asks for."""
        text = safe(word.text)
        for name in self.open:
            if name in ("services", "service"):
                raise _no_service(word.text, self.config)
            if name in ("environment", "source"):
                raise _no_environment(word.text, self.given, self.config)
            if name == "action":
                raise _no_action(word.text, self.given, self.config)
            if name == "deploy":
                number = _DEPLOY_ID.match(word.text)
                meant = f"Did you mean `d-{int(number[1])}`?" if number else "A deploy is named like `d-12`;"
                raise NotUnderstood(
                    f"`{text}` is not a deploy.",
                    code="no-such-deploy",
                    hint=f"{meant} `deploys` lists them.",
                )
        if self.given.ref and "ref" not in self.open and self.last == "ref":
            raise NotUnderstood(
                f"`{safe(self.given.ref)} {text}` cannot be a ref: it has a space in it.",
                code="bad-ref",
                hint="A ref is one word: a branch, a tag, a commit or a pull request like `#812`.",
            )
        raise NotUnderstood(
            f"I don't know what to do with `{text}`.",
            code="too-many-words",
            hint=f"Say it as `{self.command.usage}`.",
        )

    def end(self, *, plan: bool) -> Given | Incomplete:
        given = replace(self.given, plan=plan)
        missing = tuple(name for name, slot in self.open.items() if not slot.optional and name != "words")
        if "words" in self.open and not self.open["words"].optional and not given.words:
            missing = (*missing, "words")
        if not missing:
            return given
        if self.command.form is not None:
            return Incomplete(given, missing)
        needs = " and ".join(MISSING.get(name, name) for name in missing)
        raise NotUnderstood(f"I need {needs}.", code="missing", hint=f"Say it as `{self.command.usage}`.")


MISSING = {
    "services": "a service",
    "service": "a service",
    "environment": "an environment",
    "source": "an environment to take it from",
    "deploy": "a deploy, like `d-12`",
    "page": "a page, like `#4711`",
    "action": "an action",
    "ref": "a pull request, a commit or a branch",
    "words": "the words",
}


def _services(filling: _Filling, word: Word) -> Given | None:
    names = [name for name in re.split(r"\s*,\s*", word.low.strip(",")) if name]
    known = filling.config.services
    if any(name in known for name in names):
        for name in names:
            if name not in known:
                raise _no_service(name, filling.config)
        return replace(filling.given, services=tuple(dict.fromkeys((*filling.given.services, *names))))
    return None


def _environment(filling: _Filling, word: Word) -> Given | None:
    if word.low not in environments(filling.given, filling.config):
        return None
    return replace(filling.given, environment=word.low)


def _source(filling: _Filling, word: Word) -> Given | None:
    if word.low not in environments(filling.given, filling.config):
        return None
    return replace(filling.given, source=word.low)


def _action(filling: _Filling, word: Word) -> Given | None:
    return (
        replace(filling.given, action=word.low)
        if word.low in _actions(filling.given, filling.config)
        else None
    )


def _deploy(filling: _Filling, word: Word) -> Given | None:
    match = _DEPLOY_ID.match(word.text)
    if match is None or (word.text.startswith("#") and "d-" not in word.low and filling.command.changes):
        return None  # `#12` may be a pull request or a page: nothing is done to a deploy of that number
    return replace(filling.given, deploy=f"d-{int(match[1])}")


def _page(filling: _Filling, word: Word) -> Given | None:
    # Beside free words only what looks like one; else any word, which is refused with what was meant.
    if "words" in filling.open and not _PAGE.fullmatch(word.text):
        return None
    return replace(filling.given, page=word.text)


def _ref(filling: _Filling, word: Word) -> Given | None:
    # Before the service and the environment are known, a word that is neither is a mistake, not a ref.
    if any(
        not filling.open[name].optional
        for name in ("services", "service", "environment")
        if name in filling.open
    ):
        return None
    return replace(filling.given, ref=word.text)


def _words(filling: _Filling, word: Word) -> Given | None:
    return replace(filling.given, words=(*filling.given.words, word.text))


_TAKERS: Mapping[str, Callable[[_Filling, Word], Given | None]] = {
    "services": _services,
    "service": _services,
    "environment": _environment,
    "source": _source,
    "action": _action,
    "deploy": _deploy,
    "page": _page,
    "ref": _ref,
    "words": _words,
}


def environments(given: Given, config: Config) -> list[str]:
    """The environments that all the given services have; of all services when none is given yet."""
    services = [config.services[name] for name in given.services] or list(config.services.values())
    names = dict.fromkeys(name for service in services for name in service.environments)
    if given.services:
        return [name for name in names if all(name in service.environments for service in services)]
    return list(names)


def _actions(given: Given, config: Config) -> list[str]:
    services = [config.services[name] for name in given.services]
    return list(
        dict.fromkeys(
            action
            for service in services
            for environment in service.environments.values()
            for action in environment.actions
        )
    )


def _no_service(typed: str, config: Config) -> Refusal:
    meant = nearest(typed, config.services)
    hint = f"Did you mean `{meant}`?" if meant else _choices("There are", config.services)
    return NotFound(f"There is no service `{safe(typed)}`.", code="no-such-service", hint=hint)


def _no_environment(typed: str, given: Given, config: Config) -> Refusal:
    known = environments(given, config)
    whose = " and ".join(f"`{name}`" for name in given.services)
    meant = nearest(typed, known)
    hint = f"Did you mean `{meant}`?" if meant else _choices("There are", known)
    sentence = (
        f"{whose} has no environment `{safe(typed)}`."
        if whose
        else f"There is no environment `{safe(typed)}`."
    )
    return NotFound(sentence, code="no-such-environment", hint=hint)


def _no_action(typed: str, given: Given, config: Config) -> Refusal:
    known = _actions(given, config)
    meant = nearest(typed, known)
    hint = f"Did you mean `{meant}`?" if meant else _choices("It has", known) or "It has no actions."
    return NotFound(f"`{given.service}` has no action `{safe(typed)}`.", code="no-such-action", hint=hint)


def _choices(lead: str, known: Iterable[str], most: int = 8) -> str:
    names = [f"`{name}`" for name in known]
    if not names:
        return ""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{lead} {', '.join(names[:most])}{more}."

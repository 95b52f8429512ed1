"""Which command a line begins with; and for a slip, what was probably meant."""

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.errors import NotUnderstood
from bot.slack import Command
from bot.slack.words import Word, trimmed

# What people reach for at night, and how it is done here.
INSTEAD = {
    "logs": "Press [Logs] on the card of the deploy.",
}
CLOSE_ENOUGH = 60  # of 100, for rapidfuzz's ratio
SHORTEST = 3  # letters that a word may be cut down to and still be known by its beginning


def begins(words: Sequence[Word], commands: Mapping[str, Command]) -> Command | None:
    """The command that the words begin with, if they begin with one."""
    low = [trimmed(word).low for word in words[:3]]
    for length in range(len(low), 0, -1):
        found = commands.get(" ".join(low[:length]))
        if found is not None:
            return found
    return None


def find(words: Sequence[Word], commands: Mapping[str, Command]) -> tuple[Command, list[Word]]:
    """The command that the words begin with, and the words after it. Raises NotUnderstood, with what was meant."""
    command = begins(words, commands)
    if command is not None:
        return command, list(words[len(command.word.split()) :])
    typed, low = words[0].text, trimmed(words[0]).low
    if low in INSTEAD:
        raise NotUnderstood(f"I don't know the word `{safe(typed)}`.", code="unknown-word", hint=INSTEAD[low])
    two = " ".join(word.low for word in words[:2])
    one = nearest(typed, commands)
    meant = one or nearest(two, commands)
    rest = words[1 if one else 2 :]
    if meant and all(word.kind == "word" for word in rest):  # the whole line, to be taken as it is
        meant = " ".join([meant, *(safe(word.text) for word in rest[:12])])
    raise NotUnderstood(
        f"I don't know the word `{safe(typed)}`.",
        code="unknown-word",
        hint=f"Did you mean `{meant}`?" if meant else "`help` lists what you can say.",
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant: the only one that begins so (`prod`), or one near enough."""
    known = list(known)
    begun = [each for each in known if each.casefold().startswith(word.casefold())]
    if len(begun) == 1 and len(word) >= SHORTEST:
        return begun[0]
    match = process.extractOne(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return str(match[0]) if match else None


def safe(text: str, most: int = 60) -> str:
    """Words of a person, fit to stand between back-ticks in a refusal (which is escaped where it is shown)."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.replace("`", "'")

"""The home card, help, and who somebody is."""

from collections.abc import Collection, Iterable, Sequence

from bot.domain.deploys import Deploy
from bot.domain.rights import Holder
from bot.domain.rungs import explained
from bot.services.deploys import Status
from bot.slack import Block, Command, Message
from bot.slack.views import deploys as deploy_views
from bot.slack.views.text import actions, button, context, escape, header, quiet, said, section

GROUPS = {
    "deploy": "Deploy",
    "home": "Home",
    "on call": "On call",
    "alerts": "Alerts",
    "shadow": "Shadow",
    "road": "Road",
}
# What a newcomer looks for stands first in its group; the others follow as they come.
FIRST = (
    "deploy", "status", "deploys", "run", "cancel", "home", "help", "whoami", "why", "notify", "audit", "my data",
    "pause everything", "resume", "grant", "revoke",
)  # fmt: skip


def home(
    name: str, mine: Sequence[Deploy], rows: Sequence[Status], examples: Sequence[str], now: float
) -> Message:
    """What waits for this person; how the services stand; what to type."""
    first = quiet(name, 40).split(" ")[0]
    blocks: list[Block] = [header(f"Hello {first}")]
    if mine:
        lines = [f":rocket: *{escape(d.what)}* {d.id}, step {d.place[0]} of {d.place[1]}" for d in mine[:10]]
        blocks.append(section("*Your deploys that run now*\n" + "\n".join(lines)))
    else:
        blocks.append(section("Nothing waits for you."))
    if rows:
        blocks += [{"type": "divider"}, *(deploy_views.status(rows).blocks[:20])]
    blocks.append({"type": "divider"})
    blocks.append(section("*Try*\n" + "\n".join(f"`/grail {example}`" for example in examples[:4])))
    blocks.append(actions(button("All that you can say", "home.help", "home")))
    waiting = "; ".join(f"{d.what}: {d.state}" for d in mine[:3]) or "Nothing waits for you"
    return Message(f"Hello {first}. {waiting}. Say help for all that you can say.", blocks)


def help_all(commands: Sequence[Command], examples: Sequence[str]) -> Message:
    """Only what this person may do."""
    blocks: list[Block] = [header("What you can say")]
    for group, title in GROUPS.items():
        lines = [
            f"`{escape(usage(c))}` — {c.summary}" for c in sorted(commands, key=rank) if c.group == group
        ]
        if lines:
            blocks.append(section(f"*{title}*\n" + "\n".join(lines)))
    blocks.append(section("*For example*\n" + "\n".join(f"`/grail {example}`" for example in examples[:6])))
    blocks.append(
        context(
            "Words in [ ] may be left out. Say it after `/grail`, after my name in a channel or a thread, or to me "
            "directly. `help deploy` tells all about a word; `whoami` shows your rights."
        )
    )
    return Message("What you can say: " + ", ".join(c.word for c in sorted(commands, key=rank)), blocks)


def rank(command: Command) -> int:
    """How early a newcomer looks for it."""
    return FIRST.index(command.word) if command.word in FIRST else len(FIRST)


def help_one(command: Command, allowed: bool, examples: Iterable[str]) -> Message:
    lines = [f"*`{escape(usage(command))}`*", command.summary[0].upper() + command.summary[1:] + "."]
    if command.detail:
        lines.append(command.detail)
    if command.changes:
        lines.append("With `--plan` I only say what I would do." if command.group == "deploy" else "")
    lines += [f"• `/grail {example}`" for example in examples]
    if not allowed:
        lines.append(":no_entry: You may not do this yet: `whoami` shows your rights.")
    return said(f"{usage(command)}: {command.summary}", section("\n".join(line for line in lines if line)))


def whoami(
    holder: Holder, roles: Collection[str], may_do: Sequence[tuple[Command, Sequence[tuple[str, str]]]]
) -> Message:
    """Exactly what this person may do, and what hangs on what."""
    facts = [
        f"*{quiet(holder.name, 60)}*"
        + (f" · {quiet(holder.email, 80)}" if holder.email else " · no e-mail known")
    ]
    facts.append(f"Roles: {', '.join(sorted(roles)) or 'none'}")
    if holder.teams:
        facts.append(f"Teams: {', '.join(sorted(holder.teams))}")
    facts.append(
        f"Rung: {explained(holder.rung)}"
        if holder.rung
        else f"Rung: none yet; the first is {explained('local')}"
    )
    if holder.on_call:
        facts.append(f"On call now for: {', '.join(sorted(holder.on_call))}")
    if holder.suspended:
        facts.append(f":no_entry: {escape(holder.suspended)}")
    facts += [
        f":warning: {escape(system)} did not answer, so what hangs on it does not count now."
        for system in holder.unknown
    ]
    blocks: list[Block] = [section("\n".join(facts))]
    lines = [f"• {_granted(command, places)}" for command, places in may_do if places]
    if lines:
        blocks.append(section("*You may*\n" + "\n".join(lines)))
    else:
        blocks.append(section("*You may* read everything, and change nothing yet."))
    nowhere = [f"`{command.word}`" for command, places in may_do if not places]
    if nowhere:
        blocks.append(context("You may not: " + ", ".join(nowhere)))
    return Message(f"{quiet(holder.name, 60)}: {', '.join(sorted(roles)) or 'no role'}", blocks)


def token(token: str) -> Message:
    return Message(
        "Your token for the terminal",
        [
            section(
                f"Your token for the terminal, shown this once:\n```{token}```\nSet `GRAIL_TOKEN` to it and say "
                '`grail do "status"`. It stands for you: keep it like a password. A new one ends the old one; it ends '
                "by itself after 90 days."
            )
        ],
    )


def usage(command: Command) -> str:
    """The pattern as people read it: `services` takes commas."""
    return (
        command.usage.replace("<services>", "<service>[,<service>…]")
        .replace("<words>", command.takes)
        .replace("<environment>", "<env>")
    )


def _granted(command: Command, places: Sequence[tuple[str, str]]) -> str:
    """A word with where it may be said, as far as it is said of a place at all."""
    if "<environment>" in command.usage:
        return f"`{command.word}`: {_places(places)}"
    if "<service" in command.usage:
        return f"`{command.word}`: {', '.join(escape(name) for name in dict.fromkeys(place[0] for place in places))}"
    return f"`{command.word}`"


def _places(places: Sequence[tuple[str, str]]) -> str:
    """`shop, search → staging; shop → production`, by environments that the same services share."""
    by_environment: dict[str, list[str]] = {}
    for service, environment in places:
        by_environment.setdefault(environment, []).append(service)
    return "; ".join(
        f"{', '.join(map(escape, services))} → {escape(name)}" for name, services in by_environment.items()
    )

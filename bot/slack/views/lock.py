"""The card of a lock or freeze, and what is said about it."""

from dataclasses import replace

from bot.domain.deploys import Deploy
from bot.domain.locks import Lock
from bot.services.locks import taken
from bot.slack import Message
from bot.slack.views.text import (
    actions,
    button,
    confirm,
    context,
    cut,
    duration,
    escape,
    quiet,
    section,
    when,
)


def card_of(lock: Lock) -> str:
    """The id of its card."""
    return f"{lock.kind}:{lock.number}"


def card(lock: Lock, *, over: str = "") -> Message:
    """The one card of a lock, as it stands. over: how it ended."""
    past = "locked" if lock.kind == "lock" else "frozen"
    if lock.warning:
        past = "under a warning"
    mark = ":unlock:" if over else (":snowflake:" if lock.kind == "freeze" else ":lock:")
    words = lock.scope.words
    what = f"{lock.scope.first} is {past}" if not over else f"{lock.scope.first}: {over}"
    reason = f": {lock.reason}" if lock.reason else ""
    text = f"{what} · {lock.by_name}{reason}"
    if over:
        blocks = [
            section(f"{mark} {escape(what)}"),
            context(f"It was {quiet(lock.by_name)}'s{quiet(reason)}"),
        ]
        return Message(escape(text), blocks)
    ends = f"until {when(lock.until)}"
    lines = f"{mark} *{escape(what)}* by {quiet(lock.by_name)} {ends}{escape(reason)}"
    stops = {
        ("lock", False): f"Deploys of others wait; {quiet(lock.by_name)}'s own go through.",
        ("freeze", False): "No deploy goes through, whoever asks; a roll-back always does.",
    }.get((lock.kind, lock.warning), "It stops nobody; whoever deploys is told.")
    end, action = ("Unlock", "lock.unlock") if lock.kind == "lock" else ("Thaw", "lock.thaw")
    sure = confirm(f"{end} {words}?", f"It is {quiet(lock.by_name)}'s{quiet(reason)}.", end, "Leave it")
    ending = button(end, action, f"{lock.kind}\n{lock.scope.field}\n{lock.number}", confirm=sure)
    return Message(escape(text), [section(lines), context(stops), actions(ending)])


def reminder(lock: Lock, now: float) -> Message:
    """What its holder is told while it still stands."""
    past = "locked" if lock.kind == "lock" else "frozen"
    reason = f": {lock.reason}" if lock.reason else ""
    words = f"{lock.scope.first} is {past} by you for another {duration(lock.until - now)}{reason}"
    value = f"{lock.kind}\n{lock.scope.field}\n{lock.number}"
    end, action = ("Unlock", "lock.unlock") if lock.kind == "lock" else ("Thaw", "lock.thaw")
    presses = actions(button(end, action, value), button("Keep 2 h", "lock.keep", value))
    return Message(
        escape(words), [section(f":alarm_clock: {escape(words)}. It ends {when(lock.until)}."), presses]
    )


def asked(lock: Lock, by: str, now: float) -> Message:
    """What its holder is told when somebody waits for its end."""
    shown = reminder(lock, now)
    past = "lock" if lock.kind == "lock" else "freeze"
    words = f"{by} waits for your {past} of {lock.scope.words}. Do you still need it?"
    lines = (
        f":wave: {quiet(by, 60)} waits for your {past} of *{escape(lock.scope.words)}*. Do you still need it?"
    )
    return Message(escape(words), [section(f"{lines} It ends {when(lock.until)}."), shown.blocks[-1]])


def offered(deploy: Deploy, lock: Lock | None) -> Message:
    """What who deployed is offered, alone: to keep a branch where it stands (lock None), or to end their own lock."""
    where = f"{deploy.service} {deploy.environment}"
    if lock is not None:
        text = f"{deploy.ref} stands in {where} again, and your lock is still there."
        value = f"{lock.kind}\n{lock.scope.field}\n{lock.number}"
        return Message(
            escape(text), [section(f":lock: {escape(text)}"), actions(button("Unlock", "lock.unlock", value))]
        )
    text = f"{cut(deploy.ref, 100)} stands in {where} now. Lock it, so that nobody deploys over it?"
    value = f"{deploy.service}:{deploy.environment}\n{cut(deploy.ref, 200)}"
    what = f":unlock: `{quiet(deploy.ref, 100)}` stands in {escape(where)} now."
    lead = f"{what} Lock it, so that nobody deploys over it?"
    return Message(escape(text), [section(lead), actions(button("Lock it for 24 h", "lock.branch", value))])


def handed_on(lock: Lock, now: float) -> Message:
    """What who comes on call is offered: a lock of the shift before."""
    reason = f": {lock.reason}" if lock.reason else ""
    text = f"{lock.scope.first} is locked by {lock.by_name}, whose shift is over{reason}"
    lead = f":lock: {escape(text)}. It ends {when(lock.until)}. It is yours now, if you want it."
    mine = button("Take over", "lock.take", taken(replace(lock, since=now), lock.number))
    ending = button("Unlock", "lock.unlock", f"{lock.kind}\n{lock.scope.field}\n{lock.number}")
    return Message(escape(text), [section(cut(lead, 2900)), actions(mine, ending)])


def shift_over(lock: Lock, name: str, *, told: bool) -> Message:
    """What its holder is told then. name: who comes on call."""
    text = f"Your shift is over, and {lock.scope.words} is still locked by you"
    who = (
        f"{quiet(name)} is offered it."
        if told
        else f"I do not know {quiet(name)} on Slack yet: talk to them."
    )
    value = f"{lock.kind}\n{lock.scope.field}\n{lock.number}"
    lead = f":lock: {escape(text)}, until {when(lock.until)}. {who}"
    return Message(escape(text), [section(lead), actions(button("Unlock", "lock.unlock", value))])

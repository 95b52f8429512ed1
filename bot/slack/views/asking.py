"""When somebody asks somebody else to do what they may not do themselves."""

from bot.slack import Message
from bot.slack.views.text import actions, button, cut, escape, quiet, said, section
from bot.slack.wanted import What


def asked(name: str) -> Message:
    return said(f"I have asked {quiet(name, 60)} directly.")


def request(what: What, by: str, action: str, value: str) -> Message:
    """What who was asked sees. action, value: of the button that does it."""
    verb = f"run {what.action} in" if what.action else "deploy"
    place = f"{what.service} {what.environment}" if what.action else f"{what.service} to {what.environment}"
    ref = f" at `{quiet(what.ref, 100)}`" if what.ref else ""
    line = f"{quiet(by, 60)} asks you to {escape(f'{verb} {place}')}{ref}, and may not do it alone."
    do = "Run it" if what.action else "Deploy"
    text = line.replace("`", "")
    return Message(
        cut(text, 200), [section(f":wave: {line}"), actions(button(do, action, value, style="primary"))]
    )

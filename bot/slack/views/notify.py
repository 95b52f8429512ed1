"""What a person has chosen to be told."""

from collections.abc import Mapping

from bot.services.people import Quiet
from bot.slack import Message
from bot.slack.views.text import escape, said

SENTENCE = {
    "deploys": {
        "always": "every end of a deploy of yours",
        "failures": "when a deploy of yours fails or is lost",
        "never": "nothing",
    },
    "commits": {
        "always": "when somebody else brings commits of yours into production",
        "failures": "nothing, for that is no failure",
        "never": "nothing",
    },
}


def chosen(choices: Mapping[str, str], quiet: Quiet | None, zone: str, changed: bool) -> Message:
    lines = ["Done." if changed else "What I tell you directly:"]
    lines += [f"• *{kind}*: {choice} — {SENTENCE[kind][choice]}" for kind, choice in choices.items()]
    if quiet:
        lines.append(
            f"• *quiet* from {quiet.begin} to {quiet.end} in {escape(zone)}: then it waits until {quiet.end}."
        )
    else:
        lines.append("• *quiet* hours: none")
    if not changed:
        lines.append(
            "Change it with `notify deploys always`, `failures`, `never`, the same of `commits`, or "
            "`notify quiet 22:00 to 7:00`."
        )
    return said("\n".join(lines))

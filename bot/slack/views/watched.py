"""A deploy that succeeded and is looked after: on its card, and loud where it is rolled back."""

from bot.domain.deploys import Deploy
from bot.domain.watched import Watched
from bot.slack import Message
from bot.slack.views.text import clock, cut, escape, quiet, said, section


def on_card(watched: Watched) -> str:
    """One line."""
    match watched.state:
        case "watching":
            doubt = ""
            if watched.failed:
                times = f"{watched.failed} of {watched.fails}"
                doubt = f" :warning: Its health check failed {times} times: {_why(watched)}"
            if watched.unsure:
                doubt += f" :grey_question: I cannot tell how it is: {quiet(watched.unsure, 200)}."
            return f":eyes: I watch its health until {clock(watched.until)}.{doubt}"
        case "well":
            if watched.late:
                return f":eyes: {_late(watched)}"
            return f":eyes: I watched its health until {clock(watched.until)}: it is well."
        case "stopped":
            return f":eyes: {quiet(watched.by, 60)} ended the watch over its health."
        case "left":
            return f":eyes: I watch its health no more: {quiet(watched.by, 200)}."
        case "unjudged":
            return f":grey_question: *I could not judge its health:* {quiet(watched.by, 300)}. Nothing was rolled back."
        case "rolled back":
            return f":rotating_light: {_failed(watched)} I roll it back with {watched.back}."
    return f":rotating_light: {_failed(watched)} *I could not roll it back:* {cut(escape(watched.by), 300)}"


def in_short(watched: Watched) -> str:
    """What of it is shown at once when it changes."""
    return f"{watched.state}:{watched.failed}:{bool(watched.unsure)}"


def line(deploy: Deploy) -> Message | None:
    """For its thread: how the watch ended where nobody was looking; None where the card alone says it."""
    watched = deploy.watched
    if watched is None or not (watched.state == "unjudged" or (watched.state == "well" and watched.late)):
        return None
    words = on_card(watched)
    return said(f"{deploy.what}: {words.partition(' ')[2]}", section(words))


def loud(deploy: Deploy) -> Message:
    """For operations, and for who deployed it."""
    watched = deploy.watched
    assert watched is not None
    where = f"{deploy.service} {deploy.environment}"
    who = f"*{escape(deploy.what)}* ({deploy.id} by {quiet(deploy.by_name, 40)})"
    if watched.state == "unjudged":
        text = f"{where} could not be judged after {deploy.id}: look at it"
        rest = (
            f"{quiet(watched.by, 300)}. Its watch is over, and nothing was rolled back: "
            f"`status {escape(deploy.service)}` shows what stands there, `rollback {escape(where)}` takes it back."
        )
        return said(text, section(f":grey_question: {who}: *I could not judge its health.*\n{rest}"))
    lead = f":rotating_light: {who}: {_failed(watched)}"
    if watched.back:
        text = f"{where} is not well after {deploy.id}: I roll it back"
        rest = (
            f"I roll it back with {watched.back}, which locks the place and keeps `{deploy.short()}` away from it. "
            f"`unlock {escape(where)}` and `clear {escape(where)}` end that, once the fault is known."
        )
    else:
        text = f"{where} is not well after {deploy.id}, and I could not roll it back"
        rest = (
            f"*I could not roll it back:* {cut(escape(watched.by), 300)} Somebody has to look now: "
            f"`deploys {escape(where)}` shows what ran there before."
        )
    return said(text, section(f"{lead}\n{rest}"))


def _late(watched: Watched) -> str:
    return (
        f"I was away when its watch ended, {clock(watched.until)}; asked {clock(watched.late)}, it was well."
    )


def _failed(watched: Watched) -> str:
    return f"Its health check failed {watched.failed} times in a row: {_why(watched)}"


def _why(watched: Watched) -> str:
    why = quiet(watched.said, 200) or "it is not known why"
    return why if why.endswith((".", "!", "?", "…")) else f"{why}."

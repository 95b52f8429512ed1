"""pause everything, resume: for when nothing must move."""

from bot.slack import Command, Reply, Turn
from bot.slack.views.text import duration, escape, said


async def pause(turn: Turn) -> Reply:
    reason = " ".join(turn.given.words)
    if turn.given.plan:
        return Reply(
            said("I would refuse every new deploy and action until `resume`. What runs would run on.")
        )
    paused = await turn.services.people.pause(turn.holder, reason)
    return Reply(
        said(
            f":double_vertical_bar: Everything is paused: {escape(paused.reason)}. No new deploy or action begins; "
            "what runs runs on, and `cancel` ends it. `resume` ends the pause."
        ),
        operations=said(
            f":double_vertical_bar: *Everything is paused* by {escape(turn.holder.name)}: {escape(paused.reason)}. "
            "No new deploy or action begins until `resume`."
        ),
    )


async def resume(turn: Turn) -> Reply:
    if turn.given.plan:
        return Reply(said("I would end the pause."))
    ended = await turn.services.people.resume()
    since = duration(turn.now - ended.since)
    return Reply(
        said(f":arrow_forward: Going on after {since}. It was {escape(ended.by)}'s pause."),
        operations=said(
            f":arrow_forward: *The pause is over* after {since}, ended by {escape(turn.holder.name)}."
        ),
    )


COMMANDS = [
    Command(
        "pause everything [<words>]",
        "let nothing new begin, with a reason",
        pause,
        right="pause",
        changes=True,
        examples=["pause everything the data centre is on fire"],
        detail="For admins, and for whoever is on call.",
        takes="reason",
        prose=True,
    ),
    Command("resume", "end the pause", resume, right="resume", changes=True, examples=["resume"]),
]

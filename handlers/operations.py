"""What operations press: have work tried again that was given up, confirm a person whose rights rest."""

from bot.domain.rights import demand, may
from bot.slack import Press, Reply, Turn
from bot.slack.views.text import escape, said


async def press_retry(turn: Turn) -> Reply:
    _check(turn, "retry")
    await turn.services.operations.retry(turn.values["value"], turn.holder.name, turn.ask.id)
    return Reply(
        said("It is done again, from the start. If it fails again, it comes back to the operations channel.")
    )


async def press_confirm(turn: Turn) -> Reply:
    _check(turn, "person")
    who = turn.values["value"]
    email = await turn.services.people.confirm(turn.holder, who.partition(":")[2])
    await turn.services.operations.confirmed(who, email, turn.holder.name, turn.ask.id)
    return Reply(said(f"Confirmed: the rights of {escape(email)} hold again."))


def _check(turn: Turn, word: str) -> None:
    right = may(turn.services.config(), turn.holder, word, now=turn.now)
    demand(right)


PRESSES = [Press("dead.retry", press_retry), Press("person.confirm", press_confirm)]

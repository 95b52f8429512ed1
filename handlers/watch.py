"""[Stop watching]: a deploy that succeeded is looked after no more."""

from bot.slack import Card, Press, Reply, Turn
from bot.slack.views import deploy as views
from bot.slack.views.text import escape, said


async def stop(turn: Turn) -> Reply:
    stopped = await turn.services.deploys.watches.stop(turn.values["value"].split(":")[0], turn.holder)
    card = Card(f"deploy:{stopped.id}", stopped.channel, views.card(stopped, turn.now), stopped.rev)
    text = f"I watch {stopped.id} no more: {stopped.what}."
    return Reply(said(escape(text)), outcome=stopped.id, cards=(card,))


PRESSES = [Press("watch.stop", stop)]

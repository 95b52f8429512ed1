"""[That was me], [Take it back]: what came to a place without Grail becomes a deploy of who brought it there."""

from bot.domain.deploys import Deploy
from bot.errors import NotUnderstood
from bot.slack import Card, Press, Reply, Turn
from bot.slack.views import deploy as views
from bot.slack.views.text import escape, said


async def mine(turn: Turn) -> Reply:
    """Judged as things are now: what stands there is asked anew."""
    words = turn.values["value"].split(" ")
    if len(words) != 4:
        raise NotUnderstood("This button carries no place.", code="no-place", hint="Say `status` again.")
    service, environment, commit, seen = words
    deploy = await turn.services.outsiders.mine(
        service, environment, commit, "" if seen == "-" else seen, turn.holder,
        channel=turn.ask.channel, request=f"outside:{turn.ask.id}",
    )  # fmt: skip
    text = (
        f"{deploy.id}: {deploy.what}, {deploy.short()}, is down as yours. From now on `diff` and `rollback` reckon "
        "with it. Its card has a button that takes it back."
    )
    return Reply(said(escape(text)), outcome=deploy.id, cards=(_card(turn, deploy),))


async def undo(turn: Turn) -> Reply:
    deploy = await turn.services.outsiders.undo(turn.values["value"].split(":")[0], turn.holder)
    text = f"{deploy.id} is taken back: {deploy.what} counts as brought there by nobody that I know."
    return Reply(said(escape(text)), outcome=deploy.id, cards=(_card(turn, deploy),))


def _card(turn: Turn, deploy: Deploy) -> Card:
    config = turn.services.config()
    service = config.services.get(deploy.service)
    channel = config.teams[service.team].channel if service else config.channels.operations
    return Card(f"deploy:{deploy.id}", deploy.channel or channel, views.card(deploy, turn.now), deploy.rev)


PRESSES = [Press("outside.mine", mine), Press("outside.undo", undo)]

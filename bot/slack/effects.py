"""What a reply does besides answering: the cards that stand because of it, and whom else it concerns."""

from bot.slack import Reply
from bot.slack.operations import OperationsChannel
from bot.slack.outbox import Outbox


class Effects:
    def __init__(self, outbox: Outbox, channel: OperationsChannel) -> None:
        self._outbox = outbox
        self._channel = channel

    async def of(self, ask: str, reply: Reply) -> None:
        """Carry them out, once for each ask, however often it is called."""
        if reply.operations is not None:
            await self._channel.everybody(ask, reply.operations)
        for card in reply.cards:
            await self._outbox.card(card.id, card.channel, card.message, version=card.version)
        for number, (user, message) in enumerate(reply.tell):
            await self._outbox.direct(f"tell:{ask}:{number}", user, message)
        for key, user, message in reply.once:
            await self._outbox.direct(f"once:{key}", user, message)

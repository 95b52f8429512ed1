"""Telling the open pages: to whom it concerns, and never waiting for a page that does not read."""

from bot.workspace.hub import WAITING, Hub


async def test_a_page_that_does_not_read_is_cut_off() -> None:
    hub = Hub()
    async with hub.watching("U1") as slow:
        for _ in range(WAITING + 5):
            hub.tell("message", {})
        assert len(hub) == 0
        rows = [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]
        assert len(rows) == WAITING + 1
        assert rows[-1] is None, "the last thing it gets is its end"


async def test_what_concerns_one_person_is_told_to_their_pages_alone() -> None:
    hub = Hub()
    async with hub.watching("U1") as mine, hub.watching("U2") as other, hub.watching(None) as everything:
        hub.tell("ephemeral", {"text": "psst"}, to=["U1"])
        assert mine.queue.get_nowait() == b'event: ephemeral\ndata: {"text":"psst"}\n\n'
        assert (other.queue.qsize(), everything.queue.qsize()) == (0, 1)

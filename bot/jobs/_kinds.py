"""What takes one kind of work."""

from collections.abc import Awaitable, Callable

from bot.store.streams import Job

Handler = Callable[[Job], Awaitable[None]]

"""Which change of config.yaml this is: the same number for every process that reads it, another one the next time.

A file that goes back to what it was is a change too, so its version alone does not say.
"""

from redis.asyncio import Redis

from bot.store.keys import CONFIG
from bot.store.scripts import Scripts


class Versions:
    def __init__(self, redis: Redis) -> None:
        self._scripts = Scripts(redis)

    async def number(self, version: str) -> int:
        """The number of the change to `version`, from 1; a new one where another version was in force."""
        return int(await self._scripts.run("config_number", (CONFIG(),), (version,)))

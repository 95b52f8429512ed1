"""A sender as a process of its own, for tests that kill it.

    python -m tests.bot.slack.a_sender REDIS_URL SLACK_API_URL

SLACK_BOT_TOKEN is its token; GRAIL_CLOCK_FILE moves its time. Prints "ready" and sends until it is killed.
"""

import asyncio
import os
import sys

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.slack.outbox import Outbox
from bot.store.connection import connect


async def main(redis_url: str, slack_url: str) -> None:
    redis = await connect(redis_url, say=lambda line: None)
    slack = Slack(os.environ["SLACK_BOT_TOKEN"], base_url=slack_url, timeout=2)
    outbox = Outbox(redis, slack, Clock.from_environment(), name=f"sender-{os.getpid()}")
    print("ready", flush=True)
    await outbox.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

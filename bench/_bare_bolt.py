"""The peer of bench/commands.py: a Bolt app that acknowledges a command and keeps nothing.

`PORT` says where it listens, `MODE` how: `bare` answers when the listener has acknowledged, `default` is Bolt as it
comes. Both on uvloop.
"""

import logging
import os

import uvloop
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")


def main() -> None:
    logging.disable(logging.WARNING)
    app = AsyncApp(
        client=AsyncWebClient(),
        authorize=authorize,
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        process_before_response=os.environ["MODE"] == "bare",
    )

    @app.command("/grail")
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    uvloop.install()
    web.run_app(
        app.web_app("/slack/events"),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        print=None,
        access_log=None,
    )


if __name__ == "__main__":
    main()

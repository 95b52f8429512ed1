"""How each process of the command line lives: what it starts, in which order, and how it ends."""

import asyncio
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot import acme, workspace
from bot.app import Grail
from bot.config import load
from bot.drivers.recipe import RecipeDriver, shield
from bot.ending import ended
from bot.errors import StartFault
from bot.settings import GitHubSettings, PagerDutySettings, Settings, SlackSettings
from bot.store.embedded import EmbeddedRedis

EXAMPLE = "Acme"
PATIENCE = 20  # seconds that the end of `grail run` waits for the deploys of Acme


def say(text: str) -> None:
    """Say it to whoever looks on: a plain line, or a line of the log where that is JSON for a program to read."""
    if isinstance(structlog.get_config()["processors"][-1], structlog.processors.JSONRenderer):
        structlog.get_logger().info("said", says=text)
    else:
        print(text, flush=True)


async def run(settings: Settings, *, workspace: bool) -> int:
    """`grail run`: Redis unless one is named, Acme where config.yaml is Acme's, the workspace without credentials."""
    config = load(settings.config)
    example = config.company == EXAMPLE
    if settings.slack is None and not (example or workspace):
        raise StartFault(
            "There are no Slack credentials: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET or SLACK_APP_TOKEN, "
            "or try it in the local workspace with --workspace."
        )
    settings.make_data()
    _need_git()
    shield()  # a recipe of the same user could read our tokens from our environment otherwise
    async with AsyncExitStack() as undo:
        stop = _stop_signals()
        redis_url = settings.redis_url
        if redis_url is None:
            redis = EmbeddedRedis(settings.data, say=say)
            redis_url = await redis.start()
            undo.push_async_callback(redis.stop)
        if example:
            say("Acme: its repository, its services and their front …")
            try:
                running = await acme.start(settings.data)
            except acme.AcmeFault as fault:
                raise StartFault(str(fault)) from fault
            undo.push_async_callback(running.stop)
            undo.push_async_callback(_runs_end, RecipeDriver(settings.data), stop)
        local = None
        if settings.slack is None or workspace:
            local = _Workspace(settings)
            settings = local.settings
        grail = Grail(settings, say=say)
        undo.push_async_callback(grail.stop)
        _reload_on_hangup(grail)
        if not await _unless(stop, grail.start(redis_url, web_side=True, worker_side=True)):
            return 0
        say(f"Grail listens at http://localhost:{grail.port}")
        if local is not None:
            await local.start(grail.port)
            undo.push_async_callback(local.stop)
            line = "/grail deploy shop to staging" if example else "/grail help"
            say(f"\n  Open {local.url} (the local workspace) and type\n\n      {line}\n")
        say("Ctrl-C ends all of it.")
        await stop.wait()
        say("Stopping …")
    return 0


class _Workspace:
    """The local workspace beside a Grail that knows it only as a Slack with an unusual address."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.data / "workspace"
        folder.mkdir(exist_ok=True, mode=0o700)
        slack = SlackSettings(
            bot_token=f"xoxb-{secrets.token_hex(12)}",
            signing_secret=secrets.token_hex(16),
            app_token=None,
            api_url=f"http://127.0.0.1:{settings.workspace_port}/api/",
        )
        github = GitHubSettings(
            token=f"ghp_{secrets.token_hex(18)}",
            api_url=f"http://127.0.0.1:{settings.workspace_port}/github",
            webhook_secrets=(secrets.token_hex(16),),
        )
        pagerduty = PagerDutySettings(
            token=f"pd{secrets.token_hex(9)}",
            api_url=f"http://127.0.0.1:{settings.workspace_port}/pagerduty",
            webhook_secrets=(secrets.token_hex(16),),
        )
        self.settings = replace(settings, slack=slack, github=github, pagerduty=pagerduty)
        self._folder = folder
        self._running: Any = None

    async def start(self, app_port: int) -> None:
        slack = self.settings.slack
        assert slack is not None
        assert slack.signing_secret is not None
        wanted = workspace.Settings(
            port=self.settings.workspace_port,
            app_url=f"http://127.0.0.1:{app_port}/slack/events",
            bot_token=slack.bot_token,
            signing_secret=slack.signing_secret,
            github_token=self.settings.github.token or "",
            github_webhook_secret=self.settings.github.webhook_secrets[0],
            pagerduty_token=self.settings.pagerduty.token or "",
            pagerduty_webhook_secret=self.settings.pagerduty.webhook_secrets[0],
            repositories=(("acme/acme", self.settings.data / "acme" / "repository.git"),),
            state=self._folder / "journal.jsonl",
            token=_kept_token(self._folder / "token"),
        )
        self._running = workspace.Workspace(wanted)
        try:
            await self._running.start()
        except workspace.StateInUse as error:
            raise StartFault(f"{error}") from error
        except OSError as error:
            raise StartFault(
                f"Port {self.settings.workspace_port} is in use: end what listens there, or choose another with "
                "GRAIL_WORKSPACE_PORT."
            ) from error

    @property
    def url(self) -> str:
        return f"http://localhost:{self.settings.workspace_port}"

    async def stop(self) -> None:
        await self._running.stop()


def _kept_token(file: Path) -> str:
    """The workspace's token, the same over restarts, so that programs and open pages go on."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text().strip()


async def serve(settings: Settings, *, web_side: bool) -> int:
    """`grail web` or `grail worker`: one side, against a Redis that others share."""
    name = "web" if web_side else "worker"
    if settings.redis_url is None:
        raise StartFault(
            f"`grail {name}` needs REDIS_URL: several processes share one Redis, which the embedded one is not for. "
            "`grail run` starts everything in one process."
        )
    if settings.slack is None:
        raise StartFault(
            "There are no Slack credentials: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET or SLACK_APP_TOKEN."
        )
    shield()
    settings.make_data()
    _need_git()
    stop = _stop_signals()
    async with AsyncExitStack() as undo:
        grail = Grail(settings, say=say)
        undo.push_async_callback(grail.stop)
        _reload_on_hangup(grail)
        if not await _unless(
            stop, grail.start(settings.redis_url, web_side=web_side, worker_side=not web_side)
        ):
            return 0
        say(f"Grail listens at http://localhost:{grail.port}" if web_side else "The worker works.")
        await stop.wait()
    return 0


async def do(words: str, url: str | None, port: int) -> int:
    """`grail do`: one line to a running Grail. GRAIL_TOKEN says who asks."""
    token = os.environ.get("GRAIL_TOKEN")
    if not token:
        raise StartFault(
            "GRAIL_TOKEN is not set: it says who you are. Ask Grail in Slack for one with `whoami token`."
        )
    base = (url or f"http://127.0.0.1:{port}").rstrip("/")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session,
            session.post(f"{base}/do", data=words, headers={"Authorization": f"Bearer {token}"}) as answer,
        ):
            print((await answer.text()).rstrip("\n"), file=sys.stdout if answer.status == 200 else sys.stderr)
            return 0 if answer.status == 200 else 1
    except aiohttp.ClientError as error:
        raise StartFault(
            f"Grail does not answer at {base}: is it running? Name another place with --url."
        ) from error


def _reload_on_hangup(grail: Grail) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, grail.again.set)


def _need_git() -> None:
    if shutil.which("git") is None:
        raise StartFault(
            "There is no git on this machine: install it, for every deploy begins with a commit."
        )


async def _unless(stop: asyncio.Event, start: Coroutine[Any, Any, None]) -> bool:
    """Wait for a start, which may hang on others; False when the process is to end before it is done."""
    starting, ending = asyncio.create_task(start), asyncio.create_task(stop.wait())
    await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if starting.done():
        starting.result()
        return True
    await ended([starting])
    return False


async def _runs_end(driver: RecipeDriver, stop: asyncio.Event) -> None:
    """Leave Acme standing while a deploy needs it: runs outlive Grail, and without their front they would fail."""
    if not stop.is_set():
        return  # the start failed
    stop.clear()  # set again by a second Ctrl-C
    said = False
    end = asyncio.get_running_loop().time() + PATIENCE
    while not stop.is_set() and asyncio.get_running_loop().time() < end:
        still = sorted(
            run for run, phase in (await driver.runs()).items() if phase in ("starting", "running")
        )
        if not still:
            return
        if not said:
            say(f"Waiting for {', '.join(still)} to end, at most {PATIENCE} s. Ctrl-C again ends without it.")
            said = True
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await stop.wait()


def _stop_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop

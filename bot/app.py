"""The composition root: the only file that constructs Grail. Straight down, undone in reverse.

Longer than other files, because everything is put together here.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import structlog
from aiohttp import web

import handlers
from bot import logs, metrics
from bot.clients.git import Git
from bot.clients.github import AppTokens, FixedToken, GitHub, Tokens
from bot.clients.pagerduty import PagerDuty
from bot.clients.slack import Slack
from bot.clock import Clock
from bot.config import Config, load
from bot.drivers import Driver
from bot.drivers.github_actions import GitHubActionsDriver
from bot.drivers.recipe import RecipeDriver
from bot.ending import ended
from bot.errors import StartFault
from bot.jobs import Jobs, wanted
from bot.reload import Reload
from bot.services import Services
from bot.services.authors import Authors
from bot.services.board import Boards
from bot.services.coverage import Coverages
from bot.services.coverage_reports import CoverageReports
from bot.services.covers import Covers
from bot.services.deploy_reports import DeployReports
from bot.services.deploys import KINDS, Deploys
from bot.services.facts import Outside
from bot.services.gates import Gates
from bot.services.github_checks import GitHubChecks
from bot.services.history import Histories
from bot.services.hooks import Hooks
from bot.services.locks import ENDS, Locks
from bot.services.oncall import OnCall
from bot.services.operations import Operations
from bot.services.outside import Outsiders
from bot.services.overrides import Overrides
from bot.services.pace import OWED, GitHubPace
from bot.services.page_acts import PageActs
from bot.services.page_after import PageAfter
from bot.services.page_around import PageAround
from bot.services.page_events import PageEvents
from bot.services.page_links import PageLinks
from bot.services.page_open import PageOpen
from bot.services.pages import Pages
from bot.services.people import People
from bot.services.records import Records
from bot.services.standing import Standings
from bot.services.timeline import AuditMoments, DeployMoments, Timeline
from bot.services.waiting import WAKE
from bot.services.whereabouts import Finder
from bot.settings import GitHubSettings, Settings
from bot.slack.effects import Effects
from bot.slack.operations import OperationsChannel
from bot.slack.outbox import Outbox
from bot.slack.router import Router
from bot.slack.terminal import Terminal
from bot.slack.transport import Transport
from bot.store.admission import Admissions
from bot.store.board import BoardStore
from bot.store.connection import connect
from bot.store.coverage import CoverageStore
from bot.store.covers import CoverStore
from bot.store.dead import DeadLetters
from bot.store.deploys import DeployStore
from bot.store.gates import GateStore
from bot.store.heard import HeardStore
from bot.store.history import History
from bot.store.inbox import Inbox
from bot.store.locks import LockStore
from bot.store.outside import OutsideStore
from bot.store.overrides import OverrideStore
from bot.store.pace import PaceStore
from bot.store.pages import PageStore
from bot.store.preferences import PreferenceStore
from bot.store.reported import ReportStore
from bot.store.schedules import Schedules
from bot.store.streams import Work, Worker
from bot.store.timers import Timers
from bot.store.versions import Versions
from bot.web import routes

log = structlog.get_logger()

STOP_SECONDS = 8


class Grail:
    """Grail in one process: the web side, the worker side, or both."""

    def __init__(self, settings: Settings, *, say: Callable[[str], None] = print) -> None:
        assert settings.slack is not None
        self.settings = settings
        self.slack_settings = settings.slack
        logs.hide(*settings.secrets())
        self.say = say
        self.clock = Clock.from_environment()
        self.config = load(settings.config)
        self._undo = AsyncExitStack()
        self._stop = asyncio.Event()
        self.again = asyncio.Event()  # set by SIGHUP: read config.yaml again
        self._loops: list[asyncio.Task[None]] = []
        self.port = 0

    async def start(self, redis_url: str, *, web_side: bool, worker_side: bool) -> None:
        settings, clock = self.settings, self.clock
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        host = host_name(settings.data / "host")
        name = f"{host}:{os.getpid()}:{uuid4().hex[:6]}"

        self.redis = await connect(redis_url, say=self.say)
        self._undo.push_async_callback(self.redis.aclose)
        slack = Slack(self.slack_settings.bot_token, base_url=self.slack_settings.api_url)
        self._undo.push_async_callback(slack.close)
        tokens = _tokens(settings.github, clock)
        github = GitHub(tokens, clock, api_url=settings.github.api_url)
        self._undo.push_async_callback(github.close)
        pagerduty = PagerDuty(settings.pagerduty.token, clock, api_url=settings.pagerduty.api_url)
        self._undo.push_async_callback(pagerduty.close)

        inbox, work, timers = Inbox(self.redis), Work(self.redis), Timers(self.redis)
        outbox = Outbox(
            self.redis, slack, clock, name=name, on_undeliverable=lambda id, why: channel.undelivered(id, why)
        )
        channel = OperationsChannel(outbox, self.current_config, clock)
        oncall = OnCall(self.current_config, OverrideStore(self.redis), clock)
        overrides = Overrides(
            config=self.current_config,
            oncall=oncall,
            store=OverrideStore(self.redis),
            timers=timers,
            clock=clock,
        )
        people = People(
            self.current_config, slack, self.redis, clock, on_suspended=channel.suspended, oncall=oncall
        )
        locks = LockStore(self.redis, wake=WAKE, ends=ENDS)
        gates = Gates(GateStore(self.redis), self.current_config, clock, timers)
        git, store, board = Git(settings.data), DeployStore(self.redis, wake=WAKE), BoardStore(self.redis)
        reports = CoverageStore(self.redis)
        coverage = Coverages(
            config=self.current_config, store=reports, git=git, secrets=settings.hook_secrets
        )
        pace = GitHubPace(PaceStore(self.redis), github, timers, clock)
        drivers: dict[str, Driver] = {
            "recipe": RecipeDriver(settings.data, mask=settings.secrets()),
            "github_actions": GitHubActionsDriver(github, clock, pace),
        }
        standings = Standings(
            config=self.current_config, store=store, heard=HeardStore(self.redis), drivers=drivers, git=git,
            work=work, clock=clock,
        )  # fmt: skip
        outsiders = Outsiders(
            config=self.current_config, store=store, claims=OutsideStore(self.redis), standings=standings,
            git=git, clock=clock,
        )  # fmt: skip
        links = PageLinks(self.current_config, PreferenceStore(self.redis), people.known_by_email, pagerduty)
        told = DeployReports(
            config=self.current_config, store=store, reports=ReportStore(self.redis), standings=standings, git=git,
            inbox=inbox, clock=clock, secrets=settings.hook_secrets,
        )  # fmt: skip
        if web_side:
            self._say_closed(coverage, told)
        pages = Pages(
            config=self.current_config, store=PageStore(self.redis), pagerduty=pagerduty, work=work, clock=clock,
            hears=bool(settings.pagerduty.webhook_secrets), linked=links.email_of, where=outbox.where,
        )  # fmt: skip
        deploys = Deploys(
            config=self.current_config,
            store=store,
            admissions=Admissions(self.redis, KINDS),
            locks=locks,
            gates=gates,
            holder=people.holder,
            work=work,
            timers=timers,
            git=git,
            drivers=drivers,
            clock=clock,
            host=host,
            watcher=name,
            stopping=self._stop,
            confirms=worker_side,
            outside=Outside(
                checks=GitHubChecks(github, settings.github.api_url) if tokens is not None else None,
                coverage=coverage,
                pages=pages if pagerduty.set_up else None,
                stands=standings,
                pager=pages if pagerduty.set_up else None,
            ),
            oncall=oncall,
        )
        deploys.claims.on_found = channel.claims
        deploys.also_recalled = pace.recall
        deploys.waiting.paused = people.paused
        self._undo.push_async_callback(deploys.watches.close)
        operations = Operations(DeadLetters(self.redis), work, people, deploys, clock)
        records = Records(self.redis, deploys, self.current_config)
        keepers = Locks(locks, clock, timers, self.current_config, oncall)
        boards = Boards(self.current_config, board, keepers, again=deploys.waiting.call)
        finder = Finder(self.current_config, store, board, git)
        timeline = Timeline(
            self.current_config, [DeployMoments(board), AuditMoments(people.audits, self.current_config)]
        )
        around = PageAround(
            config=self.current_config, pages=pages, timeline=timeline, board=board, clock=clock
        )
        services = Services(
            self.current_config,
            people,
            deploys,
            operations,
            records,
            keepers,
            gates,
            boards,
            coverage,
            finder,
            standings,
            outsiders,
            told,
            history=Histories(History(self.redis), clock),
            pages=pages,
            page_acts=PageActs(pages, pagerduty, clock),
            page_links=links,
            page_around=around,
            page_open=PageOpen(
                config=self.current_config, pages=pages, pagerduty=pagerduty, work=work, clock=clock
            ),
            page_after=PageAfter(
                config=self.current_config, pages=pages, around=around, bound=people.known_by_email,
                differences=deploys.differences, timers=timers, clock=clock,
            ),
            oncall=oncall,
            overrides=overrides,
            covers=Covers(
                oncall=oncall, overrides=overrides, store=CoverStore(self.redis), timers=timers, clock=clock
            ),
            authors=Authors(
                config=self.current_config, store=store, git=git, people=people, work=work, timers=timers, clock=clock
            ),
            timeline=timeline,
        )  # fmt: skip
        registry = handlers.load()
        router = Router(registry, services, clock)

        if web_side:
            transport = Transport(
                inbox=inbox, router=router, slack=slack, clock=clock, token=self.slack_settings.bot_token,
                signing_secret=self.slack_settings.signing_secret, base_url=self.slack_settings.api_url,
            )  # fmt: skip
            over_http = transport if self.slack_settings.signing_secret else None
            terminal = Terminal(router, people, clock, effects=Effects(outbox, channel))
            await self._listen(
                routes(
                    transport=over_http,
                    terminal=terminal,
                    ready=self.amiss,
                    hooks=Hooks(
                        inbox,
                        clock,
                        {"github": settings.github.webhook_secrets},
                        {
                            "coverage": CoverageReports(coverage, reports, inbox, clock),
                            "deploys": told,
                            "pagerduty": PageEvents(inbox, clock, settings.pagerduty.webhook_secrets),
                        },
                    ),
                    metrics_token=settings.metrics_token,
                )
            )
            if self.slack_settings.app_token:
                self._undo.push_async_callback(transport.close)
                await transport.connect(self.slack_settings.app_token)
        schedules = Schedules(self.redis, timers, clock, say=lambda line: log.warning("schedules", says=line))

        async def keep(config: Config) -> None:
            await schedules.keep(wanted(config))

        reload = Reload(
            self, Versions(self.redis), work, clock, outbox, on_changed=keep if worker_side else None
        )
        self._loop(reload.run(settings.config, self._stop, self.again), "watch over config.yaml")
        if worker_side:
            jobs = Jobs(
                router=router, services=services, outbox=outbox, inbox=inbox, timers=timers, channel=channel,
                clock=clock,
            )  # fmt: skip
            others = {**schedules.handlers, OWED: pace.settle}
            worker = Worker(
                self.redis, {**jobs.handlers(), **others}, clock=clock, name=name, host=host, timers=timers,
                say=lambda line: log.warning("work", says=line), on_dead=jobs.dead,
            )  # fmt: skip
            await keep(self.config)
            self._loop(deploys.claims.run(self._stop), "look after claims")
            self._loop(worker.run(self._stop), "worker")
            self._loop(outbox.run(self._stop), "outbox")
        metrics.UP.set(clock.now())

    def _say_closed(self, coverage: Coverages, reports: DeployReports) -> None:
        """Which webhooks take nothing, because nobody could judge who sends it."""
        for line in [*coverage.amiss(), *reports.amiss()]:
            self.say(line)
        closed = [] if self.settings.github.webhook_secrets else ["GITHUB_WEBHOOK_SECRET"]
        closed += [] if self.settings.pagerduty.webhook_secrets else ["PAGERDUTY_WEBHOOK_SECRET"]
        closed += [] if coverage.secrets() else ["GRAIL_HOOK_SECRET_COVERAGE_<SERVICE>"]
        closed += [] if reports.secrets() else ["GRAIL_HOOK_SECRET_DEPLOYS_<SERVICE>"]
        log.info("hooks.closed", not_set=closed)

    def current_config(self) -> Config:
        return self.config

    async def amiss(self) -> str | None:
        """Why Grail cannot serve, as one sentence, or None."""
        for task in self._loops:
            if task.done():
                return f"The {task.get_name()} has stopped."
        try:
            async with asyncio.timeout(2):
                await self.redis.ping()
        except Exception:  # whatever it is, it means the same here
            return "Redis does not answer."
        return None

    async def stop(self) -> None:
        """End everything that was started, in reverse; work in hand is finished or left for another worker."""
        self._stop.set()
        if self._loops:
            _, late = await asyncio.wait(self._loops, timeout=STOP_SECONDS)
            for task in late:
                log.warning("stop.late", loop=task.get_name(), seconds=STOP_SECONDS)
        await ended(self._loops)
        await self._undo.aclose()

    def _loop(self, run: Any, name: str) -> None:
        task = asyncio.create_task(run, name=name)
        task.add_done_callback(_ended)
        self._loops.append(task)

    async def _listen(self, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
        await runner.setup()
        self._undo.push_async_callback(runner.cleanup)
        # On loopback under `run`; a real installation stands behind a proxy or listens where HOST says.
        host = os.environ.get("HOST", "127.0.0.1")
        try:
            site = web.TCPSite(runner, host, self.settings.port)
            await site.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                why = os.strerror(error.errno) if error.errno else str(error)
                raise StartFault(
                    f"Grail cannot listen at {host}, port {self.settings.port} ({why}): look at HOST and PORT."
                ) from error
            raise StartFault(
                f"Port {self.settings.port} is in use: end what listens there, or choose another with PORT or --port."
            ) from error
        self.port = runner.addresses[0][1]


def _tokens(github: GitHubSettings, clock: Clock) -> Tokens | None:
    """By whose rights GitHub is asked; None where there are no credentials."""
    if github.app_id and github.app_key:
        return AppTokens(github.app_id, github.app_key, clock, api_url=github.api_url)
    return FixedToken(github.token) if github.token else None


def _ended(task: asyncio.Task[None]) -> None:
    """What runs for as long as Grail does has ended: if it broke, the log says of what."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("loop.broken", loop=task.get_name(), exc_info=error)


def host_name(file: Any) -> str:
    """The name of this machine for the streams: kept in the data folder, where its runs are too."""
    if not file.exists():
        file.write_text(f"{socket.gethostname()}-{uuid4().hex[:6]}")
    return str(file.read_text()).strip()

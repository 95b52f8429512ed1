"""What GitHub tells the app by itself: signed webhooks to its /hooks/github, once each, never tried again."""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import orjson

from ..core import Core
from ..faults import Json
from ..openapi import OpenApi
from .shapes import Shapes
from .things import Check, Deployment, DeploymentStatus, Repository, Run, Things

ACK_SECONDS = 10.0
REMEMBERED = 500
AGENT = "GitHub-Hookshot/played"


class Hooks:
    """Nothing is sent without a secret and an app that listens over HTTP. muted: what is to be told is lost."""

    def __init__(self, core: Core, things: Things, shapes: Callable[[], Shapes]) -> None:
        self._core, self._things, self._shapes = core, things, shapes
        folder = core.settings.github_contracts
        self._contract = OpenApi(folder / "github-webhooks.trimmed.openapi.json" if folder else None)
        self._session: aiohttp.ClientSession | None = None
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._sending: asyncio.Task[None] | None = None
        self.sent: dict[str, tuple[str, bytes]] = {}  # delivery -> event, body
        self._order: deque[str] = deque()
        self.answers: dict[str, list[int | None]] = {}
        self.muted = False

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ACK_SECONDS), trust_env=False
        )
        self._sending = asyncio.create_task(self._send_all(), name="github-hooks")

    async def stop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def url(self) -> str | None:
        """Where the app takes them: beside where it takes Slack's."""
        app = self._core.courier.app_url
        if app is None or not self._core.settings.github_webhook_secret:
            return None
        parts = urlsplit(app)
        return f"{parts.scheme}://{parts.netloc}/hooks/github"

    def workflow_run(self, action: str, run: Run) -> None:
        one = self._things.repositories[run.repository]
        flow = one.workflow(str(run.workflow))
        shape = self._shapes().run(one, run)
        more = {"workflow_run": shape, "workflow": self._shapes().workflow(one, flow) if flow else None}
        self._tell("workflow_run", f"webhook-workflow-run-{action.replace('_', '-')}", one, action, more)

    def deployment_status(self, one: Repository, it: Deployment, status: DeploymentStatus) -> None:
        shapes = self._shapes()
        more = {
            "deployment": shapes.deployment(one, it),
            "deployment_status": shapes.deployment_status(one, it, status),
        }
        self._tell("deployment_status", "webhook-deployment-status-created", one, "created", more)

    def check(self, one: Repository, check: Check) -> None:
        """The check itself where it is over, and the suite that it belongs to."""
        shapes = self._shapes()
        if check.kind != "run" or check.status != "completed":
            return
        suite = {
            "id": check.id, "node_id": f"CS:{check.id}", "head_branch": one.main, "head_sha": check.sha,
            "status": "completed", "conclusion": check.conclusion, "before": None, "after": None, "pull_requests": [],
            "app": shapes.app(), "url": f"{shapes.base}/repos/{one.name}/check-suites/{check.id}",
        }  # fmt: skip
        run = {**shapes.check_run(one, check), "check_suite": suite}
        self._tell("check_run", "webhook-check-run-completed", one, "completed", {"check_run": run})
        self._tell("check_suite", "", one, "completed", {"check_suite": suite})

    def tell(self, event: str, body: Json) -> str:
        """Send this body under this name, whatever it is; answers the delivery's id."""
        return self._queue(event, orjson.dumps(body))

    async def again(self, delivery: str) -> int | None:
        """Send one a further time, as [Redeliver] on GitHub does; the app's status."""
        return await self._post(delivery)

    def _tell(self, event: str, schema: str, one: Repository, action: str, more: dict[str, Any]) -> None:
        if self.url is None or self.muted:
            return
        shapes = self._shapes()
        body = {
            "action": action,
            "repository": shapes.repository(one),
            "sender": shapes.user("grail[bot]"),
            **more,
        }
        for fault in self._contract.schema(schema, body) if schema else ():
            where, _, why = fault.partition(": ")
            self._core.checks.violation(f"github webhook {event}", where, why)
        self._queue(event, orjson.dumps(body))

    def _queue(self, event: str, body: bytes) -> str:
        delivery = str(uuid4())
        self.sent[delivery] = (event, body)
        self._order.append(delivery)
        while len(self._order) > REMEMBERED:
            self.sent.pop(self._order.popleft(), None)
        self._waiting.put_nowait(delivery)
        return delivery

    async def _send_all(self) -> None:
        while True:
            await self._post(await self._waiting.get())

    async def _post(self, delivery: str) -> int | None:
        url, known = self.url, self.sent.get(delivery)
        if url is None or known is None:
            return None
        event, body = known
        secret = self._core.settings.github_webhook_secret or ""
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json", "User-Agent": AGENT, "X-GitHub-Event": event,
            "X-GitHub-Delivery": delivery, "X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Hook-ID": "1",
        }  # fmt: skip
        assert self._session is not None
        status: int | None = None
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            pass  # GitHub does not try again
        self.answers.setdefault(delivery, []).append(status)
        return status

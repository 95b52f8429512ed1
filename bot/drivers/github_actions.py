"""Deploys by GitHub Actions: a workflow is dispatched with the deploy's mark, and GitHub is asked what became of it.

The mark is the deploy's id and a few letters that no other Grail would come to. It stands in an input of the
workflow, which shows it in its `run-name`: so the run is found, never guessed at by its time or its branch. Where
GitHub answers a dispatch with the run's id, that is used at once.

Once and no more: before the dispatch a GitHub Deployment is noted, with the mark as its payload. Whoever finds it knows
that a dispatch may have been sent, and looks for the run instead of sending another. Only what GitHub has certainly not
taken is sent again. Deployment and statuses are at the same time what GitHub's own pages show of the deploy.

GitHub's limit on writing is kept to by all workers together (`Pace`): who has no turn yet has sent nothing, and says
when it begins. Statuses yield to dispatches; how a deploy ended is told later, if not at once.

Longer than other files, because a run is read from its dispatch to its end.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.clients.github import DeploymentStatus, GitHub, GitHubLimited, GitHubRefused, Job, WorkflowRun
from bot.clients.http import Unreachable
from bot.clock import Clock
from bot.drivers import GOING, Free, Order, Pace, Phase, RunState, Stands, Told, Waits
from bot.drivers._github_run import Ref, Seen, concerns, mark_of, marks_in, payload_of
from bot.drivers._github_words import began, ending, filled, lasted, lines_of, steps_of, told_as, unseen
from bot.errors import NotFound, OutsideUnavailable

log = structlog.get_logger()

NOT_SENT = "Not started: GitHub has not taken it."
SKEW_SECONDS = 600.0  # by how much GitHub's clock may be behind ours
LOOKED_AT = 6  # Deployments in which the newest success is looked for
FOUND_WITHIN = 120.0  # a dispatch that GitHub took is in its lists by then
END_WITHIN = 300.0  # a run that was told to end has ended by then
SOON, LATER, RARELY = 2.0, 10.0, 40.0  # seconds until the next look, and until an end is asked for again


class GitHubActionsDriver:
    """Keeps the contract of bot.drivers."""

    name = "github_actions"
    local = False

    def __init__(self, github: GitHub, clock: Clock, pace: Pace | None = None) -> None:
        self._github = github
        self._clock = clock
        self._pace: Pace = pace or Free()
        self._known: dict[str, Seen] = {}

    def run_of(self, order: Order) -> str:
        given = order.github
        if given is None:
            raise NotFound(
                f"`{order.service}` has no workflow in `{order.environment}` any more.", code="no-workflow"
            )
        flow = given if order.action is None else given.actions.get(order.action)
        if flow is None:
            raise NotFound(f"There is no action `{order.action}` for {order.service}.", code="no-such-action")
        return str(
            Ref(
                given.repository, flow.workflow, mark_of(order), order.commit, order.environment,
                order.requested, given.starts_within, given.silent_for,
            )
        )  # fmt: skip

    async def start(self, order: Order) -> str:
        """Dispatch the workflow, once, however often this is called.

        Raises GitHubRefused, and OutsideUnavailable where GitHub has certainly not taken it (yet): call again.
        """
        seen = self._seen(Ref.of(self.run_of(order)))
        mark = seen.ref.mark
        seen.unsent = seen.unsent or await self._pace.waits(mark) is not None
        try:
            await self._start(order, seen)
        except OutsideUnavailable as error:
            # Who is the first to try knows that nobody else has sent it.
            seen.unsent = seen.unsent or (order.first and seen.asked is None)
            if not isinstance(error, GitHubLimited):
                raise
            if seen.unsent:
                await self._pace.again(mark, error.until)
            raise self._waits(error.until) from error
        return str(seen.ref)

    async def state(self, run: str) -> RunState:
        seen = self._seen(Ref.of(run))
        if seen.asked is None and not seen.ref.run:
            due = await self._pace.waits(seen.ref.mark)
            seen.unsent = seen.unsent or due is not None
            if due is not None and (left := due - self._clock.now()) > 0:
                return RunState("starting", note=str(self._waits(due)), look_in=left)
        if seen.unsent:
            return RunState("starting", look_in=SOON)
        try:
            state = await self._look(seen)
        except (OutsideUnavailable, GitHubRefused) as error:
            return self._unanswered(seen, error)
        seen.silent_since = None
        seen.state = state = replace(
            state, run=str(seen.ref), link=state.link or (seen.state.link if seen.state else "")
        )
        await self._tell(seen, state)
        if state.phase not in GOING:
            self._known.pop(seen.ref.mark, None)
        return state

    async def runs(self) -> Mapping[str, Phase]:
        """None: GitHub's runs are no processes of this machine, and end without us."""
        return {}

    async def cancel(self, run: str, by: str) -> None:
        """Ask GitHub to end it; a run that has not appeared yet is ended when it does."""
        seen = self._seen(Ref.of(run))
        now = self._clock.now()
        seen.ending_since = seen.ending_since or now
        if seen.unsent:
            await self._pace.leave(seen.ref.mark)
        if now < seen.ending_again or seen.unsent:
            return
        with suppress(OutsideUnavailable):
            if seen.ref.run or await self._found(seen) is not None:
                await self._pace.urgent()
                try:
                    await self._github.cancel(seen.ref.repository, seen.ref.run)
                    seen.ending_fault = ""
                except GitHubRefused as refused:
                    seen.ending_fault = f"{refused} {refused.hint or ''}".strip()
                seen.ending_again = now + RARELY

    async def output(self, run: str, lines: int | None = None) -> str:
        """Which steps of which jobs there were, and where GitHub shows what they printed."""
        seen = self._seen(Ref.of(run))
        if not seen.ref.run:
            return ""
        try:
            jobs = await self._github.jobs(seen.ref.repository, seen.ref.run)
        except (OutsideUnavailable, GitHubRefused) as error:
            return f"{error}\n"
        told = lines_of(jobs)
        return "".join(
            f"{line}\n" for line in (told if lines is None else told[-lines:] if lines > 0 else [])
        )

    async def standing(self, order: Order) -> Stands | None:
        """By GitHub's Deployments: the newest success of this environment, whoever made it.

        Where several services have an environment of this name in one repository, GitHub cannot say whose a Deployment
        of somebody else is: then only ours count.
        """
        if (given := order.github) is None:
            return None
        listed = await self._github.newest_deployments(
            given.repository, environment=order.environment, task="deploy", count=LOOKED_AT
        )
        meant = [one for one in listed if concerns(one.payload, order.service, alone=order.alone)]
        statuses = await asyncio.gather(
            *(self._github.deployment_statuses(given.repository, one.id) for one in meant)
        )
        owed = await self._pace.owed([one.id for one in meant])
        # One that another success has replaced is `inactive` by now, and has been a success before.
        went_well = [
            (status.created, one.id, one, status)
            for one, said in zip(meant, statuses, strict=True)
            for status in said
            if status.state == "success"
        ]
        went_well += [  # GitHub has not been told yet
            (owed[one.id].at, one.id, one, DeploymentStatus("success", "", owed[one.id].at))
            for one in meant
            if one.id in owed and owed[one.id].status == "success"
        ]
        if not went_well:
            return None
        since, _, newest, status = max(went_well, key=lambda found: found[:2])
        return Stands(newest.sha, since, newest.by or status.by)

    async def health(self, order: Order) -> str | None:
        """GitHub knows nothing of it: a `watch` has a url."""
        return None

    # --- starting

    async def _start(self, order: Order, seen: Seen) -> None:
        # Only what is certainly not sent stands in line: who stands there is not looked for at GitHub.
        if not seen.unsent and not order.first and await self._begun(seen):
            return
        if (until := await self._pace.take(seen.ref.mark, 1 if seen.ref.deployment else 2)) is not None:
            seen.unsent = True
            raise self._waits(until)
        if not order.first and seen.unsent and await self._begun(seen):
            return
        ref, given = seen.ref, order.github
        assert given is not None
        if not ref.deployment:
            what = order.action or "deploy"
            made = await self._github.create_deployment(
                ref.repository, sha=ref.sha, environment=ref.environment, task=what,
                description=f"{what} {order.service} by Grail, {order.deploy}",
                payload={"grail": ref.mark, "service": order.service},
            )  # fmt: skip
            ref = seen.ref = replace(ref, deployment=made.id)
        flow = given if order.action is None else given.actions[order.action]
        inputs = {name: filled(value, order, ref.mark) for name, value in flow.inputs.items()}
        try:
            answer = await self._github.dispatch(
                ref.repository, ref.workflow, given.ref or order.main, inputs
            )
        except GitHubRefused as refused:
            await self._say(seen, "error", str(refused))
            raise
        except Unreachable as error:
            if not error.reached:
                seen.unsent = True
                if not isinstance(error, GitHubLimited):
                    await self._pace.again(ref.mark, self._clock.now())
                    await self._say(seen, "pending", NOT_SENT)
                raise
            answer = None  # nobody knows: it is looked for, and not sent again
        seen.unsent, seen.asked = False, self._clock.now()
        if answer is not None:
            seen.ref = replace(ref, run=answer[0])

    async def _begun(self, seen: Seen) -> bool:
        """Whether it runs, or may have been sent; a Deployment that was noted for it is found on the way."""
        if await self._found(seen) is not None:
            seen.unsent = False
            return True
        if (sent := await self._sent_at(seen)) is not None and not seen.unsent:
            seen.asked = seen.asked or sent
            return True
        return False

    async def _sent_at(self, seen: Seen) -> float | None:
        """When a dispatch may have been sent, by the Deployment that was noted before it; None: certainly not."""
        ref = seen.ref
        if not ref.deployment:
            listed = await self._github.deployments(ref.repository, sha=ref.sha, environment=ref.environment)
            ours = [one for one in listed if payload_of(one.payload).get("grail") == ref.mark]
            if not ours:
                return None
            ref = seen.ref = replace(ref, deployment=ours[-1].id)
        statuses = await self._github.deployment_statuses(ref.repository, ref.deployment)
        if not statuses:
            listed = await self._github.deployments(ref.repository, sha=ref.sha, environment=ref.environment)
            return next((one.created for one in listed if one.id == ref.deployment), self._clock.now())
        if statuses[0].description == NOT_SENT:
            return None
        seen.told = statuses[0].state
        return statuses[0].created

    async def _found(self, seen: Seen) -> int | None:
        """The id of the run that carries our mark."""
        ref = seen.ref
        if ref.run:
            return ref.run
        since = ref.requested - SKEW_SECONDS
        for run in await self._github.runs(ref.repository, ref.workflow, since=since):
            if run.event == "workflow_dispatch" and ref.mark in marks_in(run.title):
                seen.ref = replace(ref, run=run.id)
                return run.id
        return None

    # --- looking

    async def _look(self, seen: Seen) -> RunState:
        now = self._clock.now()
        if await self._found(seen) is None:
            if seen.asked is None:
                seen.asked = await self._sent_at(seen)
            if seen.asked is None:
                return RunState("starting", look_in=SOON)
            return self._not_there(seen, now - seen.asked)
        ref = seen.ref
        run = await self._github.run(ref.repository, ref.run)
        if run is None:
            why = f"GitHub knows nothing of its run {ref.run} any more: somebody has deleted it."
            return RunState("vanished", steps=seen.state.steps if seen.state else (), why=why)
        jobs = await self._github.jobs(ref.repository, ref.run)
        if not seen.told and ref.deployment:
            await self._sent_at(seen)
        return await self._read(seen, run, jobs, now)

    def _not_there(self, seen: Seen, since: float) -> RunState:
        if since < FOUND_WITHIN:
            return RunState(
                "queued", note="GitHub has been asked; its run is not to be seen yet.", look_in=SOON
            )
        why = unseen(seen.ref.workflow, seen.ref.mark, since)
        return RunState("lost", why=why, link=(seen.state.link if seen.state else ""))

    async def _read(self, seen: Seen, run: WorkflowRun, jobs: list[Job], now: float) -> RunState:
        ref, steps = seen.ref, steps_of(jobs)
        if run.status == "completed":
            phase, why = ending(run.conclusion, jobs)
            if phase == "cancelled" and seen.watchdog:
                phase, why = "failed", seen.watchdog
            return RunState(
                phase, steps, why, link=run.url, untouched=phase != "succeeded" and not began(jobs)
            )
        if seen.ending_since is not None and now - seen.ending_since >= END_WITHIN:
            why = f"GitHub was told to end it {lasted(now - seen.ending_since)} ago, and it still runs: look there."
            return RunState("lost", steps, f"{why} {seen.ending_fault}".strip(), link=run.url)
        look, note = (RARELY if self._github.low else LATER), seen.ending_fault
        if run.status == "waiting":
            where = await self._github.waits_for(ref.repository, ref.run)
            named = f" ({', '.join(where)})" if where else ""
            note = note or f"It waits at GitHub for a person to let it go on{named}."
            return RunState("waiting", steps, note=note, link=run.url, look_in=look)
        if run.status == "in_progress":
            moved = [at for job in jobs for step in job.steps for at in (step.started, step.ended) if at]
            silent = now - max([run.updated, run.started or 0.0, *moved])
            if silent >= ref.silent_for:
                await self._give_up(
                    seen, f"It has shown no sign of life for {lasted(silent)}. I had it ended."
                )
            return RunState("running", steps, note=note, link=run.url, look_in=look)
        if (waited := now - run.created) >= ref.starts_within:
            why = f"GitHub did not start it within {lasted(ref.starts_within)}: no machine took it. I had it ended."
            await self._give_up(seen, why)
        elif waited > 30:
            note = note or "GitHub has no machine for it yet."
        return RunState(
            "queued", steps, note=note, link=run.url, look_in=min(look, 5.0) if waited < 60 else look
        )

    async def _give_up(self, seen: Seen, why: str) -> None:
        seen.watchdog = why
        await self.cancel(str(seen.ref), "Grail")

    def _unanswered(self, seen: Seen, error: OutsideUnavailable | GitHubRefused) -> RunState:
        now = self._clock.now()
        seen.silent_since = seen.silent_since or now
        silent, last = now - seen.silent_since, seen.state
        steps, link = (last.steps, last.link) if last else ((), (seen.state.link if seen.state else ""))
        hint = f" {error.hint}" if isinstance(error, GitHubRefused) and error.hint else ""
        if silent >= seen.ref.silent_for:
            why = f"For {lasted(silent)} GitHub has not told me what became of it. {error}{hint}"
            return RunState("lost", steps, why, link=link)
        wait = max(LATER, error.until - now) if isinstance(error, GitHubLimited) else LATER
        phase: Phase = last.phase if last and last.phase in GOING and last.phase != "starting" else "queued"
        return RunState(
            phase, steps, note=f"{error}{hint} I keep asking.", link=link, look_in=min(wait, RARELY)
        )

    # --- what GitHub shows

    async def _tell(self, seen: Seen, state: RunState) -> None:
        status, over = told_as(state.phase), state.phase not in GOING
        if not seen.ref.deployment or not status or status == seen.told:
            return
        said = state.why or state.note
        if await self._pace.spare(last=over) and await self._say(seen, status, said, state.link):
            return
        if over:  # nobody looks again
            ref = seen.ref
            await self._pace.owe(
                Told(ref.repository, ref.deployment, status, said, state.link, self._clock.now())
            )

    def _waits(self, until: float) -> Waits:
        left = lasted(max(1.0, until - self._clock.now()))
        return Waits("GitHub", f"It waits for GitHub's limit, and begins in about {left}.", until)

    async def _say(self, seen: Seen, status: str, description: str, link: str = "") -> bool:
        """Tell GitHub; tried again at the next look, and no deploy hangs on it."""
        try:
            await self._github.say(
                seen.ref.repository, seen.ref.deployment, status, description=description, log_url=link
            )
            seen.told = status
            return True
        except (OutsideUnavailable, GitHubRefused) as error:
            log.warning("github.status_not_told", mark=seen.ref.mark, status=status, why=str(error))
            return False

    def _seen(self, ref: Ref) -> Seen:
        seen = self._known.setdefault(ref.mark, Seen(ref))
        seen.ref = replace(
            seen.ref, deployment=seen.ref.deployment or ref.deployment, run=seen.ref.run or ref.run
        )
        return seen

"""/control/fire {"source": "github", …}: what a test or a demo does to the played GitHub.

    {"make": "repository", "repository": "acme/shop", "git": "/path/of/a/repository", "main"?}
    {"make": "workflow", "file": "deploy.yml", "inputs"?, "run_name"?, "jobs"?: [{"name", "steps": [[name, seconds]]}],
     "dispatchable"?, "environment"?, "details"?, "lag"?, "queue"?, "held"?}
    {"make": "pull", "number", "title", "branch", "author"?, "merged"?: sha}
    {"make": "deployment", "environment", "ref", "by"?, "task"?, "to"?}   somebody else's; to: how it went, "success"
    {"check": name, "ref", "to": "queued" | "in_progress" | a conclusion, "kind"?: "run" | "status", "summary"?}
    {"run": id or "newest", "to": "hold" | "go" | "step" | "waiting" | "approved" | "vanished" | "queued" |
     "success" | "failure" | "cancelled" | "timed_out", "at"?: the step that a failure happens at}
    {"revoke": true}   every token of the App is void
    {"hooks": "on" | "off"} · {"redeliver": delivery} · {"tell": event, "body": {…}}
    {"look": true}   everything there is: runs, deployments with their statuses, deliveries

`repository` may be left out where there is one. Each answers {"ok": true, …}.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..faults import ControlError, Json
from .deployments import STATES
from .front import Front
from .things import Check, Deployment, PlannedJob, PullRequest, Repository, Run, Workflow

CONCLUSIONS = (
    "success",
    "failure",
    "neutral",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
    "error",
)
OF_WORKFLOW = ("inputs", "run_name", "dispatchable", "environment", "details", "lag", "queue", "name", "held")


class Fire:
    def __init__(self, front: Front) -> None:
        self._front = front
        self._things = front.things

    async def fire(self, asked: Json) -> Json:
        """What one call answers besides `ok`. Raises ControlError."""
        for word, act in (
            ("make", self._make),
            ("check", self._check),
            ("run", self._run),
            ("hooks", self._hooks),
            ("tell", self._tell),
            ("look", self._look),
        ):
            if word in asked:
                return act(asked)
        if "revoke" in asked:
            self._front.apps.forget()
            return {}
        if "redeliver" in asked:
            return {"status": await self._front.hooks.again(str(asked["redeliver"]))}
        raise ControlError('Say what: "make", "check", "run", "hooks", "redeliver", "tell" or "look".')

    def _make(self, asked: Json) -> Json:
        what = asked["make"]
        if what == "repository":
            path = str(asked.get("git", ""))
            if not Path(path).is_dir() or "/" not in str(asked.get("repository", "")):
                raise ControlError(
                    'A repository has a name, "owner/name", and "git", the folder of a real one.'
                )
            one = Repository(self._things.number(), asked["repository"], path, asked.get("main", "main"))
            self._things.keep(one)
            return {"repository": one.name}
        one = self._things.repository(asked)
        if what == "workflow":
            file = str(asked.get("file", "deploy.yml"))
            known = one.workflow(file) or Workflow(self._things.number(), file)
            for name in OF_WORKFLOW:
                if name in asked:
                    setattr(known, name, asked[name])
            if "jobs" in asked:
                known.jobs = [
                    PlannedJob(j["name"], [(s[0], float(s[1])) for s in j["steps"]]) for j in asked["jobs"]
                ]
            one.workflows = [flow for flow in one.workflows if flow.file != file] + [known]
            self._things.keep(one)
            return {"workflow": known.id}
        if what == "pull":
            branch = str(asked.get("branch", ""))
            head = one.git.branch(branch)
            if head is None or not isinstance(asked.get("number"), int):
                raise ControlError("A pull request has a number and a branch that there is.")
            merged = asked.get("merged")
            pull = PullRequest(
                asked["number"], one.name, str(asked.get("title", branch)), branch, one.main,
                str(asked.get("author", "dana")), head, "closed" if merged else "open", bool(merged), merged,
                self._things.clock.now(),
            )  # fmt: skip
            self._things.keep(pull)
            return {"pull": pull.number}
        if what == "deployment":
            return {"deployment": self._deployment(one, asked)}
        raise ControlError(f"'make' is repository, workflow, pull or deployment, not {what!r}.")

    def _deployment(self, one: Repository, asked: Json) -> int:
        """What another tool than the app tells GitHub of a deploy."""
        ref, environment = str(asked.get("ref", one.main)), str(asked.get("environment", ""))
        sha, now = one.git.commit_of(ref), self._things.clock.now()
        if sha is None or not environment or asked.get("to", "success") not in STATES:
            raise ControlError(
                f"A deployment has an environment, a ref that there is, and goes to {', '.join(STATES)}."
            )
        it = Deployment(
            self._things.number(), one.name, sha, ref, str(asked.get("task", "deploy")), environment, "", {}, False,
            environment == "production", now, by=str(asked.get("by", "octocat")),
        )  # fmt: skip
        self._things.keep(it)
        self._front.deployments.went(one, it, str(asked.get("to", "success")))
        return it.id

    def _check(self, asked: Json) -> Json:
        one = self._things.repository(asked)
        sha = one.git.commit_of(str(asked.get("ref", one.main)))
        to, kind = asked.get("to", "success"), asked.get("kind", "run")
        if sha is None or to not in (*CONCLUSIONS, "queued", "in_progress") or kind not in ("run", "status"):
            raise ControlError(
                f"A check has a ref that there is, and goes to queued, in_progress, {', '.join(CONCLUSIONS)}."
            )
        now = self._things.clock.now()
        over = to in CONCLUSIONS
        same = (one.name, sha, asked["check"], kind)
        known = next(
            (c for c in self._things.checks.values() if (c.repository, c.sha, c.name, c.kind) == same), None
        )
        check = known or Check(
            self._things.number(), one.name, sha, asked["check"], kind, "queued", None, now, None
        )
        check.status, check.conclusion = ("completed", to) if over else (to, None)
        check.completed, check.summary = now if over else None, str(asked.get("summary", ""))
        self._things.keep(check)
        self._front.hooks.check(one, check)
        return {"check": check.id, "sha": sha}

    def _run(self, asked: Json) -> Json:
        run, to, now = self._found(asked), asked.get("to"), self._things.clock.now()
        moves = self._front.moves
        moves.forward()
        run.held = to != "go"
        match to:
            case "hold":
                pass
            case "go":
                self._go(run, now)
            case "step":
                moves.step(run, now)
            case "waiting":
                run.status, run.waiting_for = "waiting", str(asked.get("environment", "production"))
            case "approved":
                moves.approve(run, now)
            case "vanished":
                run.vanished = True
            case "failure" if asked.get("at"):
                run.ends, run.fails_at, run.held = "failure", str(asked["at"]), False
            case _:
                moves.end(run, str(to), now)
        run.updated = now
        self._things.keep(run)
        return {"run": run.id, "status": run.status}

    def _go(self, run: Run, now: float) -> None:
        """On by itself from here: what it stood still at begins now."""
        run.created = max(run.created, now) if run.status == "queued" else run.created
        for job in run.jobs:
            for step in job.steps:
                if step.status == "in_progress":
                    step.started = now

    def _found(self, asked: Json) -> Run:
        said = asked["run"]
        runs = self._things.runs
        found = (
            (max(runs.values(), key=lambda run: run.id, default=None)) if said == "newest" else runs.get(said)
        )
        if found is None:
            raise ControlError(f"There is no run {said!r} on this GitHub: use an id, or newest.")
        return found

    def _hooks(self, asked: Json) -> Json:
        self._front.hooks.muted = asked["hooks"] == "off"
        return {"hooks": asked["hooks"]}

    def _tell(self, asked: Json) -> Json:
        return {"delivery": self._front.hooks.tell(str(asked["tell"]), asked.get("body") or {})}

    def _look(self, asked: Json) -> Json:
        self._front.moves.forward()
        hooks = self._front.hooks
        deliveries: list[Any] = [
            {"id": id, "event": event, "answers": hooks.answers.get(id, [])}
            for id, (event, _) in hooks.sent.items()
        ]
        return {
            "runs": [asdict(run) for run in self._things.runs.values()],
            "deployments": [asdict(each) for each in self._things.deployments.values()],
            "deliveries": deliveries,
            "used": self._front.used,
        }

"""The addresses of GitHub Actions: workflows, runs, jobs."""

from collections.abc import Callable

from .finding import Answer, Asked, Finding, Refused, page
from .moves import Moves
from .shapes import Shapes
from .things import Things


class Actions(Finding):
    def __init__(self, things: Things, moves: Moves, shapes: Callable[[], Shapes]) -> None:
        super().__init__(things, shapes)
        self._moves = moves

    def workflows(self, asked: Asked) -> Answer:
        one = self.one(asked)
        flows = [self.shapes().workflow(one, flow) for flow in one.workflows]
        return 200, {"total_count": len(flows), "workflows": flows}

    def workflow(self, asked: Asked) -> Answer:
        one = self.one(asked)
        flow = one.workflow(asked.at["workflow"])
        if flow is None:
            raise Refused(404, "Not Found")
        return 200, self.shapes().workflow(one, flow)

    def dispatch(self, asked: Asked) -> Answer:
        one, body = self.one(asked), asked.body
        flow = one.workflow(asked.at["workflow"])
        if flow is None:
            raise Refused(404, "Not Found")
        if not flow.dispatchable:
            raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
        ref = str(body.get("ref", ""))
        sha = one.git.branch(ref.removeprefix("refs/heads/")) or one.git.ref(f"tags/{ref}")
        if sha is None:
            raise Refused(422, f"No ref found for: {ref}")
        inputs = body.get("inputs") or {}
        if unexpected := [name for name in inputs if name not in flow.inputs]:
            raise Refused(422, f"Unexpected inputs provided: {unexpected}")
        run = self._moves.dispatch(one, flow, ref, sha, inputs)
        if flow.details and body.get("return_run_details") is True:
            base = self.shapes().base
            return 200, {
                "workflow_run_id": run.id,
                "run_url": f"{base}/repos/{one.name}/actions/runs/{run.id}",
                "html_url": f"{base}/{one.name}/actions/runs/{run.id}",
            }
        return 204, None

    def runs(self, asked: Asked) -> Answer:
        one = self.one(asked)
        flow = one.workflow(asked.at["workflow"])
        if flow is None:
            raise Refused(404, "Not Found")
        now = self.things.clock.now()
        found = [
            run
            for run in self.things.runs.values()
            if (run.repository, run.workflow, run.vanished) == (one.name, flow.id, False)
            and run.listed <= now
        ]
        if asked.query.get("event", "workflow_dispatch") != "workflow_dispatch":
            found = []
        if "branch" in asked.query:
            found = [run for run in found if run.branch == asked.query["branch"]]
        if since := asked.query.get("created", "").removeprefix(">="):
            shape = self.shapes().run
            found = [run for run in found if shape(one, run)["created_at"] >= since]
        found.sort(key=lambda run: run.id, reverse=True)
        runs = [self.shapes().run(one, run) for run in page(asked, found)]
        return 200, {"total_count": len(found), "workflow_runs": runs}

    def run(self, asked: Asked) -> Answer:
        one, run = self.run_of(asked)
        return 200, self.shapes().run(one, run)

    def jobs(self, asked: Asked) -> Answer:
        one, run = self.run_of(asked)
        jobs = [self.shapes().job(one, run, job) for job in page(asked, run.jobs)]
        return 200, {"total_count": len(run.jobs), "jobs": jobs}

    def cancel(self, asked: Asked) -> Answer:
        _, run = self.run_of(asked)
        if run.status == "completed":
            raise Refused(409, "Cannot cancel a workflow run that is completed.")
        self._moves.cancel(run)
        return 202, {}

    def pending(self, asked: Asked) -> Answer:
        one, run = self.run_of(asked)
        if run.status != "waiting":
            return 200, []
        url = f"{self.shapes().base}/repos/{one.name}/environments/{run.waiting_for}"
        environment = {"id": 1, "node_id": "EN:1", "name": run.waiting_for, "url": url, "html_url": url}
        person = {"type": "User", "reviewer": self.shapes().user("omar")}
        return 200, [
            {
                "environment": environment, "wait_timer": 0, "wait_timer_started_at": None,
                "current_user_can_approve": False, "reviewers": [person],
            }
        ]  # fmt: skip

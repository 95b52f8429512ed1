"""Each address of GitHub's that is played: (verb, template, name of it for the weather, what it does)."""

import re
from collections.abc import Callable

from .actions import Actions
from .commits import Commits
from .deployments import Deployments
from .finding import Handler
from .moves import Moves
from .shapes import Shapes
from .things import Things


class Routes:
    def __init__(
        self, things: Things, moves: Moves, shapes: Callable[[], Shapes], told: Callable[..., None]
    ) -> None:
        commits = Commits(things, shapes)
        actions = Actions(things, moves, shapes)
        self.deployments = deployments = Deployments(things, shapes, told)
        repo = "/repos/{owner}/{repo}"
        table: list[tuple[str, str, str, Handler]] = [
            ("GET", repo, "repository", commits.repository),
            ("GET", repo + "/git/ref/{ref+}", "ref", commits.ref),
            ("GET", repo + "/branches/{branch}", "branch", commits.branch),
            ("GET", repo + "/commits/{ref}", "commit", commits.commit),
            ("GET", repo + "/commits/{ref}/status", "status", commits.status),
            ("GET", repo + "/commits/{ref}/check-runs", "check-runs", commits.check_runs),
            ("GET", repo + "/compare/{basehead}", "compare", commits.compare),
            ("GET", repo + "/pulls/{number}", "pull", commits.pull),
            ("GET", repo + "/actions/workflows", "workflows", actions.workflows),
            ("GET", repo + "/actions/workflows/{workflow}", "workflow", actions.workflow),
            ("POST", repo + "/actions/workflows/{workflow}/dispatches", "dispatch", actions.dispatch),
            ("GET", repo + "/actions/workflows/{workflow}/runs", "runs", actions.runs),
            ("GET", repo + "/actions/runs/{run}", "run", actions.run),
            ("GET", repo + "/actions/runs/{run}/jobs", "jobs", actions.jobs),
            ("POST", repo + "/actions/runs/{run}/cancel", "cancel", actions.cancel),
            ("GET", repo + "/actions/runs/{run}/pending_deployments", "pending", actions.pending),
            ("GET", repo + "/deployments", "deployments", deployments.deployments),
            ("POST", repo + "/deployments", "deploy", deployments.deploy),
            ("GET", repo + "/deployments/{deployment}", "deployment", deployments.deployment),
            ("GET", repo + "/deployments/{deployment}/statuses", "deployment-statuses", deployments.statuses),
            ("POST", repo + "/deployments/{deployment}/statuses", "deployment-status", deployments.say),
        ]
        self._table = [(verb, _pattern(template), name, handler) for verb, template, name, handler in table]

    def find(self, verb: str, path: str) -> tuple[str, dict[str, str], Handler] | None:
        """(name, what stands in the holes as it came, handler)."""
        for method, pattern, name, handler in self._table:
            if method == verb and (found := pattern.fullmatch(path)):
                return name, found.groupdict(), handler
        return None


def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", template)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped))

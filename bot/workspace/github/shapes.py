"""How each thing looks as JSON, as the published contract has it: every required field, no more than what is used."""

from base64 import b64encode
from typing import Any

from ..faults import Json
from .git import Changed, Commit, written
from .things import Check, Deployment, DeploymentStatus, Job, PullRequest, Repository, Run, Step, Workflow

APP = "github-actions"
_OF_REPOSITORY = [
    "archive_url",
    "assignees_url",
    "blobs_url",
    "branches_url",
    "collaborators_url",
    "comments_url",
    "commits_url",
    "compare_url",
    "contents_url",
    "contributors_url",
    "deployments_url",
    "downloads_url",
    "events_url",
    "forks_url",
    "git_commits_url",
    "git_refs_url",
    "git_tags_url",
    "hooks_url",
    "issue_comment_url",
    "issue_events_url",
    "issues_url",
    "keys_url",
    "labels_url",
    "languages_url",
    "merges_url",
    "milestones_url",
    "notifications_url",
    "pulls_url",
    "releases_url",
    "stargazers_url",
    "statuses_url",
    "subscribers_url",
    "subscription_url",
    "tags_url",
    "teams_url",
    "trees_url",
]
_OF_USER = [
    "events_url",
    "followers_url",
    "following_url",
    "gists_url",
    "organizations_url",
    "received_events_url",
    "repos_url",
    "starred_url",
    "subscriptions_url",
]


class Shapes:
    """base: the address of this GitHub, without a slash at its end; known once the workspace listens."""

    def __init__(self, base: str) -> None:
        self.base = base

    def user(self, login: str) -> Json:
        url = f"{self.base}/users/{login}"
        more = {name: f"{url}/{name.removesuffix('_url')}" for name in _OF_USER}
        kind = "Bot" if login.endswith("[bot]") else "User"
        return more | {
            "login": login, "id": 1_000 + sum(login.encode()), "node_id": _node("U", login), "url": url,
            "html_url": f"{self.base}/{login}", "avatar_url": f"{url}/avatar", "gravatar_id": "", "type": kind,
            "site_admin": False,
        }  # fmt: skip

    def repository(self, one: Repository) -> Json:
        url = f"{self.base}/repos/{one.name}"
        html = f"{self.base}/{one.name}"
        owner, _, name = one.name.partition("/")
        at = written(0)
        return {key: f"{url}/{key.removesuffix('_url')}" for key in _OF_REPOSITORY} | {
            "id": one.id, "node_id": _node("R", one.id), "name": name, "full_name": one.name, "private": True,
            "owner": self.user(owner), "html_url": html, "url": url, "description": None, "fork": False,
            "clone_url": f"{html}.git", "git_url": f"{html}.git", "ssh_url": f"{html}.git", "svn_url": html,
            "mirror_url": None, "default_branch": one.main, "forks": 0, "forks_count": 0, "has_issues": True,
            "has_projects": False, "has_wiki": False, "has_pages": False, "has_downloads": False,
            "has_discussions": False, "homepage": None, "language": None, "archived": False, "disabled": False,
            "open_issues": 0, "open_issues_count": 0, "license": None, "pushed_at": at, "size": 1,
            "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "created_at": at, "updated_at": at,
            "network_count": 0, "subscribers_count": 0, "visibility": "private", "topics": [],
        }  # fmt: skip

    def commit(self, one: Repository, commit: Commit, files: list[Changed] | None = None) -> Json:
        url = f"{self.base}/repos/{one.name}/commits/{commit.sha}"
        tree = f"{self.base}/repos/{one.name}/git/trees/{commit.tree}"
        parents = [
            {
                "sha": sha,
                "url": f"{self.base}/repos/{one.name}/commits/{sha}",
                "html_url": f"{self.base}/{one.name}/commit/{sha}",
            }
            for sha in commit.parents
        ]
        inner = {
            "url": url, "author": _signed(commit.author), "committer": _signed(commit.committer),
            "message": commit.message, "comment_count": 0, "tree": {"sha": commit.tree, "url": tree},
        }  # fmt: skip
        shape = {
            "url": url, "sha": commit.sha, "node_id": _node("C", commit.sha[:8]), "comments_url": f"{url}/comments",
            "html_url": f"{self.base}/{one.name}/commit/{commit.sha}", "commit": inner,
            "author": self.user(_login(commit.author[1])), "committer": self.user(_login(commit.committer[1])),
            "parents": parents,
        }  # fmt: skip
        return shape if files is None else shape | {"files": [self.file(one, commit.sha, f) for f in files]}

    def file(self, one: Repository, sha: str, changed: Changed) -> Json:
        html = f"{self.base}/{one.name}"
        return {
            "sha": None, "filename": changed.name, "status": changed.status, "additions": changed.additions,
            "deletions": changed.deletions, "changes": changed.additions + changed.deletions,
            "blob_url": f"{html}/blob/{sha}/{changed.name}", "raw_url": f"{html}/raw/{sha}/{changed.name}",
            "contents_url": f"{self.base}/repos/{one.name}/contents/{changed.name}?ref={sha}",
        } | ({"previous_filename": changed.before} if changed.before else {})  # fmt: skip

    def workflow(self, one: Repository, flow: Workflow) -> Json:
        url = f"{self.base}/repos/{one.name}/actions/workflows/{flow.id}"
        path = f".github/workflows/{flow.file}"
        return {
            "id": flow.id, "node_id": _node("W", flow.id), "name": flow.name, "path": path, "state": "active",
            "created_at": written(0), "updated_at": written(0), "url": url,
            "html_url": f"{self.base}/{one.name}/blob/{one.main}/{path}", "badge_url": f"{url}/badge.svg",
        }  # fmt: skip

    def run(self, one: Repository, run: Run) -> Json:
        url = f"{self.base}/repos/{one.name}/actions/runs/{run.id}"
        flow = one.workflow(str(run.workflow))
        commit = one.git.commit(run.sha)
        head = {
            "id": run.sha, "tree_id": commit.tree, "message": commit.message, "timestamp": commit.committer[2],
            "author": {"name": commit.author[0], "email": commit.author[1]},
            "committer": {"name": commit.committer[0], "email": commit.committer[1]},
        }  # fmt: skip
        repository = self.repository(one)
        return {
            "id": run.id, "name": flow.name if flow else "", "node_id": _node("WFR", run.id), "head_branch": run.branch,
            "head_sha": run.sha, "path": f".github/workflows/{flow.file if flow else ''}", "run_number": run.number,
            "run_attempt": 1, "referenced_workflows": [], "event": "workflow_dispatch", "status": run.status,
            "conclusion": run.conclusion, "workflow_id": run.workflow, "url": url,
            "html_url": f"{self.base}/{one.name}/actions/runs/{run.id}", "pull_requests": [],
            "created_at": written(run.created), "updated_at": written(run.updated), "actor": self.user("grail[bot]"),
            "triggering_actor": self.user("grail[bot]"), "run_started_at": written(run.started or run.created),
            "jobs_url": f"{url}/jobs", "logs_url": f"{url}/logs", "artifacts_url": f"{url}/artifacts",
            "check_suite_url": f"{self.base}/repos/{one.name}/check-suites/{run.id + 1}", "cancel_url": f"{url}/cancel",
            "check_suite_id": run.id + 1, "check_suite_node_id": _node("CS", run.id + 1), "rerun_url": f"{url}/rerun",
            "previous_attempt_url": None,
            "workflow_url": f"{self.base}/repos/{one.name}/actions/workflows/{run.workflow}",
            "head_commit": head, "repository": repository, "head_repository": repository,
            "display_title": run.title,
        }  # fmt: skip

    def job(self, one: Repository, run: Run, job: Job) -> Json:
        url = f"{self.base}/repos/{one.name}"
        flow = one.workflow(str(run.workflow))
        at_work = job.started is not None
        return {
            "id": job.id, "run_id": run.id, "run_url": f"{url}/actions/runs/{run.id}", "run_attempt": 1,
            "node_id": _node("CR", job.id), "head_sha": run.sha, "url": f"{url}/actions/jobs/{job.id}",
            "html_url": f"{self.base}/{one.name}/actions/runs/{run.id}/job/{job.id}", "status": job.status,
            "conclusion": job.conclusion, "created_at": written(run.created),
            "started_at": written(job.started or run.created),
            "completed_at": _when(job.completed), "name": job.name, "steps": [_step(step) for step in job.steps],
            "check_run_url": f"{url}/check-runs/{job.id}", "labels": ["ubuntu-latest"],
            "runner_id": 1 if at_work else None, "runner_name": "Hosted" if at_work else None,
            "runner_group_id": 1 if at_work else None, "runner_group_name": "Default" if at_work else None,
            "workflow_name": flow.name if flow else None, "head_branch": run.branch,
        }  # fmt: skip

    def deployment(self, one: Repository, it: Deployment) -> Json:
        url = f"{self.base}/repos/{one.name}/deployments/{it.id}"
        at = written(max([it.created, *(status.created for status in it.statuses)]))
        return {
            "url": url, "id": it.id, "node_id": _node("DE", it.id), "sha": it.sha, "ref": it.ref, "task": it.task,
            "payload": it.payload, "original_environment": it.environment, "environment": it.environment,
            "description": it.description or None, "creator": self.user(it.by),
            "created_at": written(it.created), "updated_at": at, "statuses_url": f"{url}/statuses",
            "repository_url": f"{self.base}/repos/{one.name}",
            "transient_environment": it.transient, "production_environment": it.production,
        }  # fmt: skip

    def deployment_status(self, one: Repository, it: Deployment, status: DeploymentStatus) -> Json:
        url = f"{self.base}/repos/{one.name}/deployments/{it.id}"
        return {
            "url": f"{url}/statuses/{status.id}", "id": status.id, "node_id": _node("DES", status.id),
            "state": status.state, "creator": self.user(it.by), "description": status.description,
            "environment": status.environment, "target_url": status.log_url, "log_url": status.log_url,
            "environment_url": status.environment_url, "created_at": written(status.created),
            "updated_at": written(status.created), "deployment_url": url,
            "repository_url": f"{self.base}/repos/{one.name}",
        }  # fmt: skip

    def check_run(self, one: Repository, check: Check) -> Json:
        url = f"{self.base}/repos/{one.name}/check-runs/{check.id}"
        output = {
            "title": check.name, "summary": check.summary, "text": "", "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        }  # fmt: skip
        return {
            "id": check.id, "head_sha": check.sha, "node_id": _node("CR", check.id), "external_id": "", "url": url,
            "html_url": f"{self.base}/{one.name}/runs/{check.id}",
            "details_url": f"{self.base}/{one.name}/runs/{check.id}",
            "status": check.status, "conclusion": check.conclusion, "started_at": written(check.started),
            "completed_at": _when(check.completed), "output": output, "name": check.name,
            "check_suite": {"id": check.id}, "app": self.app(), "pull_requests": [],
        }  # fmt: skip

    def commit_status(self, one: Repository, check: Check) -> Json:
        url = f"{self.base}/repos/{one.name}/statuses/{check.sha}"
        return {
            "url": url, "avatar_url": None, "id": check.id, "node_id": _node("SC", check.id),
            "state": check.conclusion or "pending", "description": check.summary or None, "target_url": None,
            "context": check.name, "created_at": written(check.started),
            "updated_at": written(check.completed or check.started),
        }  # fmt: skip

    def app(self) -> Json:
        return {
            "id": 15368, "slug": APP, "node_id": _node("A", APP), "owner": self.user("github"),
            "name": "GitHub Actions",
            "description": "", "external_url": self.base, "html_url": f"{self.base}/apps/{APP}",
            "created_at": written(0), "updated_at": written(0), "permissions": {}, "events": [],
        }  # fmt: skip

    def pull(self, one: Repository, pull: PullRequest) -> Json:
        base = one.git.branch(pull.base) or pull.head_sha
        url = f"{self.base}/repos/{one.name}/pulls/{pull.number}"
        at = written(pull.created)
        return {
            "id": pull.number, "number": pull.number, "node_id": _node("PR", pull.number), "url": url,
            "html_url": f"{self.base}/{one.name}/pull/{pull.number}", "state": pull.state, "title": pull.title,
            "user": self.user(pull.author), "body": None, "draft": False, "merged": pull.merged,
            "merge_commit_sha": pull.merge_sha, "merged_at": at if pull.merged else None, "created_at": at,
            "updated_at": at, "closed_at": at if pull.state == "closed" else None,
            "head": {"ref": pull.branch, "sha": pull.head_sha, "label": f"{one.name.split('/')[0]}:{pull.branch}",
                     "repo": self.repository(one), "user": self.user(pull.author)},
            "base": {"ref": pull.base, "sha": base, "label": f"{one.name.split('/')[0]}:{pull.base}",
                     "repo": self.repository(one), "user": self.user(one.name.split("/")[0])},
        }  # fmt: skip


def _step(step: Step) -> Json:
    return {
        "name": step.name, "number": step.number, "status": step.status, "conclusion": step.conclusion,
        "started_at": _when(step.started), "completed_at": _when(step.completed),
    }  # fmt: skip


def _signed(who: tuple[str, str, str]) -> Json:
    return {"name": who[0], "email": who[1], "date": who[2]}


def _login(email: str) -> str:
    return email.partition("@")[0] or "ghost"


def _when(moment: float | None) -> str | None:
    return None if moment is None else written(moment)


def _node(kind: str, id: Any) -> str:
    return b64encode(f"{kind}:{id}".encode()).decode()

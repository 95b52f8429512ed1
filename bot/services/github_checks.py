"""The checks of a commit, as GitHub says them."""

import re
from urllib.parse import urlsplit

from bot.clients.github import GitHub
from bot.domain.gates import NotSetUp
from bot.domain.gates.checks import Check, State

# What somebody cancelled has not passed; what was skipped on purpose is no hindrance.
STATES: dict[str, State] = {
    "passed": "passed",
    "skipped": "passed",
    "running": "running",
    "failed": "failed",
    "cancelled": "failed",
}
_FULL_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_SSH = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?P<path>[^:\s]+)")


class GitHubChecks:
    """api_url: whose host tells which addresses of git are repositories on this GitHub."""

    def __init__(self, github: GitHub, api_url: str) -> None:
        self._github = github
        self._host = (urlsplit(api_url).hostname or "").removeprefix("api.")

    async def checks(self, repository: str, sha: str) -> tuple[Check, ...] | NotSetUp:
        """repository: owner/name, or where git clones from. Raises as the client does."""
        name = full_name(repository, self._host)
        if name is None:
            return NotSetUp(
                "GitHub",
                "The repository is not on GitHub: name one as owner/name under gates, checks, repository.",
            )
        found = await self._github.checks(name, sha)
        return tuple(Check(one.name, STATES[one.state], sha, one.url) for one in found)


def full_name(repository: str, host: str) -> str | None:
    """owner/name of a repository on that host; None for one that lies elsewhere."""
    if _FULL_NAME.fullmatch(repository):
        return repository
    if "://" in repository:
        parts = urlsplit(repository)
        where, path = parts.hostname, parts.path
    elif match := _SSH.fullmatch(repository):
        where, path = match["host"], match["path"]
    else:
        return None
    name = path.strip("/").removesuffix(".git")
    return name if where == host and _FULL_NAME.fullmatch(name) else None

"""The checks of a commit as GitHub has them, for the gate; and waking what is parked when GitHub tells of one."""

import re

from bot.clients.github import GitHub
from bot.domain.gates import NotSetUp, Unknown
from bot.domain.gates.checks import Check, State
from bot.errors import OutsideUnavailable, Refusal

# A repository on GitHub as git clones it, by https or ssh, or as GitHub writes it.
_ADDRESS = re.compile(r"(?:.*[/@]github\.com[/:])?([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?")
_STATES: dict[str, State] = {"passed": "passed", "skipped": "passed", "running": "running"}


class GitHubChecks:
    """What facts.py asks as ChecksOf."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def checks(self, repository: str, sha: str) -> tuple[Check, ...] | NotSetUp | Unknown:
        """repository: `owner/name`, or the address that git clones from."""
        if not self._github.set_up:
            return NotSetUp("GitHub", "Set GITHUB_TOKEN.")
        found = _ADDRESS.fullmatch(repository)
        if found is None:
            return NotSetUp(
                "GitHub", "Name the repository under `github` of the environment: it is not one on GitHub."
            )
        try:
            rows = await self._github.checks(found[1], sha)
        except (OutsideUnavailable, Refusal) as error:
            return Unknown("GitHub", str(error))
        return tuple(Check(row.name, _STATES.get(row.state, "failed"), link=row.url) for row in rows)

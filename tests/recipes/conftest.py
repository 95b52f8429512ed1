"""Grail with what a page of docs/recipes says, and nothing besides but who may do it and where the repository lies."""

import os
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import yaml

from tests.fixtures.grail import ROOT, GrailProcess
from tests.fixtures.programs import printed
from tests.fixtures.workspace import OMAR, Workspace
from tests.recipes.kubernetes import Kubernetes
from tests.recipes.page import Page
from tests.recipes.podman import Podman
from tests.recipes.programs import PATH, need
from tests.stories.steps import words_of

PATIENCE = 200.0  # seconds for all of a test together, so that it ends before it is ended and can tidy up
_ENDED = re.compile(": (?:succeeded|failed|cancelled|lost) · ")
BACK = "I rolled back by myself: "


class Shop:
    """The service of a page, deployed by Grail to wherever the page says."""

    def __init__(self, workspace: Workspace, grail: GrailProcess) -> None:
        self._workspace, self._grail = workspace, grail
        self.environ: dict[str, str] = {}
        self._deadline = time.monotonic() + PATIENCE

    async def open(self, page: Page, environ: Mapping[str, str], *, broken: Mapping[str, str | None]) -> None:
        """Start Grail on the page's config, with its files as the repository.

        broken: what is different on the branch of that name; None for a file that is not there.
        """
        need(page.programs())
        self.environ = {"PATH": PATH, **environ}
        self.commit("Open the shop", page.files)
        self._grail.repository._git("checkout", "-q", "-b", "broken")
        self.commit("Break the shop", broken)
        self._grail.repository._git("checkout", "-q", "main")
        self._grail.config.write_text(yaml.safe_dump(self._config(page)))
        self._grail.environment |= self.environ
        await self._grail.start()

    def _config(self, page: Page) -> dict[str, Any]:
        """The page's, with the people and roles of the example. The steps run as whom these programs let in: us."""
        example = yaml.safe_load((ROOT / "config.yaml").read_text())
        kept = {name: example[name] for name in ("channels", "teams", "people", "rotations", "roles")}
        [recipe] = page.config["recipes"].values()
        [service] = page.config["services"].values()
        assert recipe["user"] == "deployer"
        recipe["user"] = str(os.geteuid())
        service["repository"] = str(self._grail.repository.path)
        return {"company": "Test", **kept, **page.config}

    def commit(self, subject: str, files: Mapping[str, str | None]) -> None:
        """On the branch that is checked out, which is main."""
        for name, text in files.items():
            path = self._grail.repository.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
        self._grail.repository.commit(
            subject, {name: text for name, text in files.items() if text is not None}
        )

    def head(self, branch: str = "main") -> str:
        return self._grail.repository._git("rev-parse", branch)

    async def say(self, words: str, outcome: str) -> str:
        """Type it, and wait for the end of its card, which has to be this; all that the card says."""
        known = {message["ts"] for message in await self._workspace.messages("#storefront")}
        await self._workspace.type(OMAR, "#storefront", f"/grail {words}")

        def ended(messages: list[dict[str, Any]]) -> dict[str, Any]:
            new = [m for m in messages if m["ts"] not in known and not m.get("ephemeral_to")]
            return next(m for m in new if _ENDED.search(m["text"]) and m.get("thread_ts", m["ts"]) == m["ts"])

        card = ended(await self._workspace.wait_for("#storefront", ended, within=self._left()))
        said = [words_of(each) for each in await self._workspace.messages("#storefront")]
        assert f": {outcome} · " in card["text"], "\n".join(said)
        return words_of(card)

    def _left(self) -> float:
        return max(1.0, self._deadline - time.monotonic())

    async def ask(self, *words: str, **environ: str) -> str:
        """What a program answers, run beside Grail."""
        answer = await printed(
            *words, within=self._left(), env=self.environ | environ, cwd=self._grail.repository.path
        )
        return answer.strip()


@pytest.fixture
async def shop(workspace: Workspace, resting_grail: GrailProcess) -> Shop:
    return Shop(workspace, resting_grail)


@pytest.fixture
def podman() -> Iterator[Podman]:
    need(["podman", "docker"])
    engine = Podman()
    try:
        engine.start()
        yield engine
    finally:
        engine.end()


@pytest.fixture
async def kubernetes() -> AsyncIterator[Kubernetes]:
    async with Kubernetes().running() as api:
        yield api

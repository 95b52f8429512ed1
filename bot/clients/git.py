"""Which commit a ref means: asked of a mirror of the repository that we keep under data/repos.

A repository is a local path or any address that git fetches from. Its mirror is fetched anew before a branch
or a tag is looked up; a commit that the mirror has is found without a call, so that a roll-back needs nobody
else. git gets no credentials of ours: only what its own helpers and ssh know on this machine.
"""

import asyncio
import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process, utils

from bot.clients._git_program import GitError, Program, environment_for_git, translated, unlock
from bot.domain.refs import check_ref, may_be_sha, pull_request
from bot.errors import NotFound, NotUnderstood, OutsideUnavailable

__all__ = ["Branch", "Commit", "Git", "environment_for_git"]

_FORMAT = "--format=%H%x00%an%x00%ae%x00%ct%x00%s"
_BRANCH_FORMAT = (
    "--format=%(refname:short)%00%(objectname)%00%(authorname)%00%(authoremail:trim)%00%(committerdate:unix)"
    "%00%(subject)"
)
STILL_FRESH = 60.0  # seconds after which nobody takes what came of a fetch that was left
HEAD_FRESH = 10.0  # seconds for which a mirror that was fetched whole is good enough for the head of a branch
_CLOSE = 60  # of 100, by rapidfuzz: from here on "did you mean" is a help


@dataclass(frozen=True)
class Commit:
    sha: str  # full
    subject: str
    author: str  # a name, as the commit says it: text from outside
    email: str
    when: float  # seconds since the epoch, when it was committed


@dataclass(frozen=True)
class Branch:
    name: str
    commit: Commit


class Git:
    """timeout: seconds for one call of git; the first mirror of a large repository gets ten times as long.

    patience: seconds that a caller waits for a fetch. One that takes longer goes on, for whoever asks again.
    """

    def __init__(
        self,
        data: Path,
        *,
        timeout: float = 60,
        patience: float = 6,
        environ: Mapping[str, str] | None = None,
        program: str = "git",
    ) -> None:
        self._repos = data / "repos"
        self._timeout = timeout
        self._patience = patience
        self._program = Program(program, os.environ if environ is None else environ, timeout)
        self._locks: dict[Path, asyncio.Lock] = {}
        # Fetches that nobody waits for any more, and since when (time.monotonic()).
        self._fetched_at: dict[Path, float] = {}  # when each mirror was fetched whole (time.monotonic())
        self._left: dict[tuple[Path, tuple[str, ...]], tuple[asyncio.Task[None], float]] = {}

    def mirror(self, repository: str) -> Path:
        """Where the mirror of `repository` is, or will be."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", _name(repository)).strip("-") or "repository"
        return self._repos / f"{slug}-{hashlib.sha256(repository.encode()).hexdigest()[:12]}.git"

    async def commit(self, repository: str, ref: str, *, name: str | None = None) -> Commit:
        """The commit that `ref` means now: a branch before a tag before a SHA; `#812` is a pull request.

        name: what people call the repository, for the sentences. Raises NotUnderstood (a ref that git cannot
        know, a short SHA of several commits), NotFound, OutsideUnavailable.
        """
        check_ref(ref)
        called = name or _name(repository)
        mirror = self.mirror(repository)
        if len(ref) == 40 and may_be_sha(ref) and (known := await self._look(mirror, ref.lower())):
            return known
        if (number := pull_request(ref)) is not None:
            return await self._pull_request(repository, mirror, number, called)
        await self._fetch(repository, called)
        for space in ("refs/heads/", "refs/tags/"):
            if found := await self._look(mirror, space + ref):
                return found
        if may_be_sha(ref) and (found := await self._sha(repository, mirror, ref.lower(), called)):
            return found
        sentence = await self._nothing(mirror, ref, called)
        hint = None if sentence.endswith("?") else "Look at how it is spelt, and whether it is pushed."
        raise NotFound(sentence, code="no-such-ref", hint=hint)

    async def branches(self, repository: str, *, name: str | None = None) -> list[Branch]:
        """All branches, the one that moved last first."""
        mirror = await self._fetch(repository, name or _name(repository))
        form = _BRANCH_FORMAT
        said = await self._git(mirror, "for-each-ref", "--sort=-committerdate", form, "refs/heads/")
        found = []
        for line in said.splitlines():
            branch, sha, author, email, when, subject = line.split("\0")
            found.append(Branch(branch, Commit(sha, subject, author, email, float(when))))
        return found

    async def between(self, repository: str, a: str, b: str, *, limit: int = 250) -> list[Commit]:
        """The commits that `b` has and `a` has not (both full SHAs), newest first, at most `limit`."""
        called = _name(repository)
        mirror = self.mirror(repository)
        for sha in (a, b):
            if not await self._look(mirror, sha):
                await self.commit(repository, sha, name=called)
        said = await self._git(mirror, "log", "-z", f"--max-count={limit}", _FORMAT, f"{a}..{b}", "--")
        fields = said.rstrip("\0").split("\0") if said else []
        return [_commit(fields[at : at + 5]) for at in range(0, len(fields), 5)]

    async def head(self, repository: str, branch: str, *, name: str | None = None) -> Commit:
        """The head of a branch, from a mirror that was fetched within the last seconds. Raises as `commit`."""
        mirror = self.mirror(repository)
        fresh = time.monotonic() - self._fetched_at.get(mirror, float("-inf")) < HEAD_FRESH
        if fresh and (found := await self._look(mirror, f"refs/heads/{branch}")):
            return found
        return await self.commit(repository, branch, name=name)

    async def has(self, repository: str, sha: str) -> bool:
        """Whether the mirror has this commit (a full SHA) already. Calls nobody."""
        return await self._look(self.mirror(repository), sha) is not None

    async def containing(self, repository: str, sha: str, others: Sequence[str]) -> Mapping[str, bool]:
        """Whether each of these commits is `sha` or came after it (all full SHAs, `sha` one that the mirror has). One
        that the mirror has not is left out. Calls nobody.
        """
        wanted = list(dict.fromkeys(others))
        if not wanted:
            return {}
        mirror = self.mirror(repository)
        look = ("rev-list", "--ignore-missing")
        here = (await self._git(mirror, *look, "--no-walk=unsorted", *wanted, "--")).split()
        after = await self._git(mirror, *look, "--ancestry-path", *wanted, f"^{sha}", "--")
        with_it = {sha, *after.split()}
        return {one: one in with_it for one in here}

    async def squashed(self, repository: str, branch: str, number: int, since: float) -> Commit | None:
        """The commit into which a pull request was squashed when it was merged into this branch, as GitHub writes it:
        its subject ends with `(#812)`. since: seconds since the epoch, no earlier ones are looked at. Calls nobody.
        """
        mark = f"(#{number})"
        said = await self._git(
            self.mirror(repository), "log", "-z", _FORMAT, "--fixed-strings", f"--grep={mark}", f"--since={int(since)}",
            f"refs/heads/{branch}", "--",
        )  # fmt: skip
        fields = said.rstrip("\0").split("\0") if said else []
        found = (_commit(fields[at : at + 5]) for at in range(0, len(fields), 5))
        return next((one for one in found if one.subject.endswith(mark)), None)

    async def changed(self, repository: str, a: str, b: str) -> list[str]:
        """The files that differ between two commits (full SHAs)."""
        said = await self.look_up(
            repository, "diff", "--name-only", "-z", "--no-renames", a, b, "--", needs=(a, b)
        )
        return [name for name in said.split("\0") if name]

    async def look_up(self, repository: str, *arguments: str, needs: Sequence[str] = ()) -> str:
        """What git prints of the mirror. needs: full SHAs that are fetched where it lacks them; raises as `commit`."""
        mirror = self.mirror(repository)
        for sha in needs:
            if not await self._look(mirror, sha):
                await self.commit(repository, sha)
        return await self._git(mirror, *arguments)

    async def _pull_request(self, repository: str, mirror: Path, number: int, called: str) -> Commit:
        await self._ready(mirror)
        kept = f"refs/pull/{number}/head"
        for theirs in (kept, f"refs/merge-requests/{number}/head"):
            try:
                await self._take(repository, called, f"+{theirs}:{kept}")
            except NotFound:
                continue
            if found := await self._look(mirror, kept):
                return found
        raise NotFound(f"There is no pull request #{number} in {called}.", code="no-such-ref")

    async def _sha(self, repository: str, mirror: Path, sha: str, called: str) -> Commit | None:
        said = (await self._git(mirror, "rev-parse", f"--disambiguate={sha}")).split()
        found = [commit for each in said if (commit := await self._look(mirror, each)) and commit.sha == each]
        if len(found) > 1:
            raise NotUnderstood(
                f"`{sha}` could be {len(found)} commits of {called}: give more digits.", code="ambiguous-ref"
            )
        if not found and len(sha) == 40:  # on no branch any more; the other side may still have it
            with suppress(NotFound):
                await self._take(repository, called, f"+{sha}:refs/grail/{sha}")
            return await self._look(mirror, sha)
        return found[0] if found else None

    async def _nothing(self, mirror: Path, ref: str, called: str) -> str:
        said = await self._git(
            mirror, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/", "refs/tags/"
        )
        close = process.extractOne(
            ref, said.splitlines(), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=_CLOSE
        )
        sentence = f"There is no branch, tag or commit `{ref}` in {called}"
        return f"{sentence}; did you mean `{close[0]}`?" if close else f"{sentence}."

    async def _look(self, mirror: Path, what: str) -> Commit | None:
        if not (mirror / "HEAD").exists():
            return None
        try:
            said = await self._git(mirror, "log", "-1", _FORMAT, f"{what}^{{commit}}", "--")
        except GitError:
            return None
        return _commit(said.rstrip("\n").split("\0", 4))

    async def _fetch(self, repository: str, called: str) -> Path:
        mirror = self.mirror(repository)
        await self._ready(mirror)
        await self._take(
            repository, called, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "--prune"
        )
        self._fetched_at[mirror] = time.monotonic()
        return mirror

    async def _ready(self, mirror: Path) -> None:
        if not (mirror / "HEAD").exists():
            mirror.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = mirror.with_name(f"{mirror.name}.{os.urandom(4).hex()}.new")
            await self._program.run("init", "--quiet", "--bare", "--template=", str(beside))
            try:
                beside.rename(mirror)
            except OSError:  # somebody else was quicker
                await asyncio.to_thread(shutil.rmtree, beside)

    async def _take(self, repository: str, called: str, *refspecs: str) -> None:
        """Fetch, or take what came of a fetch that an earlier caller could not wait for."""
        key = (self.mirror(repository), refspecs)
        fetch, since = self._left.pop(key, (None, 0.0))
        if fetch is None or (fetch.done() and time.monotonic() - since > STILL_FRESH):
            fetch = asyncio.create_task(self._fetched(repository, called, *refspecs))
            fetch.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.shield(fetch)
        except TimeoutError:
            raise OutsideUnavailable("git", f"The repository of {called} is still being fetched.") from None
        finally:
            if not fetch.done():
                self._left[key] = fetch, time.monotonic()

    async def _fetched(self, repository: str, called: str, *refspecs: str) -> None:
        mirror = self.mirror(repository)
        options = [each for each in refspecs if each.startswith("--")]
        wanted = [each for each in refspecs if not each.startswith("--")]
        patience = self._timeout * (1 if any((mirror / "refs/heads").iterdir()) else 10)
        async with self._locks.setdefault(mirror, asyncio.Lock()):
            for last in (False, False, True):
                try:
                    await self._git(
                        mirror, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", *options, "--",
                        repository, *wanted, timeout=patience,
                    )  # fmt: skip
                    return
                except GitError as failed:
                    if last or not re.search(r"cannot lock ref|\.lock': File exists", failed.said):
                        raise translated(failed, repository, called) from failed
                    await asyncio.sleep(
                        0.2
                    )  # another process of ours fetches too, or was killed while it did
                    unlock(mirror, older=self._timeout)

    async def _git(self, mirror: Path, *arguments: str, timeout: float | None = None) -> str:
        return await self._program.run(f"--git-dir={mirror}", *arguments, timeout=timeout)


def _commit(fields: list[str]) -> Commit:
    sha, author, email, when, subject = fields
    return Commit(sha, subject, author, email, float(when))


def _name(repository: str) -> str:
    return repository.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(".git") or repository

"""Coverage: reports that came are read and kept; what they say of a commit, and of its change, is told to the gate."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.clients import git_lines
from bot.clients.git import Git
from bot.config import Config, Service
from bot.domain import report_paths
from bot.domain.coverage import Lines, OddReport, OfChange, Report, merged, of_change, percent, span
from bot.domain.gates import NotSetUp, Unknown
from bot.domain.gates.coverage import Coverage
from bot.errors import NotFound, OutsideUnavailable
from bot.services import _senders
from bot.services._senders import of_nobody, own
from bot.sources import coverage as source
from bot.store.coverage import MOST_REPORTS, Came, CoverageStore, Kept

log = structlog.get_logger()

LOOKED_BACK = 50  # commits before one that are looked through for their coverage
TREND = 5  # of these, the newest that were reported


@dataclass(frozen=True)
class Covered:
    """What is known of a commit. lines, base: per cent of all lines, of it and of what it is compared with. change:
    None where there is nothing to compare. trend: commits before it, oldest first. came: its reports, newest first.
    """

    service: str
    commit: str
    lines: float | None
    base: float | None = None
    change: OfChange | None = None
    trend: tuple[tuple[str, float], ...] = ()
    reports: int = 0
    came: tuple[Came, ...] = ()

    @property
    def odd(self) -> str:
        """Why the newest report of it does not count, or ""."""
        return next((one.odd for one in self.came if not one.counted), "")


class Coverages:
    """secrets: by the end of their name in the environment, such as COVERAGE_SHOP."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        store: CoverageStore,
        git: Git,
        secrets: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._config = config
        self._store = store
        self._git = git
        self._secrets = secrets

    def secrets(self) -> dict[str, tuple[str, ...]]:
        """Of each service that has any."""
        return own("coverage", self._config().services, self._secrets)

    def amiss(self) -> list[str]:
        """What of its set-up helps nobody, a sentence each, to be said at the start."""
        services = self._config().services
        found = of_nobody("coverage", services, self._secrets)
        for name, service in services.items():
            asked = any(place.gates.coverage for place in service.environments.values())
            if asked and name not in self.secrets():
                found.append(
                    f"Coverage of {name} is asked for, but no report can come: "
                    f"GRAIL_HOOK_SECRET_{secret_of(name)} is not set."
                )
        return found

    def set_up(self, service: str) -> NotSetUp | None:
        """What is missing so that reports of a service can come; None where nothing is."""
        if service in self.secrets():
            return None
        return NotSetUp(
            "The report of coverage",
            f"Set GRAIL_HOOK_SECRET_{secret_of(service)}, and let its tests send their reports to /hooks/coverage.",
        )

    async def coverage(self, service: str, sha: str, base: str) -> Coverage | NotSetUp | Unknown:
        """As the gate is told it. Raises as git does."""
        if (missing := self.set_up(service)) is not None:
            return missing
        found = await self.of(service, sha, base)
        change = found.change
        return Coverage(
            found.lines,
            base=found.base,
            changed=change.percent if change else None,
            uncovered=tuple(f"{one.path} ({_lines(one.count)})" for one in change.uncovered)
            if change
            else (),
            trend=tuple(value for _, value in found.trend),
            odd=found.odd,
        )

    async def of(self, service: str, sha: str, base: str) -> Covered:
        """All that is known of a commit against another, "" for none. Raises as git does."""
        known = self._config().services[service]
        reports, came = await asyncio.gather(self._store.reports(service, sha), self._store.came(service))
        own = tuple(one for one in came if one.commit == sha)
        if not reports:
            return Covered(service, sha, None, came=own)
        files = await self._files(known, sha, reports)
        before, change = None, None
        if base and base != sha:
            before = (await self._store.sums(service, [base])).get(base)
            change = await self._change(known, files, base, sha)
        earlier = await git_lines.history(self._git, known.repository, sha, limit=LOOKED_BACK)
        sums = await self._store.sums(service, earlier)
        trend = [(one, sums[one]) for one in earlier if one in sums][:TREND]
        return Covered(
            service, sha, percent(files), before, change, tuple(reversed(trend)), len(reports), own
        )

    async def came(self, service: str) -> list[Came]:
        """The reports that came to a service, newest first."""
        return await self._store.came(service)

    async def take(self, body: Mapping[str, Any]) -> Came | None:
        """Read and keep a report that came; None where that was done already. body: of the job."""
        service, digest = body["service"], body["digest"]
        raw = await self._store.body(digest)
        known = self._config().services.get(service)
        if raw is None or known is None:
            return None
        came = Came(body["commit"], body["at"], len(raw))
        try:
            came = await self._taken(known, came, digest, raw)
        except OddReport as odd:
            came = Came(came.commit, came.at, came.bytes, odd=str(odd), counted=False)
        await self._store.heard(service, came)
        await self._store.drop(digest)
        if came.odd:
            log.warning("coverage.odd", service=service, commit=came.commit, why=came.odd)
        return came

    async def _taken(self, service: Service, came: Came, digest: str, raw: bytes) -> Came:
        if not came.commit:
            raise OddReport("It does not say of which commit it is: send ?commit= with all 40 digits of it.")
        report = await asyncio.to_thread(source.parse, raw)
        odd, tree = "", None
        try:
            tree = await git_lines.paths(self._git, service.repository, came.commit)
        except NotFound:
            odd = f"The repository of {service.name} does not know its commit."
        except OutsideUnavailable:
            pass  # its files are found when it is asked for
        kept = Kept(report.files, report.sources, matched=False)
        if tree is not None:
            kept = Kept(await asyncio.to_thread(_found, kept, tree))
            if not kept.files:
                raise OddReport(
                    f"None of its files is in the repository of {service.name}: {_example(report)}."
                )
        count = await self._store.keep(service.name, came.commit, digest, kept)
        if count < 0:
            raise OddReport(f"There are too many reports of this commit: {MOST_REPORTS} are kept at most.")
        await self._sum(service, came.commit)
        counted = sum(1 for _ in kept.files)
        return Came(came.commit, came.at, came.bytes, counted, len(report.files) - counted, odd)

    async def _sum(self, service: Service, commit: str) -> None:
        reports = await self._store.reports(service.name, commit)
        value = percent(merged(one.files for one in reports))
        if value is not None:
            await self._store.sum(service.name, commit, value, of=len(reports))

    async def _files(self, service: Service, sha: str, reports: list[Kept]) -> dict[str, Lines]:
        """All reports together, by the paths of the repository."""
        if not all(one.matched for one in reports):
            tree = await git_lines.paths(self._git, service.repository, sha)
            reports = await asyncio.to_thread(lambda: [_matched(one, tree) for one in reports])
        return await asyncio.to_thread(merged, [one.files for one in reports])

    async def _change(
        self, service: Service, files: Mapping[str, Lines], base: str, sha: str
    ) -> OfChange | None:
        """None where the repository has no such base any more."""
        try:
            lines = await git_lines.changed_lines(self._git, service.repository, base, sha, files.keys())
        except NotFound:
            return None
        bits = {}
        for path, runs in lines.items():
            bits[path] = 0
            for first, count in runs:
                bits[path] |= span(first, count)
        return of_change(files, bits)


def secret_of(service: str) -> str:
    """The end of the name that a service's secret has in the environment."""
    return _senders.secret_of("coverage", service)


def _matched(report: Kept, tree: frozenset[str]) -> Kept:
    return report if report.matched else Kept(_found(report, tree))


def _found(report: Kept, tree: frozenset[str]) -> dict[str, Lines]:
    names = report_paths.found(report.files, report.sources, tree)
    return merged({path: report.files[name]} for name, path in names.items())


def _example(report: Report) -> str:
    name = next(iter(report.files))
    return f"it names {name[:100]!r}"


def _lines(count: int) -> str:
    return f"{count} line{'s' if count != 1 else ''}"

"""An open page on the service, or on one that it depends on: somebody may be repairing it just now."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.gates._words import WAIVER, Condition, Facts, family


@dataclass(frozen=True)
class Page:
    id: str
    service: str
    title: str
    since: float


@dataclass(frozen=True)
class Pages:
    """Those that are open on the service, and on the services that it depends on."""

    each: tuple[Page, ...]


@family("pages", Pages, "whether a page is open", "PagerDuty")
def judge(facts: Facts, found: Pages) -> Iterator[Condition]:
    for page in found.each:
        where = "it" if page.service == facts.deploy.service else f"{page.service}, which it depends on"
        yield Condition(
            "pages", "failed", "open-page", f"A page is open on {where}: {page.title}.",
            clears=f"its end, {_on_call(facts)} with one tap, or {WAIVER}", button="park", cures=True, since=page.since,
            also=("mends",), about=page.id,
        )  # fmt: skip
    if not found.each:
        yield Condition("pages", "passed", "no-open-page", "No page is open on it or what it depends on.")


def _on_call(facts: Facts) -> str:
    """Who can tap. Nobody at all may be on call, or nobody may be able to say who."""
    names = facts.on_call[:3]
    return (
        f"{' or '.join(names)}, who {'is' if len(names) == 1 else 'are'} on call,"
        if names
        else "whoever is on call"
    )

"""What Grail does: gather the facts, ask the domain, act, and return what happened. Nothing here renders."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.config import Config
from bot.services.authors import Authors
from bot.services.board import Boards
from bot.services.coverage import Coverages
from bot.services.covers import Covers
from bot.services.deploy_reports import DeployReports
from bot.services.deploys import Deploys
from bot.services.gates import Gates
from bot.services.history import Histories
from bot.services.locks import Locks
from bot.services.oncall import OnCall
from bot.services.operations import Operations
from bot.services.outside import Outsiders
from bot.services.overrides import Overrides
from bot.services.page_acts import PageActs
from bot.services.page_after import PageAfter
from bot.services.page_around import PageAround
from bot.services.page_links import PageLinks
from bot.services.page_open import PageOpen
from bot.services.pages import Pages
from bot.services.people import People
from bot.services.records import Records
from bot.services.standing import Standings
from bot.services.timeline import Timeline
from bot.services.whereabouts import Finder


@dataclass(frozen=True)
class Services:
    """All of it, as a handler gets it. `config` is read anew each time: it may have been reloaded."""

    config: Callable[[], Config]
    people: People
    deploys: Deploys
    operations: Operations
    records: Records
    locks: Locks
    gates: Gates
    boards: Boards
    coverage: Coverages
    finder: Finder
    standings: Standings
    outsiders: Outsiders
    reports: DeployReports
    authors: Authors
    timeline: Timeline
    history: Histories
    pages: Pages
    page_acts: PageActs
    page_links: PageLinks
    page_around: PageAround
    page_after: PageAfter
    page_open: PageOpen
    oncall: OnCall
    overrides: Overrides
    covers: Covers

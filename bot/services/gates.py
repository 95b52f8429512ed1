"""Gates are earned: what each would have stopped is kept with how it went, and people who may decide by that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.config import Config, Environment
from bot.domain.deploys import Deploy
from bot.domain.gates import NAMES, Mode
from bot.domain.gates.earned import ENOUGH, Earned
from bot.domain.moments import working_morning
from bot.domain.rights import Holder, demand, may
from bot.errors import Conflict, NotFound, Stale
from bot.store.gates import FOLLOW_UPS, Choice, FollowUp, GateStore, How, Judged
from bot.store.streams import Job
from bot.store.timers import Timers

FOLLOW = "gate.follow"


@dataclass(frozen=True)
class Gate:
    """One gate of a place. by, at: who set it by hand, and when; "" where config.yaml says it."""

    service: str
    environment: str
    name: str
    mode: Mode
    earned: Earned
    by: str = ""
    at: float = 0.0

    @property
    def offers(self) -> Mode | None:
        """What it should become, by what it has shown; None: it stays, or there is too little to judge."""
        if self.mode == "telling" and self.earned.can_be_judged:
            return "enforced"
        return "telling" if self.mode == "enforced" and self.earned.should_tell else None


class Gates:
    """timers: where it waits that somebody is reminded of a waiver; without them nobody is."""

    def __init__(
        self, store: GateStore, config: Callable[[], Config], clock: Clock, timers: Timers | None = None
    ) -> None:
        self._timers = timers
        self._store = store
        self._config = config
        self._clock = clock

    async def modes(self, service: str, environment: str) -> Mapping[str, Mode]:
        """How each gate of a place is set now."""
        return {name: mode for name, (mode, _) in (await self._set(service, environment)).items()}

    async def of(self, service: str, environment: str) -> list[Gate]:
        """Every gate of a place that can tell or stop, with what it has shown."""
        found = []
        for name, (mode, choice) in (await self._set(service, environment)).items():
            by, at = (choice.by, choice.at) if choice else ("", 0.0)
            found.append(
                Gate(service, environment, name, mode, await self.earned(service, environment, name), by, at)
            )
        return sorted(found, key=lambda gate: list(NAMES).index(gate.name))

    async def earned(self, service: str, environment: str, gate: str) -> Earned:
        rows = await self._store.record(service, environment, gate)
        return Earned.of((one.how, one.well) for one in rows)

    async def ended(self, deploy: Deploy) -> list[Gate]:
        """Write down how it went, for each gate that told or was waived; the gates that should only tell again.

        May be called again for the same deploy. What was cancelled says nothing about a gate.
        """
        if not deploy.run or deploy.ended is None or deploy.state == "cancelled":
            return []
        seen = await self._note(deploy, well=deploy.state == "succeeded")
        if not deploy.waived or deploy.environment not in self._environments(deploy.service):
            return []
        gates = await self.of(deploy.service, deploy.environment)
        return [gate for gate in gates if gate.offers == "telling" and seen.get(gate.name) == "waived"]

    async def undone(self, deploy: Deploy) -> None:
        """It succeeded, and was taken back all the same: it did not go well."""
        await self._note(deploy, well=False)

    async def _note(self, deploy: Deploy, *, well: bool) -> Mapping[str, How]:
        seen: dict[str, How] = {one.gate: "told" for one in deploy.conditions if one.tells}
        seen |= {gate: "waived" for gate, _ in deploy.waived}
        for gate, how in seen.items():
            one = Judged(deploy.id, how, well, deploy.ended or deploy.requested)
            await self._store.note(deploy.service, deploy.environment, gate, one)
        return seen

    async def choose(self, service: str, environment: str, gate: str, mode: Mode, by: Holder) -> Gate:
        """Set a gate by hand, until config.yaml says something else than it says now."""
        self.check_right(by, service, environment)
        was = self._environments(service)
        written = was[environment].gates.each().get(gate) if environment in was else None
        if written is None:
            raise NotFound(
                f"{service} {environment} has no gate `{gate[:40]}`.",
                code="no-such-gate",
                hint="`gates` lists them.",
            )
        now = {one.name: one for one in await self.of(service, environment)}[gate]
        name = NAMES[gate]
        if now.mode == mode:
            who = f" by {now.by}" if now.by else ""
            past = "is enforced" if mode == "enforced" else "only tells"
            raise Stale(f"The gate {name} of {service} {environment} {past} already{who}.", code="stale")
        if mode == "enforced" and not now.earned.can_be_judged:
            raise Conflict(
                f"The gate {name} of {service} {environment} {now.earned.words}: that is too little to judge it by.",
                code="too-little",
                hint=f"It takes {ENOUGH} deploys. Who is sure can write `mode: enforced` into config.yaml.",
            )
        choice = Choice(mode, written.mode, by.name, self._clock.now())
        await self._store.choose(service, environment, gate, choice)
        return Gate(service, environment, gate, mode, now.earned, by.name, choice.at)

    def check_right(self, by: Holder, service: str, environment: str) -> None:
        """Raises NotAllowed for who may not set gates there."""
        right = may(
            self._config(), by, "enforce", service=service, environment=environment, now=self._clock.now()
        )
        demand(right)

    async def waived(self, deploy: Deploy, at: float, by: Holder) -> None:
        """Note that somebody has to look into it afterwards; operations are reminded the next working morning."""
        if deploy.waived:
            gates = tuple(gate for gate, _ in deploy.waived)
            reason = deploy.waived[-1][1].partition(": ")[2]
            await self._store.follow(
                FollowUp(deploy.id, deploy.service, deploy.environment, gates, reason, at, by.name)
            )
            if self._timers is not None:
                morning = working_morning(at, by.zone)
                await self._timers.at(f"follow:{deploy.id}", morning, FOLLOW, {"deploy": deploy.id})

    async def follow_ups(self) -> list[FollowUp]:
        """What was waived and is to be looked into, newest first."""
        return [one for one in await self._store.follow_ups() if one.open]

    async def due(self, job: Job) -> FollowUp | None:
        """What somebody is to be reminded of; None: it was looked into."""
        found = [one for one in await self.follow_ups() if one.deploy == job.body["deploy"]]
        return found[0] if found else None

    async def looked_into(self, id: str, by: Holder) -> FollowUp:
        """Somebody who may waive there has looked into the waivers of this deploy. Raises Stale for what is done."""
        known = [one for one in await self._store.follow_ups(FOLLOW_UPS) if one.deploy == id]
        if not known:
            raise NotFound(f"Nothing of {id} is to be looked into.", code="no-follow-up")
        one, now = known[0], self._clock.now()
        right = may(self._config(), by, "waive", service=one.service, environment=one.environment, now=now)
        demand(right)
        if not await self._store.done(id, by.name, now):
            who = f" by {one.done_by}" if one.done_by else ""
            raise Stale(f"{id} was looked into already{who}. Nothing was changed.", code="stale")
        return one

    async def _set(self, service: str, environment: str) -> dict[str, tuple[Mode, Choice | None]]:
        written = self._environments(service)[environment].gates.each()
        choices = await self._store.choices(service, environment, tuple(written))
        found: dict[str, tuple[Mode, Choice | None]] = {}
        for name, gate in written.items():
            choice = choices.get(name)
            holds = choice is not None and choice.was == gate.mode
            found[name] = (choice.mode, choice) if choice is not None and holds else (gate.mode, None)
        return found

    def _environments(self, service: str) -> Mapping[str, Environment]:
        known = self._config().services.get(service)
        return known.environments if known else {}

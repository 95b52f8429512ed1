"""Who somebody is, what they hold, what they want to hear; and the audit of what they did.

A person is bound to their e-mail at first sight, because config.yaml knows people by it. Rights that hang on an
e-mail rest as soon as it changes or two people have it, until an admin has looked. Longer than other files, because
who somebody is, what they hold and what they want to hear is asked for together.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from redis.asyncio import Redis

from bot.clients.slack import Slack
from bot.clock import Clock
from bot.config import Config
from bot.domain.quiet import end_of_quiet
from bot.domain.rights import HandGrant, Holder
from bot.errors import Conflict, NotFound, NotUnderstood
from bot.services._profiles import PATIENCE_SECONDS, CannotSay, Profile, Profiles
from bot.services.oncall import OnCall
from bot.store.audit import GRAIL, About, Audit
from bot.store.grants import GrantStore
from bot.store.overrides import OverrideStore
from bot.store.people import Binding, Known, PeopleStore, Seen
from bot.store.preferences import CHOICES, Choice, Pause, Preferences, PreferenceStore, Quiet, Switch

__all__ = ["CHOICES", "Choice", "Known", "Pause", "People", "Preferences", "Quiet"]

LONGEST_GRANT = 90 * 24 * 3600


class People:
    """on_suspended: told when somebody is seen whose rights rest: the holder, why, and since when (seconds since the
    epoch). By each process until it has gone well once, so that nobody rests untold.

    patience: for how many seconds Slack is asked again while it does not answer. oncall: else from config.yaml alone.
    """

    def __init__(
        self,
        config_source: Callable[[], Config],
        slack: Slack,
        redis: Redis,
        clock: Clock,
        *,
        on_suspended: Callable[[Holder, str, float], Awaitable[None]] | None = None,
        patience: float = PATIENCE_SECONDS,
        oncall: OnCall | None = None,
    ) -> None:
        self._config = config_source
        self._clock = clock
        self._profiles = Profiles(slack, clock, patience)
        self._store = PeopleStore(redis)
        self._grants = GrantStore(redis)
        self._preferences = PreferenceStore(redis)
        self._switch = Switch(redis)
        self._oncall = oncall or OnCall(config_source, OverrideStore(redis), clock)
        self._on_suspended = on_suspended
        self._told: dict[str, float] = {}  # whose rights rest, and since when, as far as it was told
        self.audits = Audit(redis)

    # ---- who it is

    async def holder(self, team_id: str, user_id: str, *, proved: bool = False) -> Holder:
        """Everything that is known of this person now. Never raises for Slack: what it cannot say is `unknown`.

        proved: who it is was shown otherwise (a terminal's token), so a Slack that is down does not stand in the way;
        one that answers says whether this person is a member still.
        """
        who = f"{team_id}:{user_id}"
        now = self._clock.now()
        seen = None
        try:
            profile = await self._profiles.of(team_id, user_id)
        except CannotSay:
            seen = await self._store.last_seen(who) if proved else None
            if seen is None or seen.kind != "member":
                return await self._unsaid(team_id, user_id)
            profile = Profile(seen.email, seen.name, seen.zone, "member")
        holder = Holder(team_id, user_id, profile.email, profile.name, profile.zone, profile.kind)
        if profile.kind != "member":
            return holder
        if seen is None:
            now_seen = Seen(profile.email, profile.name, profile.zone, profile.kind, now)
            await self._store.saw(who, now_seen)
        if profile.email is not None:
            holder = await self._with_email(holder, profile.email, now)
        return await self._with_groups(holder, proved=proved)

    async def name(self, team_id: str, user_id: str) -> str:
        """What somebody is called, without asking Slack: "" when it never said."""
        seen = await self._store.last_seen(f"{team_id}:{user_id}")
        known = self._config().people.get(seen.email or "") if seen else None
        return known.name if known else seen.name if seen else ""

    async def by_token(self, token: str) -> Holder | None:
        """Whose terminal this is; None for a token that nobody holds, or that is older than 90 days."""
        who = await self._store.by_token(token, self._clock.now())
        if who is None:
            return None
        team_id, _, user_id = who.partition(":")
        return await self.holder(team_id, user_id, proved=True)

    async def token(self, holder: Holder) -> str:
        """A new token for this person's terminal, shown once; the one before is void."""
        return await self._store.token(_who(holder), self._clock.now())

    async def confirm(self, by: Holder, user_id: str) -> str:
        """An admin vouches for a person whose rights rest; returns the e-mail that holds from now on."""
        who = f"{by.team_id}:{user_id}"
        if who == _who(by):
            raise Conflict("You cannot confirm yourself.", code="own-confirmation", hint="Ask another admin.")
        email = await self._store.confirm(who, _who(by), self._clock.now())
        if email is None:
            raise NotFound(
                "Nobody has to be confirmed there: this person's rights do not rest.", code="not-resting"
            )
        return email

    async def known(self, team_id: str, user_id: str) -> Known | None:
        """Somebody of whom something is kept, by their account."""
        return await self._store.known(f"{team_id}:{user_id}")

    async def known_by_email(self, email: str) -> Known | None:
        """Whoever was first seen with this e-mail, or confirmed for it."""
        who = await self._store.bound(email)
        return await self._store.known(who) if who else None

    async def erase(self, person: Known, by: Holder, request: str) -> None:
        """Forget a person who leaves. The audit keeps what was done, this too, by a pseudonym that leads nowhere."""
        whom = await self.audits.pseudonym(person.who)
        # Written down first: afterwards it would give the person a new pseudonym, with a name.
        await self.audit(by, "erase", whom, "erased", request)
        if person.email and await self._store.bound(person.email) == person.who:
            for grant in await self._grants.all(person.email):
                await self._grants.end(grant.id)
        await self._store.erase(person.who)
        await self.audits.erase(person.who, *([person.email] if person.email else []))
        self._told.pop(person.who, None)

    # ---- grants by hand

    async def grant(
        self,
        by: Holder,
        email: str,
        *,
        reason: str,
        seconds: float,
        role: str | None = None,
        words: tuple[str, ...] = (),
        services: tuple[str, ...] = ("*",),
        environments: tuple[str, ...] = ("*",),
    ) -> HandGrant:
        """Give a role, or words, for a while."""
        if not reason.strip():
            raise NotUnderstood("A grant needs a reason.", code="no-reason", hint="Say why at the end.")
        if not 0 < seconds <= LONGEST_GRANT:
            raise NotUnderstood(
                "A grant needs an end within 90 days.",
                code="no-end",
                hint="For longer, write it into config.yaml.",
            )
        if role is not None and role not in self._config().roles:
            raise NotFound(f"There is no role {role}.", hint=f"Roles: {', '.join(self._config().roles)}.")
        if email.lower() == by.email:
            raise Conflict("You cannot give rights to yourself.", code="own-grant", hint="Ask another admin.")
        now = self._clock.now()
        grant = HandGrant(
            id=f"g-{uuid4().hex[:8]}",
            email=email.lower(),
            by=by.name or by.email or by.user_id,
            reason=reason.strip(),
            given=now,
            until=now + seconds,
            role=role,
            words=words,
            services=services,
            environments=environments,
        )
        await self._grants.add(grant, now)
        return grant

    async def revoke(self, id: str) -> None:
        if not await self._grants.end(id):
            raise NotFound(f"There is no grant {id}.", hint="`whoami` shows the grants that a person has.")

    # ---- what they want to hear

    async def preferences(self, team_id: str, user_id: str) -> Preferences:
        return await self._preferences.of(f"{team_id}:{user_id}")

    async def when_to_tell(self, team_id: str, user_id: str, kind: str, *, failed: bool) -> float | None:
        """When to send something of this kind directly: now, or at the end of quiet hours. None: not at all."""
        wishes = await self.preferences(team_id, user_id)
        if not wishes.wants(kind, failed=failed):
            return None
        now = self._clock.now()
        if wishes.quiet is None:
            return now
        holder = await self.holder(team_id, user_id)
        return end_of_quiet(now, wishes.quiet.begin, wishes.quiet.end, holder.zone)

    async def choose(self, holder: Holder, kind: str, choice: Choice) -> None:
        await self._preferences.choose(_who(holder), kind, choice)

    async def quiet(self, holder: Holder, quiet: Quiet | None) -> None:
        await self._preferences.quiet(_who(holder), quiet)

    # ---- the switch

    async def pause(self, by: Holder, reason: str) -> Pause:
        """Pause everything. Raises Conflict with who paused it when it is paused already."""
        pause = Pause(by.name or by.user_id, reason.strip() or "no reason was given", self._clock.now())
        if not await self._switch.pause(pause) and (standing := await self._switch.paused()):
            raise Conflict(
                f"Everything is paused already: by {standing.by}, since {standing.when}, {standing.reason}.",
                code="paused",
                hint="`resume` ends it.",
            )
        return pause

    async def resume(self) -> Pause:
        """Returns what was ended. Raises Conflict when nothing was paused."""
        ended = await self._switch.resume()
        if ended is None:
            raise Conflict("Nothing is paused.", code="not-paused", hint="`pause everything` would do that.")
        return ended

    async def paused(self) -> Pause | None:
        return await self._switch.paused()

    # ---- the audit

    async def audit(
        self, holder: Holder | None, word: str, what: str, outcome: str, request: str, about: About | None = None, *,
        once: str = "",
    ) -> None:  # fmt: skip
        """Write down what somebody did; None: what Grail did by itself. once: as the audit has it."""
        who, name = (_who(holder), holder.name) if holder else (GRAIL, "")
        about = about or About("ask" if holder else "effect")
        now = self._clock.now()
        await self.audits.append(who, word, what, outcome, request, at=now, name=name, about=about, once=once)

    # ---- inside

    async def _with_email(self, holder: Holder, email: str, now: float) -> Holder:
        binding = await self._store.bind(_who(holder), email, now)
        on_call, overrides = await self._oncall.held(email, now)
        person = self._config().people.get(email)
        holder = replace(
            holder,
            suspended=_why(binding, email),
            on_call=on_call,
            overrides=overrides,
            grants=tuple(grant for grant in await self._grants.all(email) if grant.until > now),
        )
        if person is not None:
            holder = replace(
                holder,
                name=person.name,
                roles=frozenset(person.roles),
                teams=frozenset([person.team] if person.team else []),
                rung=person.rung,
            )
        if binding.fresh and holder.suspended:
            whom = await self.audits.pseudonym(_who(holder), holder.name)
            await self.audit(None, "suspend", whom, binding.why, "")
        if holder.suspended and self._on_suspended:
            since = binding.since or now
            if self._told.get(_who(holder)) != since:
                await self._on_suspended(holder, holder.suspended, since)
                self._told[_who(holder)] = since
        return holder

    async def _with_groups(self, holder: Holder, *, proved: bool) -> Holder:
        """Slack is asked only where config.yaml gives something to a group."""
        if not any(role.held_by.groups for role in self._config().roles.values()):
            return holder
        try:
            return replace(holder, groups=await self._profiles.groups(holder.user_id))
        except CannotSay:
            return replace(holder, unknown=("Slack",))

    async def _unsaid(self, team_id: str, user_id: str) -> Holder:
        """Slack cannot say who it is. Who was a member last may go on reading; nobody may change anything."""
        seen = await self._store.last_seen(f"{team_id}:{user_id}")
        if seen is None or seen.kind != "member":
            return Holder(team_id, user_id, kind="unknown", unknown=("Slack",))
        return Holder(team_id, user_id, name=seen.name, zone=seen.zone, unknown=("Slack",))


def _who(holder: Holder) -> str:
    return f"{holder.team_id}:{holder.user_id}"


def _why(binding: Binding, email: str) -> str | None:
    if binding.why == "changed":
        return f"your e-mail address changed from {binding.was} to {email}"
    return f"two Slack accounts have your e-mail address {email}" if binding.why else None

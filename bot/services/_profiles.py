"""What Slack says of a person: asked with patience, remembered for a minute, and never guessed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.clients.slack import Slack, SlackRateLimited, SlackRefused, SlackUnavailable
from bot.clock import Clock
from bot.domain.rights import Kind
from bot.errors import OutsideUnavailable

FRESH_SECONDS = 60
PATIENCE_SECONDS = 6.0  # a piece of work must not run longer than ten
MOST_KEPT = 10_000


class CannotSay(OutsideUnavailable):
    """Slack did not answer, or refuses to answer us. Whoever was asked about gets no rights by it."""

    def __init__(self, sentence: str) -> None:
        super().__init__("Slack", sentence)


@dataclass(frozen=True)
class Profile:
    """email: in lower case, None when Slack gives none."""

    email: str | None
    name: str
    zone: str
    kind: Kind


class Profiles:
    def __init__(self, slack: Slack, clock: Clock, patience: float = PATIENCE_SECONDS) -> None:
        self._slack = slack
        self._patience = patience
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, Profile]] = {}
        self._groups: tuple[float, dict[str, frozenset[str]]] | None = None
        self._team: str | None = None

    async def of(self, team: str, user: str) -> Profile:
        """Raises CannotSay."""
        kept = self._kept.get((team, user))
        if kept and self._is_fresh(kept[0]):
            return kept[1]
        home = await self._home()
        try:
            answer = await self._patiently(lambda: self._slack.call("users.info", user=user))
            profile = _profile(answer.get("user") or {}, home)
        except SlackRefused as error:
            if error.error not in ("user_not_found", "user_not_visible"):
                raise CannotSay(str(error)) from error
            profile = Profile(None, "", "UTC", "stranger")
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[team, user] = (self._clock.now(), profile)
        return profile

    async def groups(self, user: str) -> frozenset[str]:
        """Ids and handles of the user groups that this person is in. Raises CannotSay."""
        if self._groups is None or not self._is_fresh(self._groups[0]):
            try:
                answer = await self._patiently(
                    lambda: self._slack.call("usergroups.list", include_users=True)
                )
            except SlackRefused as error:
                raise CannotSay(str(error)) from error
            members: dict[str, frozenset[str]] = {}
            for group in answer.get("usergroups") or []:
                users = frozenset(group.get("users") or [])
                members |= {name: users for name in (group.get("id"), group.get("handle")) if name}
            self._groups = (self._clock.now(), members)
        return frozenset(name for name, users in self._groups[1].items() if user in users)

    async def _home(self) -> str:
        """The id of the workspace that Grail is installed in. Slack marks strangers in shared channels by theirs."""
        if self._team is None:
            try:
                answer = await self._patiently(lambda: self._slack.call("auth.test"))
            except SlackRefused as error:
                raise CannotSay(str(error)) from error
            self._team = str(answer.get("team_id") or "")
        return self._team

    async def _patiently(self, ask: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Ask again while Slack is down or wants us to wait, but not for long."""
        pause = 0.1
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    try:
                        return await ask()
                    except SlackRateLimited as error:
                        await asyncio.sleep(error.retry_after)
                    except SlackUnavailable:
                        await asyncio.sleep(pause)
                        pause *= 2
        except TimeoutError as error:
            raise CannotSay("Slack does not say who this is.") from error

    def _is_fresh(self, at: float) -> bool:
        return 0 <= self._clock.now() - at < FRESH_SECONDS


def _profile(user: dict[str, Any], home: str) -> Profile:
    about = user.get("profile") or {}
    email = about.get("email")
    return Profile(
        email=email.strip().lower() if isinstance(email, str) and email.strip() else None,
        name=about.get("display_name")
        or user.get("real_name")
        or about.get("real_name")
        or user.get("name")
        or "",
        zone=user.get("tz") or "UTC",
        kind=_kind(user, home),
    )


def _kind(user: dict[str, Any], home: str) -> Kind:
    if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    homes = {user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or [])}
    if user.get("is_stranger") or user.get("deleted") or home not in homes:
        return "stranger"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guest"
    return "member"

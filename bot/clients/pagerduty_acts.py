"""What is changed at PagerDuty, each as the person that it is done for: their e-mail stands in `From`.

Nothing here is repeated by itself. Whoever asks again has to look first how the incident stands.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.clients.pagerduty import Incident, PagerDuty, Refused, Unavailable, User, incident_of, rows, users_of
from bot.domain.pages import State

LONGEST_SNOOZE = 7 * 24 * 3600  # as the contract has it
SERVICES_AT_ONCE = 100


class Acts:
    def __init__(self, pagerduty: PagerDuty) -> None:
        self._ask = pagerduty.ask

    async def change(
        self,
        id: str,
        by: User,
        *,
        status: State | None = None,
        level: int | None = None,
        assign: Sequence[str] = (),
    ) -> Incident:
        """Of one that is resolved, `acknowledged` would open it again: look before. assign: ids of users."""
        wanted: dict[str, Any] = {"type": "incident_reference"}
        if status is not None:
            wanted["status"] = status
        if level is not None:
            wanted["escalation_level"] = level
        if assign:
            wanted["assignments"] = [{"assignee": {"id": one, "type": "user_reference"}} for one in assign]
        return incident_of(await self._ask("PUT", _path(id), by=by, body={"incident": wanted}))

    async def snooze(self, id: str, by: User, seconds: int) -> Incident:
        """After so many seconds PagerDuty rings again."""
        said = await self._ask("POST", f"{_path(id)}/snooze", by=by, body={"duration": seconds})
        return incident_of(said)

    async def note(self, id: str, by: User, words: str) -> None:
        await self._ask("POST", f"{_path(id)}/notes", by=by, body={"note": {"content": words}})

    async def notes(self, id: str) -> list[tuple[str, str]]:
        """(who, words), as they stand there."""
        said = await self._ask("GET", f"{_path(id)}/notes")
        return [
            (str((row.get("user") or {}).get("summary") or ""), str(row.get("content") or ""))
            for row in rows(said, "notes")
        ]

    async def merge(self, into: str, by: User, sources: Sequence[str]) -> None:
        """The sources are resolved, and what they hold becomes part of this one."""
        wanted = [{"id": one, "type": "incident_reference"} for one in sources]
        await self._ask("PUT", f"{_path(into)}/merge", by=by, body={"source_incidents": wanted})

    async def responder(self, id: str, by: User, whom: Sequence[str], message: str) -> None:
        """Ask these users (ids) for help."""
        targets = [{"responder_request_target": {"id": one, "type": "user_reference"}} for one in whom]
        wanted = {"requester_id": by.id, "message": message, "responder_request_targets": targets}
        await self._ask("POST", f"{_path(id)}/responder_requests", by=by, body=wanted)

    async def open(self, service: str, by: User, *, title: str, key: str, urgency: str) -> tuple[str, int]:
        """Page whoever is on call for a service (its id at PagerDuty); the incident's id and number.

        key: what makes it the same: while one with this key is open there, it is that one.
        """
        wanted: dict[str, Any] = {
            "type": "incident", "title": title, "urgency": urgency, "incident_key": key,
            "service": {"id": service, "type": "service_reference"},
        }  # fmt: skip
        try:
            row = (await self._ask("POST", "/incidents", by=by, body={"incident": wanted})).get("incident")
        except Refused as refused:
            # It may be there already: asked for twice, or the first answer was lost.
            there = await self._keyed(key) if refused.status in (400, 409) else None
            if there is None:
                raise
            return there
        if not isinstance(row, dict) or not row.get("id"):
            raise Unavailable("PagerDuty's answer is not one that I understand.")
        return str(row["id"]), int(row.get("incident_number") or 0)

    async def _keyed(self, key: str) -> tuple[str, int] | None:
        said = await self._ask("GET", "/incidents", params={"incident_key": key})
        for row in rows(said, "incidents"):
            if row.get("incident_key") == key and row.get("status") != "resolved":
                return str(row.get("id", "")), int(row.get("incident_number") or 0)
        return None

    async def people(self, query: str, limit: int = 100) -> list[User]:
        """Users whose name or e-mail holds this."""
        params: dict[str, Any] = {"limit": limit}
        if query:
            params["query"] = query
        return users_of(await self._ask("GET", "/users", params=params))

    async def policy(self, service: str) -> str:
        """The id of the escalation policy of a service, by its id at PagerDuty."""
        row = (await self._ask("GET", f"/services/{quote(service, safe='')}")).get("service")
        policy = row.get("escalation_policy") if isinstance(row, dict) else None
        return str(policy.get("id") or "") if isinstance(policy, dict) else ""

    async def woken(self, policy: str) -> list[str]:
        """Names of who is on call now at the first level of an escalation policy."""
        params = {"escalation_policy_ids[]": [policy], "limit": SERVICES_AT_ONCE}
        said = await self._ask("GET", "/oncalls", params=params)
        first = [row for row in rows(said, "oncalls") if row.get("escalation_level") == 1]
        return list(dict.fromkeys(str((row.get("user") or {}).get("summary") or "") for row in first))


def _path(id: str) -> str:
    return f"/incidents/{quote(id, safe='')}"

"""The weather: how badly each system behaves, as set at /control/weather: "slack", "github", "pagerduty"; others
are kept and shown, for whoever plays them.

    slow          seconds that every call waits (true: 2)
    rate_limited  true: every call is answered 429; a number: so, with that Retry-After; GitHub: "primary", the hour's
    failing       true: 500; "after": 500, though what was asked for has been done
    down          true: the connection is cut; "after": cut, though what was asked for has been done
    answers       GitHub, PagerDuty: every call is answered with this status (400 to 422), or "rubbish"
    old_blocks    true: a workspace that knows base blocks only
    methods       a list: only these methods are struck
    times         a number: so many calls are struck, then the weather is fair again
"""

from typing import Any

from .faults import ControlError, Json
from .hub import Hub
from .journal import Journal, Records

KINDS = ("slow", "rate_limited", "failing", "down", "answers", "old_blocks", "methods", "times")
ANSWERS = (400, 401, 403, 404, 409, 422, "rubbish")
SLOW_SECONDS = 2.0


class Weather:
    def __init__(self, journal: Journal, hub: Hub) -> None:
        self._journal, self._hub = journal, hub
        self._systems: dict[str, Json] = {"slack": {}}

    def restore(self, records: Records) -> None:
        self._systems |= records.get("weather", {})

    def all(self) -> Json:
        return self._systems

    def set(self, asked: Json) -> None:
        """Change what is named, of one system; false, null or 0 takes a thing away."""
        system = asked.get("system")
        if not isinstance(system, str) or not system:
            raise ControlError('Say whose weather: {"system": "slack", …}.')
        unknown = sorted(set(asked) - {"system", *KINDS})
        if unknown:
            raise ControlError(f"There is no weather called {unknown[0]!r}: there is {', '.join(KINDS)}.")
        for kind in ("slow", "rate_limited", "times"):
            value = asked.get(kind)
            if kind == "rate_limited" and value == "primary":
                continue
            if value is not None and (not isinstance(value, (int, float)) or value < 0):
                raise ControlError(f"{kind!r} is true, false or a number of at least 0.")
        for kind in ("failing", "down"):
            if asked.get(kind) not in (None, True, False, "after"):
                raise ControlError(f'{kind!r} is true, false or "after".')
        if asked.get("old_blocks") not in (None, True, False):
            raise ControlError("'old_blocks' is true or false.")
        methods = asked.get("methods") or []
        if not isinstance(methods, list) or not all(isinstance(name, str) for name in methods):
            raise ControlError("'methods' is a list of method names, or null for all of them.")
        now = dict(self._systems.get(system, {}))
        for kind in KINDS:
            if kind in asked:
                now.pop(kind, None)
                if asked[kind]:
                    now[kind] = asked[kind]
        if not any(now.get(kind) for kind in KINDS[:6]):
            now = {}
        self._keep(system, now)

    def strikes(self, method: str, system: str = "slack") -> Json:
        """The weather that a call of this method meets ({} when fair); counts it where `times` are given."""
        now: Json = self._systems.get(system, {})
        if not any(kind in now for kind in KINDS[:5]):
            return {}
        if "methods" in now and method not in now["methods"]:
            return {}
        if "times" in now:
            left = int(now["times"]) - 1
            fair = {"old_blocks": True} if now.get("old_blocks") else {}
            self._keep(system, now | {"times": left} if left > 0 else fair)
        return now

    @property
    def old_blocks(self) -> bool:
        return bool(self._systems["slack"].get("old_blocks"))

    @staticmethod
    def seconds(value: Any) -> float:
        """How long "slow" waits."""
        return SLOW_SECONDS if value is True else float(value or 0)

    def _keep(self, system: str, now: Json) -> None:
        self._systems[system] = now
        self._journal.put("weather", system, now)
        self._hub.tell("weather", {"weather": self._systems})

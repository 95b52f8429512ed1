"""Who may do what. Pure: everything that has to be asked elsewhere stands in the Holder already.

A right is a word in a place (a service and an environment). It comes from a grant of a role that the person
holds, or from a grant by hand. Grants only add up: none takes anything away. What nobody could find out grants
nothing, and the answer says so.
"""

from collections.abc import Collection

from bot.config import Config, Person
from bot.domain import _refused
from bot.domain._granted import (
    ASK,
    NETTED,
    HandGrant,
    Holder,
    Kind,
    Place,
    Right,
    _on_call_for,
    granted,
    roles,
)
from bot.domain._refused import refused
from bot.errors import NotAllowed

__all__ = [
    "HandGrant", "Holder", "Kind", "Right", "able", "demand", "may", "may_begin", "may_somewhere", "on_call_for",
    "others", "places", "roles", "words",
]  # fmt: skip

WITH_A_NET = "with-a-net"


def may(
    config: Config,
    holder: Holder,
    word: str,
    *,
    service: str | None = None,
    environment: str | None = None,
    now: float,
) -> Right:
    """Whether this person may use this word there, now.

    Without a service only a grant for all places counts; without an environment all environments of the
    service must be allowed.
    """
    by = granted(config, holder, word, Place(service, environment), now)
    if by is not None:
        return Right(True, f"You may: {by}.", "allowed")
    return refused(config, holder, word, Place(service, environment), now)


def demand(right: Right) -> None:
    """Raises NotAllowed, in the words of the right, where there is none."""
    if not right.allowed:
        raise NotAllowed(right.sentence, code=right.code, hint="`whoami` shows what you may do.")


def able(config: Config, holder: Holder, word: str, *, service: str | None = None, now: float) -> list[str]:
    """The names of those who may use this word there, this person among them; who is on call first."""
    mine = [holder.name] if may(config, holder, word, service=service, now=now).allowed else []
    return [*mine, *_refused.able(config, holder, word, Place(service), now)]


def others(
    config: Config, holder: Holder, word: str, *, service: str, environment: str, now: float
) -> list[Person]:
    """All others who may use this word there, who is on call first: whom this person can ask."""
    return _refused.others(config, holder, word, Place(service, environment), now)


def on_call_for(config: Config, holder: Holder, service: str) -> bool:
    """Whether this person has the pager of the service now."""
    return _on_call_for(config, holder, service)


def may_begin(
    config: Config,
    holder: Holder,
    word: str,
    *,
    service: str | None = None,
    environment: str | None = None,
    now: float,
) -> Right:
    """As `may`, but who may ask for a deploy may too, with the code `with-a-net`: it then waits for the tap of somebody
    who may do it alone.
    """
    alone = may(config, holder, word, service=service, environment=environment, now=now)
    if alone.allowed or word != NETTED:
        return alone
    by = granted(config, holder, ASK, Place(service, environment), now)
    return Right(True, f"You may ask for it: {by}.", WITH_A_NET) if by is not None else alone


def may_somewhere(
    config: Config, holder: Holder, word: str, *, service: str | None = None, now: float
) -> Right:
    """Whether this person may use this word in any place at all (of the service), before all is said of where."""
    right = may_begin(config, holder, word, service=service, now=now)
    if right.allowed or not any(service in (None, there) for there, _ in places(config, holder, word, now)):
        return right
    return Right(True, "You may, in some places.", "allowed")


def words(config: Config, holder: Holder, now: float, known: Collection[str] | None = None) -> frozenset[str]:
    """The words that this person may use somewhere. known: all there are; else those that grants name."""
    if known is None:
        named = {word for role in config.roles.values() for grant in role.grants for word in grant.words}
        known = {word for word in named if not set(word) & set("*?[")}
    everything = Place()
    return frozenset(
        word
        for word in known
        if granted(config, holder, word, everything, now) or places(config, holder, word, now)
    )


def places(config: Config, holder: Holder, word: str, now: float) -> list[tuple[str, str]]:
    """Every service and environment where this person may use this word, in the order of config.yaml."""
    return [
        (service.name, environment)
        for service in config.services.values()
        for environment in service.environments
        if granted(config, holder, word, Place(service.name, environment), now)
    ]

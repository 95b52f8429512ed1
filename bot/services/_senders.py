"""Whose report it is, where each service has a secret of its own: never another service's."""

import re
from collections.abc import Iterable, Mapping, Sequence

Refused = tuple[str, int, str]  # what became of it, the status, and words for the sender's log


def secret_of(source: str, service: str) -> str:
    """The end of the name that a service's secret has in the environment: DEPLOYS_SHOP."""
    return f"{source.upper()}_" + re.sub(r"[^A-Z0-9]", "_", service.upper())


def own(
    source: str, services: Iterable[str], secrets: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The secrets of each service that has any."""
    names = {service: secret_of(source, service) for service in services}
    return {service: secrets[name] for service, name in names.items() if secrets.get(name)}


def of_nobody(source: str, services: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """A sentence for each secret of a service that there is not."""
    known = {secret_of(source, name) for name in services}
    return [
        f"GRAIL_HOOK_SECRET_{name} is set, but config.yaml has no such service."
        for name in sorted(secrets)
        if name.startswith(f"{source.upper()}_") and name not in known
    ]


def whose(
    source: str, named: Sequence[str], known: Sequence[str], secrets: Mapping[str, object]
) -> str | Refused:
    """The service that a report is of, or why it is refused. named: the services that it names; known: those whose
    secret came with it; secrets: of each service.
    """
    names = list(dict.fromkeys(name for name in named if name))
    if not known:
        return _closed(source, names[0] if names else "", secrets) or (
            "unsigned", 401, "The secret is missing or wrong.\n",
        )  # fmt: skip
    if any(name not in known for name in names):
        return (
            "other-service", 403, f"This secret is not for that service: it is for {' and '.join(known)}.\n",
        )  # fmt: skip
    if len(names) > 1:
        return "other-service", 403, f"It names several services: {' and '.join(names)}.\n"
    if not names and len(known) > 1:
        return "other-service", 403, "This secret is for several services: say which with ?service=.\n"
    return names[0] if names else known[0]


def _closed(source: str, named: str, secrets: Mapping[str, object]) -> Refused | None:
    """Where no secret could be right."""
    if secrets and (not named or named in secrets):
        return None
    plain = named.replace("-", "").isalnum() and len(named) <= 60
    name = secret_of(source, named) if plain else f"{source.upper()}_<SERVICE>"
    return "closed", 503, f"GRAIL_HOOK_SECRET_{name} is not set.\n"

"""Where people find what runs in an environment: the `url` of config.yaml, filled in.

url: "https://{service}.{environment}.example.com"
url: "{FRONT}/{environment}/{service}/"         # FRONT: a variable that the recipe's pass_env names
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, urlsplit

NAMES = ("service", "environment")
_HOLE = re.compile(r"\{(\w+)\}")
_BEGINS = re.compile(r"https?://[^\s<>|\"]+|\{[A-Za-z_]\w*\}[^\s<>|\"]*")
_WHOLE = re.compile(r"https?://[^\s<>|\"{}]+")


def well_formed(template: str) -> bool:
    """Whether it can become an address at all."""
    return _BEGINS.fullmatch(template) is not None


def holes(template: str) -> list[str]:
    """The names in { }."""
    return _HOLE.findall(template)


def filled(
    template: str | None, service: str, environment: str, passed: Collection[str], environ: Mapping[str, str]
) -> str:
    """The address, or "" while something of it is not known (a variable that is not set).

    passed: the variables that may be used; whatever else stands in `environ` never comes into an address.
    """
    values = {name: environ[name] for name in passed if name in environ}
    values |= {"service": quote(service, safe=""), "environment": quote(environment, safe="")}
    address = _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), template or "")
    try:
        known = _WHOLE.fullmatch(address) is not None and bool(urlsplit(address).hostname)
    except ValueError:  # a port or an IPv6 address that is none
        return ""
    return address if known and len(address) <= 1000 else ""

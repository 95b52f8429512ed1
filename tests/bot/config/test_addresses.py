"""The `url` of an environment: what is filled in, and what never is."""

import pytest

from bot.config.addresses import filled
from tests.bot.config.conftest import Faults

ENVIRON = {"FRONT": "http://127.0.0.1:4000", "SLACK_BOT_TOKEN": "xoxb-1"}


def staging(more: str) -> tuple[str, str]:
    old = "staging: {driver: recipe, recipe: plain}"
    return old, old[:-1] + ", " + more + "}"


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("https://{service}.{environment}.example.com", "https://shop.staging.example.com"),
        ("{FRONT}/{environment}/{service}/", "http://127.0.0.1:4000/staging/shop/"),
        ("https://example.com/{SLACK_BOT_TOKEN}", ""),  # not a variable that the recipe passes on
        ("{GONE}/{service}", ""),
        ("https://[/", ""),
        (None, ""),
    ],
)
def test_an_address_is_whole_or_there_is_none(template: str | None, address: str) -> None:
    assert filled(template, "shop", "staging", ("FRONT", "GONE"), ENVIRON) == address


def test_a_variable_that_holds_no_address_makes_none() -> None:
    assert filled("{FRONT}/x", "shop", "staging", ("FRONT",), {"FRONT": "javascript:alert(1)//"}) == ""
    assert filled("{FRONT}/x", "shop", "staging", ("FRONT",), {"FRONT": "http://a|b>"}) == ""


def test_what_cannot_become_an_address_is_a_fault(faults: Faults) -> None:
    path = "services.shop.environments.staging.url"
    assert faults(*staging('url: "shop.example.com"')) == [
        f'{path}: "shop.example.com" is not an address; allowed: https://… or http://…, with {{service}} and '
        "{environment} filled in"
    ]
    assert faults(*staging('url: "https://{servce}.example.com"')) == [
        f"{path}: nothing is known as {{servce}}; allowed: {{service}}, {{environment}} (a variable has to stand in "
        "the recipe's pass_env)"
    ]

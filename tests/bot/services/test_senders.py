"""Whose report it is, from what it names and from the secret that came with it."""

import pytest

from bot.services._senders import of_nobody, own, secret_of, whose

SECRETS = {"shop": ("a",), "search": ("b",)}
WRONG = ("unsigned", 401, "The secret is missing or wrong.\n")


def test_a_secret_is_named_after_its_source_and_its_service() -> None:
    assert secret_of("deploys", "my-shop.eu") == "DEPLOYS_MY_SHOP_EU"
    secrets = {"DEPLOYS_SHOP": ("a",), "COVERAGE_SHOP": ("b",), "DEPLOYS_SHPO": ("c",), "DEPLOYS_SEARCH": ()}
    assert own("deploys", ["shop", "search"], secrets) == {"shop": ("a",)}
    assert of_nobody("deploys", ["shop", "search"], secrets) == [
        "GRAIL_HOOK_SECRET_DEPLOYS_SHPO is set, but config.yaml has no such service."
    ]


@pytest.mark.parametrize(
    ("named", "known", "answer"),
    [
        (["", ""], ["shop"], "shop"),
        (["shop", "shop"], ["shop", "search"], "shop"),
        (["search"], ["shop"], ("other-service", 403, "This secret is not for that service: it is for shop.\n")),
        (["shop", "search"], ["shop", "search"],
         ("other-service", 403, "It names several services: shop and search.\n")),
        ([], ["shop", "search"],
         ("other-service", 403, "This secret is for several services: say which with ?service=.\n")),
        (["shop"], [], WRONG),
        ([], [], WRONG),
        (["gateway"], [], ("closed", 503, "GRAIL_HOOK_SECRET_DEPLOYS_GATEWAY is not set.\n")),
    ],
)  # fmt: skip
def test_it_is_of_the_service_that_it_names_if_the_secret_is_that_ones(
    named: list[str], known: list[str], answer: object
) -> None:
    assert whose("deploys", named, known, SECRETS) == answer

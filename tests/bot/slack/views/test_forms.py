"""The form of a deploy: it finds one service in a thousand, and offers what is probably meant."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.config import Config, load
from bot.slack import Given
from bot.slack.views.forms import deploy_form, service_options
from bot.workspace.blockkit import view_faults

ACME = load(Path(__file__).parents[4] / "config.yaml")


def a_thousand() -> Config:
    """Acme with 1,000 services, the last of which is the platform's."""
    shop = ACME.services["shop"]
    many = {f"service-{n:04}": shop.model_copy(update={"name": f"service-{n:04}"}) for n in range(999)}
    many["tele-service"] = shop.model_copy(update={"name": "tele-service", "team": "platform"})
    return ACME.model_copy(update={"services": many})


def initial(view: Any) -> list[str | None]:
    found = [block["element"].get("initial_option") for block in view["blocks"]]
    return [option and option["value"] for option in found]


def test_each_of_a_thousand_services_is_found_by_a_few_letters() -> None:
    config = a_thousand()
    assert service_options(config, (), "0998") == [("service-0998", "service-0998")]
    assert len(service_options(config, (), "")) == 100
    assert service_options(config, (), " Service ")[0] == ("service-0000", "service-0000")
    assert ("tele-service", "tele-service") not in service_options(config, (), "SERVICE")
    view = deploy_form(config, Given(), "C1")
    assert view_faults(json.loads(json.dumps(view))) == []
    assert "service-0001" not in json.dumps(view)


def test_the_own_teams_services_come_first_whatever_they_begin_with() -> None:
    found = service_options(a_thousand(), ("platform",), "service")
    assert found[:2] == [("tele-service", "tele-service"), ("service-0000", "service-0000")]
    assert [name for name, _ in service_options(ACME, ("platform",), "")] == ["gateway", "search", "shop"]


def test_the_likeliest_service_is_chosen_and_never_production_before_staging() -> None:
    places = [("gateway", "staging"), ("gateway", "production"), ("shop", "staging")]
    assert initial(deploy_form(ACME, Given(), "C1", places)) == ["gateway", "staging", None, None]
    assert initial(deploy_form(ACME, Given(services=("shop",)), "C1", places)) == [
        "shop",
        "staging",
        None,
        None,
    ]
    assert initial(deploy_form(ACME, Given(environment="production"), "C1", places))[:2] == [
        "gateway",
        "production",
    ]
    both = replace(Given(), services=("shop", "search"))
    assert initial(deploy_form(ACME, both, "C1", places)) == ["shop,search", None, None, None]
    assert initial(deploy_form(ACME, Given(), "C1")) == [None, None, None, None]

"""The config.yaml that ships is Acme, as people know it."""

from pathlib import Path

from bot.config import load

ACME = load(Path(__file__).parents[3] / "config.yaml")


def test_the_teams_and_their_services() -> None:
    assert ACME.company == "Acme"
    assert {name: team.channel for name, team in ACME.teams.items()} == {
        "storefront": "#storefront",
        "platform": "#platform",
    }
    assert {name: service.team for name, service in ACME.services.items()} == {
        "shop": "storefront",
        "search": "storefront",
        "gateway": "platform",
    }
    assert (ACME.channels.operations, ACME.channels.unsorted) == ("#ops", "#unsorted")


def test_every_service_has_staging_and_production_by_recipe() -> None:
    for service in ACME.services.values():
        assert list(service.environments) == ["staging", "production"]
        assert {environment.driver for environment in service.environments.values()} == {"recipe"}


def test_the_people() -> None:
    told = {
        person.name: (person.roles, person.team, person.rung, person.zone) for person in ACME.people.values()
    }
    assert told == {
        "Dana": (("developer",), "storefront", "decide", "Europe/Berlin"),
        "Devi": (("developer",), "storefront", None, "America/New_York"),
        "Dario": (("developer",), "platform", "drive", "Asia/Tokyo"),
        "Omar": (("operator",), None, None, "Europe/Berlin"),
        "Olga": (("operator",), None, None, "America/New_York"),
        "Mia": (("manager",), None, None, "Europe/London"),
    }
    assert all(email == f"{person.name.lower()}@example.com" for email, person in ACME.people.items())
    assert ACME.rotations["storefront"].people == ("omar@example.com", "olga@example.com")


def test_it_has_no_action_and_no_step_that_a_person_could_not_name() -> None:
    recipe = ACME.recipes["acme"]
    steps = [*recipe.prepare, *recipe.deploy, *recipe.check, *recipe.rollback]
    assert [step.name for step in steps] == ["test", "start", "switch", "check", "retire", "back"]
    assert list(recipe.actions) == ["restart"]

"""What became different, in sentences that a channel and the audit can hold."""

from pathlib import Path

from bot.config import Config, changes, load, rights_changes
from tests.bot.config.conftest import SMALL


def changed(file: Path, *replacements: str) -> tuple[Config, Config]:
    """The small config before and after."""
    file.write_text(SMALL)
    old, text = load(file), SMALL
    for before, after in zip(replacements[::2], replacements[1::2], strict=True):
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text)
    return old, load(file)


def test_nothing_changed_says_nothing(file: Path) -> None:
    old, new = changed(file, "company: Small", "# only a comment\ncompany: Small")
    assert (changes(old, new), rights_changes(old, new)) == ([], [])


def test_each_change_is_a_sentence_with_its_path(file: Path) -> None:
    old, new = changed(
        file,
        "timeout: 5m",
        "timeout: 90s",
        "rung: solo",
        "rung: drive",
        'operations: "#ops"',
        'operations: "#operations"',
        "team: web\n",
        "team: web\n    main: trunk\n",
    )
    assert changes(old, new) == [
        "channels.operations: was #ops, is #operations.",
        "recipes.plain.deploy: is different.",
        "services.shop.main: was main, is trunk.",
        "people.ann@example.com.rung: was solo, is drive.",
    ]


def test_what_is_new_and_what_is_gone_is_said(file: Path) -> None:
    old, new = changed(
        file,
        "      staging: {driver: recipe, recipe: plain}\n",
        "      staging: {driver: recipe, recipe: plain}\n      production: {recipe: plain, ref: stable}\n",
    )
    assert changes(old, new) == ["services.shop.environments.production: is new."]
    assert changes(new, old) == ["services.shop.environments.production: is gone."]


def test_another_recipe_is_said_by_name_and_a_changed_one_only_where_it_stands(file: Path) -> None:
    other = "recipes:\n  other:\n    deploy:\n      - {name: start, run: [make, other]}\n"
    old, new = changed(file, "recipes:\n", other, "recipe: plain", "recipe: other")
    assert changes(old, new) == [
        "recipes.other: is new.",
        "services.shop.environments.staging.recipe: was plain, is other.",
    ]


def test_what_a_person_lost_and_gained_is_said(file: Path) -> None:
    old, new = changed(
        file,
        "roles: [developer], team: web, rung: solo",
        "team: web, rung: drive",
        "people:\n",
        "people:\n  bob@example.com: {name: Bob, roles: [developer], team: web}\n",
    )
    assert rights_changes(old, new) == [
        "ann@example.com lost the role developer.",
        "ann@example.com lost the rung solo.",
        "ann@example.com gained the rung drive.",
        "bob@example.com gained the role developer.",
        "bob@example.com gained the team web.",
    ]


def test_what_a_role_lost_and_gained_is_said(file: Path) -> None:
    old, new = changed(
        file,
        "    grants:\n      - {words: [deploy], teams: [own], environments: [staging]}",
        "    held_by: {groups: [devs], on_call: ['*'], rungs: [solo], everyone: true}\n"
        "    grants:\n      - {words: [deploy, run]}",
    )
    assert rights_changes(old, new) == [
        "The role developer lost: deploy in teams own; environments staging.",
        "The role developer gained: deploy everywhere.",
        "The role developer gained: held by being on call for *.",
        "The role developer gained: held by every member.",
        "The role developer gained: held by the rung solo.",
        "The role developer gained: held by the user group devs.",
        "The role developer gained: run everywhere.",
    ]


def test_who_is_on_call_and_whose_a_service_is_are_rights_too(file: Path) -> None:
    old, new = changed(
        file,
        "people:\n",
        "people:\n  bob@example.com: {name: Bob}\n",
        "people: [ann@example.com]",
        "people: [ann@example.com, bob@example.com]",
        "teams:\n",
        'teams:\n  ops: {channel: "#ops"}\n',
        "team: web\n",
        "team: ops\n",
        ", rotation: week}",
        "}",
    )
    assert rights_changes(old, new) == [
        "The rotation week changed: it was ann@example.com, and is ann@example.com, bob@example.com.",
        "The service shop went from the team web to ops.",
        "The team web went from the rotation week to none.",
    ]

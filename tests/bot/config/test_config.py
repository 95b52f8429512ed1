"""What config.yaml may say, and the exact words for each thing that it may not.

Longer than other files: it is one table of faults, with the words for each.
"""

import copy
import pickle
from pathlib import Path

import pytest

from bot.config import Config, Environment, Recipe, Step, data_folder, load
from bot.errors import ConfigFault
from tests.bot.config.conftest import SMALL, Faults

RUN = "run: [make, deploy]"


def test_a_right_config_is_typed_and_resolved(file: Path) -> None:
    config = load(file)
    shop = config.services["shop"]
    staging = shop.environments["staging"]
    assert (shop.name, shop.main, shop.depends_on, staging.name, staging.ref) == (
        "shop",
        "main",
        (),
        "staging",
        None,
    )
    assert staging.recipe is config.recipes["plain"] or staging.recipe == config.recipes["plain"]
    step = staging.recipe.deploy[0]
    assert (step.name, step.run, step.timeout, step.env, step.cwd) == (
        "start",
        ("make", "deploy"),
        300.0,
        {},
        None,
    )
    assert config.people["ann@example.com"].email == "ann@example.com"
    assert config.rotations["week"].day == "monday"


def test_nothing_in_it_can_be_changed(file: Path) -> None:
    config = load(file)
    with pytest.raises(ValueError, match="frozen"):
        config.company = "Other"  # type: ignore[misc]
    services: dict[str, object] = config.services  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"^the configuration cannot be changed; load another one$"):
        services["x"] = 1
    for change in ("clear", "popitem"):
        with pytest.raises(TypeError, match="cannot be changed"):
            getattr(services, change)()
    with pytest.raises(TypeError, match="cannot be changed"):
        config.services["shop"].environments["staging"].recipe.env.update(a="b")  # type: ignore[attr-defined]
    assert copy.deepcopy(config) == config
    assert pickle.loads(pickle.dumps(config)) == config


def test_a_recipe_can_be_made_in_code(file: Path) -> None:
    recipe = Recipe(name="quick", deploy=(Step(name="start", run=("true",), timeout=0.5),))
    assert Environment(name="staging", recipe=recipe).recipe.deploy[0].timeout == 0.5


def test_the_version_changes_with_what_is_said_and_with_nothing_else(file: Path) -> None:
    first = load(file).version
    file.write_text("# a comment\n" + SMALL.replace("[make, deploy]", "[make,   deploy]"))
    assert load(file).version == first
    file.write_text(SMALL.replace("Small", "Big"))
    assert load(file).version != first


def test_the_data_folder_is_filled_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(SMALL.replace("https://git.example.com/shop.git", '"{data}/shop.git"'))
    monkeypatch.delenv("GRAIL_DATA", raising=False)
    assert load(file).services["shop"].repository == str(file.parent / ".grail" / "shop.git")
    monkeypatch.setenv("GRAIL_DATA", "/var/lib/grail")
    assert load(file).services["shop"].repository == "/var/lib/grail/shop.git"
    assert data_folder(file) == Path("/var/lib/grail")


def test_keys_for_anchors_may_stand_at_the_top(file: Path) -> None:
    text = SMALL.replace("{driver: recipe, recipe: plain}", "*place").replace(
        "recipes:", "x-place: &place {driver: recipe, recipe: plain}\nrecipes:", 1
    )
    file.write_text(text.replace("staging: *place", "{staging: *place, production: *place}"))
    environments = load(file).services["shop"].environments
    assert [(name, place.name) for name, place in environments.items()] == [
        ("staging", "staging"),
        ("production", "production"),
    ]


def test_a_role_of_everyone_and_wildcards_are_no_faults(file: Path) -> None:
    file.write_text(SMALL.replace("words: [deploy], teams: [own]", 'words: ["de*"], teams: [on-call, "w*"]'))
    assert load(file, words=["deploy"]).roles["developer"].grants[0].teams == ("on-call", "w*")


CASES = {
    "an unknown key": (
        "environments:",
        "enviroments:",
        "services.shop.enviroments: unknown, did you mean environments?",
    ),
    "an unknown key that is like nothing": (
        "channels: {",
        "channels: {zzz: 1, ",
        "channels.zzz: unknown; allowed: operations, unsorted",
    ),
    "an unknown key at the top": (
        "company: Small",
        "company: Small\nservice: {}",
        "service: unknown, did you mean services?",
    ),
    "an unknown key of a step": (
        "timeout: 5m",
        "timeot: 5m",
        "recipes.plain.deploy.0.timeot: unknown, did you mean timeout?",
    ),
    "an unknown key of a grant": (
        "words: [deploy], teams",
        "words: [deploy], team",
        "roles.developer.grants.0.team: unknown, did you mean teams?",
    ),
    "a key of an x- kind further down": (
        "team: web\n",
        "team: web\n    x-a: 1\n",
        "services.shop.x-a: unknown; allowed: team, repository, main, environments, depends_on, pagerduty, "
        "runbook, dashboard",
    ),
    "a missing key": ("company: Small\n", "", "company: is missing"),
    "another driver": (
        "driver: recipe",
        "driver: docker",
        'services.shop.environments.staging.driver: "docker" is not a driver; allowed: recipe, github_actions',
    ),
    "an unknown recipe": (
        "recipe: plain",
        "recipe: plan",
        'services.shop.environments.staging.recipe: "plan" is not a recipe; allowed: plain',
    ),
    "an unknown team": (
        "team: web\n",
        "team: wed\n",
        'services.shop.team: "wed" is not a team, did you mean web?',
    ),
    "an unknown team of a person": (
        "team: web, rung",
        "team: ops, rung",
        'people.ann@example.com.team: "ops" is not a team; allowed: web',
    ),
    "an unknown role": (
        "roles: [developer]",
        "roles: [develper]",
        'people.ann@example.com.roles.0: "develper" is not a role, did you mean developer?',
    ),
    "an unknown rung": (
        "rung: solo",
        "rung: top",
        'people.ann@example.com.rung: "top" is not a rung; allowed: local, watch, decide, drive, solo',
    ),
    "an unknown zone": (
        "rung: solo, zone: Europe/Berlin",
        "zone: Berlin",
        'people.ann@example.com.zone: "Berlin" is not a time zone; allowed: for example Europe/Berlin, UTC',
    ),
    "an unknown rotation": (
        "rotation: week}",
        "rotation: weak}",
        'teams.web.rotation: "weak" is not a rotation, did you mean week?',
    ),
    "an unknown person on a rotation": (
        "people: [ann@example.com]",
        "people: [bob@example.com]",
        'rotations.week.people.0: "bob@example.com" is not a person, did you mean ann@example.com?',
    ),
    "nobody on a rotation": (
        "people: [ann@example.com]",
        "people: []",
        "rotations.week.people: is empty; allowed: at least one",
    ),
    "a time that is none": (
        "zone: Europe/Berlin}\nroles",
        'zone: Europe/Berlin, at: "9:00"}\nroles',
        'rotations.week.at: "9:00" is not written as it should be; allowed: a time such as "09:00"',
    ),
    "a day that is none": (
        "zone: Europe/Berlin}\nroles",
        'zone: Europe/Berlin, first: "2026-02-30"}\nroles',
        'rotations.week.first: "2026-02-30" is not a day; allowed: for example "2026-01-05"',
    ),
    "a weekday that is none": (
        "zone: Europe/Berlin}\nroles",
        "zone: Europe/Berlin, day: mon}\nroles",
        'rotations.week.day: "mon" is not a day; '
        "allowed: monday, tuesday, wednesday, thursday, friday, saturday, sunday",
    ),
    "a team of a grant": (
        "teams: [own]",
        "teams: [owm]",
        'roles.developer.grants.0.teams.0: "owm" is not a team, did you mean own?',
    ),
    "an environment of a grant": (
        "environments: [staging]",
        "environments: [stagin]",
        'roles.developer.grants.0.environments.0: "stagin" is not an environment, did you mean staging?',
    ),
    "a wildcard that fits nothing": (
        "environments: [staging]",
        'environments: ["prod*"]',
        'roles.developer.grants.0.environments.0: "prod*" is not an environment; allowed: staging',
    ),
    "a grant without words": (
        "words: [deploy]",
        "words: []",
        "roles.developer.grants.0.words: is empty; allowed: at least one",
    ),
    "a rotation of a role": (
        "  developer:\n    grants",
        "  developer:\n    held_by: {on_call: [weeks]}\n    grants",
        'roles.developer.held_by.on_call.0: "weeks" is not a rotation, did you mean week?',
    ),
    "a channel without its mark": (
        'operations: "#ops"',
        "operations: ops",
        'channels.operations: "ops" is not a channel; allowed: "#name" in quotes, or an id such as C0123ABCD',
    ),
    "a channel without quotes": (
        'channel: "#web", rotation: week}',
        "\n    channel: #web\n    }",
        "teams.web.channel: nothing stands where text belongs",
    ),
    "an e-mail that is none": (
        "ann@example.com: {",
        "ann: {",
        'people.ann: "ann" is not an e-mail address',
    ),
    "a name with a space": (
        "  shop:\n",
        "  my shop:\n",
        'services.my shop: "my shop" is not a name; allowed: up to 63 of a-z, 0-9, . _ - with a letter or digit first',
    ),
    "a name that is a word": (
        "  shop:\n",
        "  to:\n",
        'services.to: "to" is a word of the commands; give it another name',
    ),
    "a team with a name that means something": (
        "  web: {",
        "  own: {",
        "teams.own: means something in a grant; give the team another name",
    ),
    "a shell line": (
        RUN,
        "run: make deploy && echo",
        'recipes.plain.deploy.0.run: "make deploy && echo" is a shell line, and no shell runs here; '
        "allowed: a list with one word an item, such as [make, deploy]",
    ),
    "an empty command": (
        RUN,
        "run: []",
        "recipes.plain.deploy.0.run: is empty; allowed: a list with one word an item, such as [make, deploy]",
    ),
    "a number in a command": (
        RUN,
        "run: [sleep, 5]",
        "recipes.plain.deploy.0.run.1: 5 is not text; write it in quotes",
    ),
    "a yes in a command": (
        RUN,
        "run: [echo, yes]",
        "recipes.plain.deploy.0.run.1: True is not text; write it in quotes",
    ),
    "a zero byte in a command": (
        RUN,
        'run: [echo, "\\0"]',
        "recipes.plain.deploy.0.run.1: holds a zero byte, which no program can be given",
    ),
    "a word that is not filled in": (
        RUN,
        'run: [make, "{comit}"]',
        "recipes.plain.deploy.0.run.1: nothing is known as {comit}, did you mean commit?",
    ),
    "a word that is filled in only whole": (
        RUN,
        'run: [make, "COMMIT={commit}"]',
        "recipes.plain.deploy.0.run.1: {commit} is filled in only where it is a word of its own; "
        "inside another one use the variable GRAIL_COMMIT",
    ),
    "a duration without a unit": (
        "timeout: 5m",
        "timeout: 5",
        "recipes.plain.deploy.0.timeout: 5 has no unit; allowed: a duration such as 30s, 5m, 1h 30m",
    ),
    "a duration that is none": (
        "timeout: 5m",
        "timeout: soon",
        'recipes.plain.deploy.0.timeout: "soon" is not a duration; allowed: for example 30s, 5m, 1h 30m',
    ),
    "a duration of nothing": (
        "timeout: 5m",
        "timeout: 0s",
        'recipes.plain.deploy.0.timeout: "0s" is out of bounds; allowed: more than nothing, at most 7d',
    ),
    "a duration that is too long": (
        "timeout: 5m",
        "timeout: 8d",
        'recipes.plain.deploy.0.timeout: "8d" is out of bounds; allowed: more than nothing, at most 7d',
    ),
    "a folder outside": (
        "timeout: 5m",
        "cwd: ../other",
        'recipes.plain.deploy.0.cwd: "../other" leads out of the checkout; allowed: a folder below it',
    ),
    "an absolute folder": (
        "timeout: 5m",
        "cwd: /etc",
        'recipes.plain.deploy.0.cwd: "/etc" leads out of the checkout; allowed: a folder below it',
    ),
    "a variable that is none": (
        "timeout: 5m",
        "env: {a-b: c}",
        'recipes.plain.deploy.0.env.a-b: "a-b" is not a variable\'s name; '
        "allowed: letters, digits and _, no digit first",
    ),
    "a variable that is a number": (
        "timeout: 5m",
        "env: {PORT: 80}",
        "recipes.plain.deploy.0.env.PORT: 80 is not text; write it in quotes",
    ),
    "a token of Grail's for a recipe": (
        "  plain:\n",
        "  plain:\n    pass_env: [SLACK_BOT_TOKEN]\n",
        "recipes.plain.pass_env.0: SLACK_BOT_TOKEN is Grail's own and never reaches a recipe; "
        "give the recipe one of its own",
    ),
    "a recipe without a step": (
        "    deploy:\n      - {name: start, run: [make, deploy], timeout: 5m}\n",
        "    deploy: []\n",
        "recipes.plain.deploy: has no step; a recipe needs at least one",
    ),
    "a ref that is an option": (
        "recipe: plain}",
        "recipe: plain, ref: --upload-pack=x}",
        'services.shop.environments.staging.ref: "--upload-pack=x" begins with -, which no ref may',
    ),
    "a service that needs itself": (
        "team: web\n",
        "team: web\n    depends_on: [shop]\n",
        "services.shop.depends_on: leads back to shop itself",
    ),
    "a service that needs an unknown one": (
        "team: web\n",
        "team: web\n    depends_on: [shopp]\n",
        'services.shop.depends_on.0: "shopp" is not a service, did you mean shop?',
    ),
    "a name that is written": (
        "team: web\n",
        "team: web\n    name: shop\n",
        "services.shop.name: unknown; the key above it, shop, is its name",
    ),
    "a version that is written": (
        "company: Small",
        "company: Small\nversion: 1",
        "version: unknown; Grail counts versions by itself",
    ),
    "a text where a block belongs": (
        'web: {channel: "#web", rotation: week}',
        "web: x",
        'teams.web: "x" stands where a block of `key: value` lines belongs',
    ),
    "a text where a list belongs": (
        "roles: [developer]",
        "roles: developer",
        'people.ann@example.com.roles: "developer" stands where a list belongs',
    ),
    "a number where text belongs": (
        "company: Small",
        "company: 7",
        "company: 7 stands where text belongs; write it in quotes",
    ),
    "a yes where text belongs": (
        "name: Ann",
        "name: yes",
        "people.ann@example.com.name: true stands where text belongs; write it in quotes",
    ),
    "a watch that nobody can answer": (
        "recipe: plain}",
        "recipe: plain, watch: {every: 10s}}",
        "services.shop.environments.staging.watch: nothing says how its health is asked for; give it a url, or the "
        "recipe a health",
    ),
    "an unknown variable in the address of a watch": (
        "recipe: plain}",
        'recipe: plain, watch: {url: "{FRONT}/health"}}',
        "services.shop.environments.staging.watch.url: nothing is known as {FRONT}; allowed: {service}, {environment} "
        "(a variable has to stand in the recipe's pass_env)",
    ),
    "a question with a hole inside a word": (
        "    deploy:\n",
        '    standing: {run: [ask, "--of={service}"]}\n    deploy:\n',
        "recipes.plain.standing.run.1: {service} is filled in only where it is a word of its own; inside another one "
        "use the variable GRAIL_SERVICE",
    ),
    "a secret by its key": (
        "timeout: 5m",
        "env: {DEPLOY_TOKEN: hush-hush}",
        "recipes.plain.deploy.0.env.DEPLOY_TOKEN: looks like a secret; those come from the environment alone, "
        "never from config.yaml",
    ),
    "a secret in an address": (
        "https://git.example.com",
        "https://me:hush-hush@git.example.com",
        "services.shop.repository: holds what looks like a secret; those come from the environment alone, "
        "never from config.yaml",
    ),
    "a secret by its look": (
        RUN,
        "run: [make, xoxb-hush-hush]",
        "recipes.plain.deploy.0.run.1: holds what looks like a secret; those come from the environment alone, "
        "never from config.yaml",
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES.keys())
def test_each_fault_is_named_with_its_path_and_what_is_allowed(
    faults: Faults, old: str, new: str, expected: str
) -> None:
    found = faults(old, new)
    assert expected in found
    assert not any("hush-hush" in fault for fault in found), "a secret is not repeated"


def test_all_faults_come_at_once(faults: Faults) -> None:
    found = faults(
        "company: Small",
        "compny: Small",
        "driver: recipe",
        "driver: docker",
        "team: web\n",
        "team: wed\n",
        "5m",
        "soon",
    )
    assert found == [
        "company: is missing",
        "compny: unknown, did you mean company?",
        'recipes.plain.deploy.0.timeout: "soon" is not a duration; allowed: for example 30s, 5m, 1h 30m',
        'services.shop.environments.staging.driver: "docker" is not a driver; allowed: recipe, github_actions',
        'services.shop.team: "wed" is not a team, did you mean web?',
    ]


def test_a_recipe_with_a_fault_is_no_unknown_recipe(faults: Faults) -> None:
    assert all(".recipe:" not in fault for fault in faults("timeout: 5m", "timeout: soon"))


def test_an_address_in_capitals_is_the_same_person(faults: Faults) -> None:
    found = faults("people:\n", "people:\n  ANN@example.com: {name: Ann}\n")
    assert found == ["people.ann@example.com: is the same address as ANN@example.com; keep one"]


def test_a_name_at_fault_is_told_once(faults: Faults) -> None:
    assert [fault for fault in faults("  shop:\n", "  my shop:\n") if "my shop" in fault] == [
        'services.my shop: "my shop" is not a name; allowed: up to 63 of a-z, 0-9, . _ - with a letter or digit first'
    ]
    assert faults("name: start, ", "") == ["recipes.plain.deploy.0.name: is missing"]


def test_words_of_grants_are_checked_where_commands_are_known(faults: Faults, file: Path) -> None:
    assert faults("words: [deploy]", "words: [depoly]", words=["deploy", "status"]) == [
        'roles.developer.grants.0.words.0: "depoly" is not a word, did you mean deploy?'
    ]
    assert isinstance(load(file), Config)


@pytest.mark.parametrize("part", ["recipes", "teams", "services", "people", "rotations", "roles"])
@pytest.mark.parametrize("odd", ["7", "x", "[]", "[1]", "{x: 7}", "{x: [1]}", "null", "{x: {}}"])
def test_odd_shapes_are_faults_and_nothing_worse(tmp_path: Path, part: str, odd: str) -> None:
    lines = SMALL.splitlines()
    begin = lines.index(f"{part}:")
    end = next((i for i in range(begin + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
    file = tmp_path / "odd.yaml"
    file.write_text("\n".join([*lines[:begin], f"{part}: {odd}", *lines[end:]]))
    with pytest.raises(ConfigFault) as fault:
        load(file)
    assert all(": " in line and "\n" not in line for line in fault.value.faults)

"""One grammar: words go where they fit, and what fits nowhere is refused with what was meant."""

from pathlib import Path

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

import handlers
from bot.config import Config, load
from bot.errors import Refusal
from bot.slack import Given, Incomplete
from bot.slack.grammar import understand
from bot.slack.lookup import find
from bot.slack.words import split

COMMANDS = handlers.load().commands


@pytest.fixture(scope="module")
def config() -> Config:
    return load(Path(__file__).parents[3] / "config.yaml")


def said(line: str, config: Config) -> Given | Incomplete:
    command, rest = find(split(line), COMMANDS)
    return understand(command, rest, config)


def refused(line: str, config: Config) -> tuple[str, str, str | None]:
    with pytest.raises(Refusal) as caught:
        said(line, config)
    return caught.value.code, str(caught.value), caught.value.hint


@pytest.mark.parametrize(
    "line",
    [
        "deploy shop to staging main",
        "deploy shop staging main",
        "deploy staging shop main",
        "DEPLOY Shop TO Staging main",
        "deploy main shop to staging",
        "deploy shop main to staging",
        'deploy "shop" "staging" "main"',
    ],
)
def test_words_may_stand_in_any_order_where_nothing_is_ambiguous(line: str, config: Config) -> None:
    if line in ("deploy main shop to staging", "deploy shop main to staging"):
        # Before the service and the environment are known, a word that is neither is taken for a slip.
        assert refused(line, config)[0] in ("no-such-service", "no-such-environment")
    else:
        assert said(line, config) == Given(services=("shop",), environment="staging", ref="main")


@pytest.mark.parametrize(
    "typed", ["shop,search", "shop, search", "shop ,search", "shop , search,", ",shop, search"]
)
def test_services_may_be_listed_with_commas(typed: str, config: Config) -> None:
    assert said(f"deploy {typed} to staging", config) == Given(
        services=("shop", "search"), environment="staging"
    )
    assert said(f"deploy {typed} staging main", config) == Given(
        services=("shop", "search"), environment="staging", ref="main"
    )


@pytest.mark.parametrize(
    "line",
    [
        "deploy shop to staging main.",
        "deploy shop, to staging, main",
        "Deploy, shop to staging: main!",
        "`deploy` `shop` to `staging`, `main`.",
    ],
)
def test_what_follows_a_word_in_a_sentence_is_no_part_of_it(line: str, config: Config) -> None:
    assert said(line, config) == Given(services=("shop",), environment="staging", ref="main")


def test_a_comma_or_full_stop_is_kept_where_it_was_meant(config: Config) -> None:
    assert said('deploy shop to staging "odd,"', config) == Given(
        services=("shop",), environment="staging", ref="odd,"
    )
    assert said("pause everything Omar is ill, Olga away.", config) == Given(
        words=("Omar", "is", "ill,", "Olga", "away.")
    )
    assert said("help deploy.", config) == Given(words=("deploy",))
    assert said("cancel d-12.", config) == Given(deploy="d-12")
    assert said("status?", config) == Given()


def test_a_word_between_services_that_is_none_is_refused_as_one(config: Config) -> None:
    assert refused("deploy shop, serch to staging", config) == (
        "no-such-service",
        "There is no service `serch`.",
        "Did you mean `search`?",
    )


def test_plan_is_understood_anywhere(config: Config) -> None:
    assert said("deploy --plan shop to staging", config) == Given(
        services=("shop",), environment="staging", plan=True
    )


def test_a_ref_keeps_its_case_and_its_slashes(config: Config) -> None:
    understood = said("deploy shop staging Feature/Gift-Cards", config)
    assert isinstance(understood, Given)
    assert understood.ref == "Feature/Gift-Cards"


def test_a_missing_word_is_asked_for_in_a_form(config: Config) -> None:
    assert said("deploy shop", config) == Incomplete(Given(services=("shop",)), ("environment",))
    assert said("deploy", config) == Incomplete(Given(), ("services", "environment"))


@pytest.mark.parametrize("typed", ["cancel d-12", "cancel D-012", "cancel #d-12", "cancel 12"])
def test_a_deploy_is_named_by_its_id(typed: str, config: Config) -> None:
    understood = said(typed, config)
    assert isinstance(understood, Given)
    assert understood.deploy == "d-12"


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("deplyo shop", ("unknown-word", "I don't know the word `deplyo`.", "Did you mean `deploy shop`?")),
        (
            "logs d-1",
            ("unknown-word", "I don't know the word `logs`.", "Press [Logs] on the card of the deploy."),
        ),
        ("xyzzy", ("unknown-word", "I don't know the word `xyzzy`.", "`help` lists what you can say.")),
        ("deploy shpo staging", ("no-such-service", "There is no service `shpo`.", "Did you mean `shop`?")),
        (
            "deploy shop stagign",
            ("no-such-environment", "`shop` has no environment `stagign`.", "Did you mean `staging`?"),
        ),
        (
            "deploy shop prod",
            ("no-such-environment", "`shop` has no environment `prod`.", "Did you mean `production`?"),
        ),
        (
            "deploy shop,serch staging",
            ("no-such-service", "There is no service `serch`.", "Did you mean `search`?"),
        ),
        (
            "run shop restrt staging",
            ("no-such-action", "`shop` has no action `restrt`.", "Did you mean `restart`?"),
        ),
        (
            "deploy shop staging --force",
            ("unknown-flag", "I don't know `--force`.", "The only one is `--plan`."),
        ),
        (
            "deploy shop staging main extra",
            (
                "bad-ref",
                "`main extra` cannot be a ref: it has a space in it.",
                "A ref is one word: a branch, a tag, a commit or a pull request like `#812`.",
            ),
        ),
        (
            "cancel d-12 extra",
            ("too-many-words", "I don't know what to do with `extra`.", "Say it as `cancel <deploy>`."),
        ),
        (
            "cancel #12",  # as a pull request or a page is named
            ("no-such-deploy", "`#12` is not a deploy.", "Did you mean `d-12`? `deploys` lists them."),
        ),
        ("cancel", ("missing", "I need a deploy, like `d-12`.", "Say it as `cancel <deploy>`.")),
        (
            "cancel shop",
            (
                "no-such-deploy",
                "`shop` is not a deploy.",
                "A deploy is named like `d-12`; `deploys` lists them.",
            ),
        ),
    ],
)
def test_what_fits_nowhere_is_refused_with_what_was_meant(
    line: str, refusal: tuple[str, str, str], config: Config
) -> None:
    assert refused(line, config) == refusal


PIECES = [
    "deploy", "run", "cancel", "status", "shop", "staging", "to", "in", "--plan", "d-1", "<@U1>", '"', "“", "main",
    "-x", "`",
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@generated(line=st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
def test_any_line_is_understood_or_refused_with_what_to_do(line: str) -> None:
    words = split(line)
    if not words:
        return
    try:
        command, rest = find(words, COMMANDS)
        understand(command, rest, ACME)
    except Refusal as refusal:
        told = refusal
    else:
        return
    assert str(told)
    assert told.hint


ACME = load(Path(__file__).parents[3] / "config.yaml")


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("ack #4711", Given(page="#4711")),
        ("ack 4711", Given(page="4711")),
        ("ack Q1CHECKOUT01", Given(page="Q1CHECKOUT01")),
        ("ack checkout", Given(page="checkout")),  # refused with what was meant
        ("ack", Given()),
        ("snooze #4711 for 2h", Given(page="#4711", words=("for", "2h"))),
        ("snooze 2h", Given(words=("2h",))),
        ("note #4711 the cache, again.", Given(page="#4711", words=("the", "cache,", "again."))),
        ("note the cache", Given(words=("the", "cache"))),
        ("merge #4711 into #4712", Given(page="#4711", words=("into", "#4712"))),
        ("merge into #4712", Given(page="#4712", words=("into",))),
    ],
)
def test_a_page_is_named_by_its_number_or_id_or_not_at_all(line: str, given: Given, config: Config) -> None:
    assert said(line, config) == given

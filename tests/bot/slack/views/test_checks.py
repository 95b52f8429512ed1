"""The checks of a commit as people read them."""

from bot.domain.gates import NotSetUp, Unknown
from bot.domain.gates.checks import Check, Checks
from bot.slack.views.checks import SHOWN, checks
from tests.bot.slack.views.test_limits import a_deploy, check, each_text

DEPLOY = a_deploy("Sell hats")
SHORT = DEPLOY.short()


def test_what_failed_stands_first_with_where_to_read_it() -> None:
    found = Checks(
        (
            Check("lint", "passed", DEPLOY.commit, "https://github.example/2"),
            Check("build", "running", DEPLOY.commit),
            Check("test", "failed", DEPLOY.commit, "https://github.example/1"),
        ),
        earlier=(Check("test", "failed", "b" * 40), Check("lint", "passed", "b" * 40)),
    )
    message = checks(DEPLOY, found)
    assert message.text == f"Checks of {SHORT}: 2 failed, 1 running, 1 passed"
    assert message.blocks[1]["text"]["text"].splitlines() == [
        ":x: <https://github.example/1|test>",
        ":x: test on `bbbbbbb`, which goes along",
        ":hourglass_flowing_sand: build",
        ":white_check_mark: <https://github.example/2|lint>",
    ]


def test_where_nobody_can_say_it_is_said_why() -> None:
    what = f"{SHORT} Sell hats"
    unknown = checks(DEPLOY, Unknown("GitHub", "It did not answer within 5 seconds."))
    assert unknown.text == (
        f"Nobody can say how the checks of {what} went. GitHub cannot say. It did not answer within 5 seconds."
    )
    missing = checks(DEPLOY, NotSetUp("GitHub", "Set GITHUB_TOKEN."))
    assert missing.text == f"Nobody can say how the checks of {what} went: not set up. Set GITHUB_TOKEN."
    assert checks(DEPLOY, Checks(())).text == f"{what} has no checks."


@each_text
def test_many_checks_with_any_name_fit_slack_and_mention_nobody(words: str) -> None:
    for link in ("https://shop.example/", f"https://x.example/ {words}", "javascript:alert(1)", ""):
        each = tuple(Check(words, "failed", DEPLOY.commit, link) for _ in range(SHOWN + 5))
        check(checks(a_deploy(words), Checks(each)))
    check(checks(a_deploy(words), Unknown("GitHub", words)))

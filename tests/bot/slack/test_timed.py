"""The time among the words of a command, and `at` as a little word."""

from pathlib import Path

import pytest

from bot.config import Config, load
from bot.slack import Given
from tests.bot.slack.test_grammar import refused, said


@pytest.fixture(scope="module")
def config() -> Config:
    return load(Path(__file__).parents[3] / "config.yaml")


@pytest.mark.parametrize(
    ("line", "ref", "time"),
    [
        ("deploy shop production at 14:00", None, ("14:00",)),
        ("deploy shop to production main at 14:00", "main", ("14:00",)),
        ("deploy shop at 14:00 to production", None, ("14:00",)),
        ("deploy shop production 14:00 main", "main", ("14:00",)),
        ("deploy shop production tomorrow 9:00", None, ("tomorrow", "9:00")),
        ("deploy shop production main at friday 18:00.", "main", ("friday", "18:00.")),
        ("deploy shop production at 25:00", None, ("25:00",)),
        ("deploy shop production at friday", None, ("friday",)),
        ("deploy shop production friday", "friday", ()),
        ('deploy shop production at "friday"', "friday", ()),
        ("deploy shop production at main", "main", ()),
        ("deploy shop production at 1.2", "1.2", ()),
        ("deploy shop production at feature/14-00", "feature/14-00", ()),
        ("deploy shop production at 4f2a9c1", "4f2a9c1", ()),
    ],
)
def test_at_says_a_time_where_one_follows_and_is_a_little_word_elsewhere(
    line: str, ref: str | None, time: tuple[str, ...], config: Config
) -> None:
    assert said(line, config) == Given(services=("shop",), environment="production", ref=ref, time=time)


def test_two_times_and_none_after_at_are_refused(config: Config) -> None:
    code, sentence, _ = refused("deploy shop production at 14:00 at 15:00", config)
    assert (code, sentence) == ("two-times", "You say two times: `14:00` and `15:00`.")
    assert refused("deploy shop production at", config) == (
        "no-such-time",
        "At what time?",
        "Say it as `at 14:00`, `at tomorrow 9:00` or `at friday 18:00`.",
    )


@pytest.mark.parametrize(
    "line",
    ["can i deploy shop to production", "promote shop staging to production", "run shop restart production"],
)
def test_whatever_begins_a_deploy_takes_a_time(line: str, config: Config) -> None:
    understood = said(f"{line} at 14:00", config)
    assert isinstance(understood, Given)
    assert understood.time == ("14:00",)

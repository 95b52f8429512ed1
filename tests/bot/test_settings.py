"""What the environment says, and what is said when half of it is missing."""

from pathlib import Path

import pytest

from bot.errors import StartFault
from bot.settings import SLACK_API, SlackSettings, read


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (
            {"SLACK_BOT_TOKEN": "xoxb-1"},
            "SLACK_BOT_TOKEN is set, but neither SLACK_SIGNING_SECRET (for HTTP) nor SLACK_APP_TOKEN "
            "(for Socket Mode): set one of them.",
        ),
        (
            {"SLACK_SIGNING_SECRET": "s"},
            "SLACK_SIGNING_SECRET is set but SLACK_BOT_TOKEN is not: set it too, or neither.",
        ),
        (
            {"SLACK_APP_TOKEN": "xapp-1"},
            "SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN is not: set it too, or neither.",
        ),
        ({"PORT": "http"}, "PORT is 'http': it has to be a port, 0 to 65535."),
        (
            {"GRAIL_WORKSPACE_PORT": "70000"},
            "GRAIL_WORKSPACE_PORT is '70000': it has to be a port, 0 to 65535.",
        ),
    ],
)
def test_half_of_the_credentials_or_an_odd_port_is_one_plain_sentence(
    environment: dict[str, str], words: str
) -> None:
    with pytest.raises(StartFault) as caught:
        read(environment)
    assert str(caught.value) == words


def test_what_is_not_set_has_a_default() -> None:
    found = read({}, config="/somewhere/config.yaml")
    assert (found.port, found.workspace_port, found.redis_url, found.slack) == (8000, 3000, None, None)
    assert found.data == Path("/somewhere/.grail")


def test_the_command_line_wins_over_the_environment() -> None:
    found = read({"PORT": "9000", "GRAIL_CONFIG": "/a.yaml", "GRAIL_DATA": "/d"}, config="/b.yaml", port=9001)
    assert (found.port, found.config, found.data) == (9001, Path("/b.yaml"), Path("/d"))


def test_slack_is_reached_at_its_own_address_unless_another_is_named() -> None:
    keys = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    assert read(keys).slack == SlackSettings("xoxb-1", None, "xapp-1", SLACK_API)
    there = read({**keys, "SLACK_API_URL": "http://127.0.0.1:3000/api"}).slack
    assert there is not None
    assert there.api_url == "http://127.0.0.1:3000/api/"


def test_every_secret_of_every_system_is_known_to_be_one(tmp_path: Path) -> None:
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing", "REDIS_URL": "redis://grail:p%40ss@db:6379/0",
        "PAGERDUTY_API_TOKEN": "pd", "PAGERDUTY_WEBHOOK_SECRET": "old, new", "GITHUB_TOKEN": "gh",
        "GRAIL_HOOK_SECRET_COVERAGE_SHOP": "cover", "GRAIL_DATA": str(tmp_path), "PATH": "/bin",
    }  # fmt: skip
    secrets = {"xoxb-1", "signing", "p@ss", "pd", "old", "new", "gh", "cover"}
    assert set(read(environment).secrets()) == secrets


def test_github_is_reached_by_a_token_or_as_an_app_and_its_secrets_are_hidden() -> None:
    found = read({"GITHUB_TOKEN": "ghp", "GITHUB_WEBHOOK_SECRET": " new, old ,"})
    assert (found.github.token, found.github.webhook_secrets) == ("ghp", ("new", "old"))
    assert found.github.api_url == "https://api.github.com"
    app = read(
        {
            "GITHUB_APP_ID": "77",
            "GITHUB_APP_KEY": "the key",
            "GITHUB_API_URL": "https://ghe.example.com/api/v3",
        }
    )
    assert (app.github.app_id, app.github.api_url) == ("77", "https://ghe.example.com/api/v3")
    assert {"ghp", "new", "old"} <= set(found.secrets())
    assert "the key" in app.secrets()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"GITHUB_APP_ID": "77"}, "GITHUB_APP_ID is set but GITHUB_APP_KEY is not: set it too, or neither."),
        ({"GITHUB_APP_KEY": "k"}, "GITHUB_APP_KEY is set but GITHUB_APP_ID is not: set it too, or neither."),
        ({"GITHUB_API_URL": "ghe"}, "GITHUB_API_URL is 'ghe': it has to begin with https://."),
    ],
)
def test_half_of_what_github_needs_is_refused(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(StartFault) as fault:
        read(given)
    assert str(fault.value) == sentence


def test_the_secrets_of_what_comes_in_are_lists_and_are_hidden_from_logs() -> None:
    found = read({"GRAIL_HOOK_SECRET_COVERAGE_SHOP": "new, old,", "GRAIL_HOOK_SECRET_NAGIOS": " "})
    assert found.hook_secrets == {"COVERAGE_SHOP": ("new", "old")}
    assert set(found.secrets()) >= {"new", "old"}

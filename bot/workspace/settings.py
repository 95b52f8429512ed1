"""How a workspace is started: which app it serves, with which secrets, and where it keeps its state."""

import argparse
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A slash command that the app has registered. `should_escape`: people and channels come as `<@U…>`."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = True


@dataclass(frozen=True)
class Shortcut:
    """type: "global" (the + menu) or "message" (a message's own menu)."""

    callback_id: str
    name: str
    type: str = "global"


ADD = Shortcut("page.add", "Add to the page", "message")
GRAIL = Command("/grail", "Deploys, pages, alerts and shadowing", "help")


@dataclass(frozen=True)
class Settings:
    """port 0 takes a free one. app_url: signed HTTP goes there; None: Socket Mode. state: a file, or None for memory.

    contracts, github_contracts: the folders with Slack's published JSON schemas and GitHub's OpenAPI files; None
    where there are none. github_token: what GitHub takes. github_app: (id, public key as PEM) of an App
    that it knows too. github_webhook_secret: None: it tells the app nothing.
    pagerduty_…: the same of PagerDuty; several webhook secrets, with commas between, each sign.
    repositories: what GitHub has from the start, where it is there: (owner/name, folder of a git repository), with a
    workflow deploy.yml.
    """

    port: int = 0
    app_url: str | None = None
    app_name: str = "Grail"
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(16)}", repr=False)
    app_token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(16)}", repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    commands: tuple[Command, ...] = (GRAIL,)
    shortcuts: tuple[Shortcut, ...] = (ADD,)
    state: Path | None = None
    clock_file: Path | None = field(default_factory=lambda: clock_file_of(os.environ))
    contracts: Path | None = field(default_factory=lambda: contracts_of(os.environ))
    github_token: str = field(default_factory=lambda: f"ghp_{secrets.token_hex(18)}", repr=False)
    github_app: tuple[str, str] | None = None
    github_webhook_secret: str | None = field(default=None, repr=False)
    github_contracts: Path | None = field(default_factory=lambda: contracts_of(os.environ, "github"))
    pagerduty_token: str = field(default_factory=lambda: f"pd{secrets.token_hex(9)}", repr=False)
    pagerduty_webhook_secret: str | None = field(default=None, repr=False)
    pagerduty_contracts: Path | None = field(default_factory=lambda: contracts_of(os.environ, "pagerduty"))
    repositories: tuple[tuple[str, Path], ...] = ()


def clock_file_of(environment: "os._Environ[str] | dict[str, str]") -> Path | None:
    """GRAIL_CLOCK_FILE: the number of seconds by which time is moved for every process that reads it."""
    name = environment.get("GRAIL_CLOCK_FILE")
    return Path(name) if name else None


def contracts_of(environment: "os._Environ[str] | dict[str, str]", vendor: str = "slack") -> Path | None:
    """The vendor's schemas in GRAIL_SHARED, or in `../shared` beside the checkout; None where they are not at hand."""
    shared = environment.get("GRAIL_SHARED")
    root = Path(shared) if shared else Path(__file__).parents[3] / "shared"
    folder = root / "contracts" / vendor
    return folder if folder.is_dir() else None


def parse(arguments: Sequence[str]) -> Settings:
    """The options of `grail workspace`. Exits with a usage line where they make no sense."""
    made = Settings()
    parser = argparse.ArgumentParser(
        "grail workspace", description="A local Slack look-alike for any Bolt app."
    )
    parser.add_argument("--port", type=int, default=3000, help="0 takes a free one (default 3000)")
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--app-url", help="where the app takes requests, e.g. http://localhost:8000/slack/events"
    )
    way.add_argument("--socket", action="store_true", help="the app connects in Socket Mode (the default)")
    parser.add_argument("--signing-secret", default=made.signing_secret)
    parser.add_argument("--bot-token", default=made.bot_token)
    parser.add_argument("--app-token", default=made.app_token)
    parser.add_argument(
        "--token", default=made.token, help="what programs show at /control (default: made up)"
    )
    parser.add_argument("--github-token", default=made.github_token, help="what the GitHub at /github takes")
    parser.add_argument(
        "--github-app", metavar="ID:FILE", help="a GitHub App and the file with its public key"
    )
    parser.add_argument(
        "--github-webhook-secret", help="GitHub's webhooks go to /hooks/github of --app-url, signed with it"
    )
    parser.add_argument(
        "--pagerduty-token", default=made.pagerduty_token, help="what the PagerDuty at /pagerduty takes"
    )
    parser.add_argument(
        "--pagerduty-webhook-secret", help="its webhooks go to /hooks/pagerduty of --app-url, signed with it"
    )
    parser.add_argument("--commands", help="the app's slash commands, e.g. /ask,/tell (default /grail)")
    parser.add_argument("--state", type=Path, help="a file to keep everything in over a restart")
    given = parser.parse_args(arguments)
    if given.app_url and not given.app_url.startswith(("http://", "https://")):
        parser.error("--app-url must begin with http:// or https://")
    app = None
    if given.github_app:
        id, _, file = given.github_app.partition(":")
        if not Path(file).is_file():
            parser.error("--github-app wants ID:FILE, the file with the App's public key in it")
        app = (id, Path(file).read_text())
    commands = made.commands
    if given.commands:
        words = [word.strip() for word in given.commands.split(",") if word.strip()]
        wrong = [word for word in words if not word.startswith("/") or " " in word]
        if wrong:
            parser.error(f"--commands wants words that begin with a slash, not {wrong[0]!r}")
        commands = tuple(GRAIL if word == GRAIL.command else Command(word) for word in words)
    return Settings(
        port=given.port,
        app_url=given.app_url,
        signing_secret=given.signing_secret,
        bot_token=given.bot_token,
        app_token=given.app_token,
        token=given.token,
        github_token=given.github_token,
        github_app=app,
        github_webhook_secret=given.github_webhook_secret,
        pagerduty_token=given.pagerduty_token,
        pagerduty_webhook_secret=given.pagerduty_webhook_secret,
        commands=commands,
        state=given.state,
    )

"""What the environment says: secrets, addresses, ports. config.yaml never holds any of it."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.errors import StartFault

SLACK_API = "https://slack.com/api/"
GITHUB_API = "https://api.github.com"
PAGERDUTY_API = "https://api.pagerduty.com"
HOOK_SECRET = "GRAIL_HOOK_SECRET_"
_SECRET = re.compile(r"(PAGERDUTY|GITHUB|ARGOCD|JENKINS|GRAIL)_(.*_)?(TOKEN|SECRET)(_.*)?")


@dataclass(frozen=True)
class SlackSettings:
    """How Slack is reached. Either a signing secret (HTTP) or an app token (Socket Mode), or both."""

    bot_token: str
    signing_secret: str | None  # or several, separated by commas: each is tried
    app_token: str | None
    api_url: str = SLACK_API


@dataclass(frozen=True)
class GitHubSettings:
    """How GitHub is reached: as an App (its id, the text of its private key), or by a token; by neither: not set up.

    webhook_secrets: each is tried; none: its webhooks are closed.
    """

    token: str | None = None
    app_id: str | None = None
    app_key: str | None = None
    api_url: str = GITHUB_API
    webhook_secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class PagerDutySettings:
    """How PagerDuty is reached; without a token: not set up.

    webhook_secrets: each is tried; none: its webhooks are closed.
    """

    token: str | None = None
    api_url: str = PAGERDUTY_API
    webhook_secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    config: Path
    data: Path
    port: int
    workspace_port: int
    redis_url: str | None
    slack: SlackSettings | None
    others: tuple[str, ...] = ()  # the secrets of all other systems
    github: GitHubSettings = GitHubSettings()
    pagerduty: PagerDutySettings = PagerDutySettings()
    hook_secrets: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # by what follows GRAIL_HOOK_SECRET_
    metrics_token: str | None = None  # or several, separated by commas: opens /metrics to other machines

    def make_data(self) -> None:
        """Make the data folder, for this user alone. Raises StartFault where nothing can be kept there."""
        try:
            self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.data / ".written").touch()
            (self.data / ".written").unlink()
        except OSError as error:
            raise StartFault(
                f"Nothing can be kept in {self.data} ({error.strerror}): "
                "set GRAIL_DATA to a folder that can be written."
            ) from error

    def secrets(self) -> tuple[str, ...]:
        """What must never stand in a log line or in a recipe's output."""
        slack = self.slack
        signing = (slack.signing_secret or "").split(",") if slack else []
        found = (slack.bot_token, *(part.strip() for part in signing), slack.app_token) if slack else ()
        of_github = (self.github.token, self.github.app_key, *self.github.webhook_secrets)
        of_pagerduty = (self.pagerduty.token, *self.pagerduty.webhook_secrets)
        every = (*found, *of_github, *of_pagerduty, *self.others)
        return tuple(dict.fromkeys(secret for secret in every if secret))


def read(
    environment: Mapping[str, str] | None = None, *, config: str | None = None, port: int | None = None
) -> Settings:
    """The settings of this process; `config` and `port` come from the command line and win. Raises StartFault."""
    env = os.environ if environment is None else environment
    if port is not None and not 0 <= port <= 65535:
        raise StartFault(f"--port is {port}: it has to be a port, 0 to 65535.")
    path = Path(config or env.get("GRAIL_CONFIG") or "config.yaml").absolute()
    data = env.get("GRAIL_DATA")
    return Settings(
        config=path,
        data=Path(data).absolute() if data else path.parent / ".grail",
        port=port if port is not None else _number(env, "PORT", 8000),
        workspace_port=_number(env, "GRAIL_WORKSPACE_PORT", 3000),
        redis_url=env.get("REDIS_URL") or None,
        slack=_slack(env),
        others=tuple(_secrets(env)),
        github=_github(env),
        pagerduty=_pagerduty(env),
        hook_secrets={
            name.removeprefix(HOOK_SECRET): found
            for name, value in env.items()
            if name.startswith(HOOK_SECRET) and (found := _list(value))
        },
        metrics_token=env.get("GRAIL_METRICS_TOKEN") or None,
    )


def _secrets(env: Mapping[str, str]) -> Iterator[str]:
    """Those that check what comes in may be lists, for rotation."""
    for name, value in env.items():
        if _SECRET.fullmatch(name):
            yield from _list(value)
    if password := urlsplit(env.get("REDIS_URL") or "").password:
        yield unquote(password)


def _list(value: str) -> tuple[str, ...]:
    return tuple(part for each in value.split(",") if (part := each.strip()))


def _github(env: Mapping[str, str]) -> GitHubSettings:
    url = env.get("GITHUB_API_URL") or GITHUB_API
    if not url.startswith(("https://", "http://")):
        raise StartFault(f"GITHUB_API_URL is {url!r}: it has to begin with https://.")
    app, key = env.get("GITHUB_APP_ID") or None, env.get("GITHUB_APP_KEY") or None
    if (app is None) != (key is None):
        found, lacks = ("ID", "KEY") if app else ("KEY", "ID")
        raise StartFault(f"GITHUB_APP_{found} is set but GITHUB_APP_{lacks} is not: set it too, or neither.")
    return GitHubSettings(
        token=env.get("GITHUB_TOKEN") or None,
        app_id=app,
        app_key=key,
        api_url=url,
        webhook_secrets=_list(env.get("GITHUB_WEBHOOK_SECRET", "")),
    )


def _pagerduty(env: Mapping[str, str]) -> PagerDutySettings:
    url = env.get("PAGERDUTY_API_URL") or PAGERDUTY_API
    if not url.startswith(("https://", "http://")):
        raise StartFault(f"PAGERDUTY_API_URL is {url!r}: it has to begin with https://.")
    return PagerDutySettings(
        token=env.get("PAGERDUTY_API_TOKEN") or None,
        api_url=url.rstrip("/"),
        webhook_secrets=_list(env.get("PAGERDUTY_WEBHOOK_SECRET", "")),
    )


def _slack(env: Mapping[str, str]) -> SlackSettings | None:
    token, secret, app = (
        env.get(f"SLACK_{name}") or None for name in ("BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN")
    )
    if token is None and (secret or app):
        found = "SLACK_SIGNING_SECRET" if secret else "SLACK_APP_TOKEN"
        raise StartFault(f"{found} is set but SLACK_BOT_TOKEN is not: set it too, or neither.")
    if token is None:
        return None
    if not (secret or app):
        raise StartFault(
            "SLACK_BOT_TOKEN is set, but neither SLACK_SIGNING_SECRET (for HTTP) nor SLACK_APP_TOKEN "
            "(for Socket Mode): set one of them."
        )
    url = env.get("SLACK_API_URL") or SLACK_API
    return SlackSettings(token, secret, app, url if url.endswith("/") else url + "/")


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isdecimal() or int(text) > 65535:
        raise StartFault(f"{name} is {text!r}: it has to be a port, 0 to 65535.")
    return int(text)

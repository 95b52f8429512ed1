"""What a person asks to be deployed, from the words of a command or from the value that a button carries."""

from dataclasses import dataclass

from bot.domain.deploys import Deploy
from bot.errors import NotUnderstood
from bot.services.wanted import Wanted
from bot.slack import Turn

_NOTHING = "-"  # a ref never begins so


@dataclass(frozen=True)
class What:
    """What is to be deployed where. `ref` None: what the environment says; action: instead of a deploy."""

    service: str
    environment: str
    ref: str | None = None
    action: str | None = None

    @property
    def value(self) -> str:
        """As a button carries it."""
        return " ".join((self.service, self.environment, self.ref or _NOTHING, self.action or _NOTHING))

    @property
    def word(self) -> str:
        """The right that it takes."""
        return "run" if self.action else "deploy"

    @classmethod
    def read(cls, value: str) -> "What":
        words = value.split(" ")
        if len(words) != 4:
            raise NotUnderstood(
                "This button carries no deploy.", code="no-such-deploy", hint="Type the command instead."
            )
        service, environment, ref, action = words
        return cls(
            service, environment, None if ref == _NOTHING else ref, None if action == _NOTHING else action
        )

    @classmethod
    def of(cls, deploy: Deploy) -> "What":
        ref = None if "ref" in deploy.assumed or deploy.action else deploy.ref
        return cls(deploy.service, deploy.environment, ref, deploy.action)


def wanted(turn: Turn, what: What) -> Wanted:
    """The same for the services: with who asks, and where the card shall stand."""
    ask = turn.ask
    config = turn.services.config()
    return Wanted(
        service=what.service,
        environment=what.environment,
        ref=what.ref,
        action=what.action,
        by=turn.holder.email or ask.user,
        by_user="" if ask.how == "terminal" else ask.user,
        by_name=turn.holder.name,
        team=ask.team,
        channel=ask.channel or config.teams[config.services[what.service].team].channel,
        request=f"{ask.id}:{what.service}",
        trace=ask.request,
        asker=f"{ask.team}:{ask.user}",
    )

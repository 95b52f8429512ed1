"""What a person asks to be deployed, from the words of a command or from the value that a button carries."""

from dataclasses import dataclass

from bot.domain.begins import understood
from bot.domain.deploys import Deploy
from bot.errors import NotUnderstood, Stale
from bot.services.wanted import Wanted
from bot.slack import Turn

_NOTHING = "-"  # a ref never begins so
_SET = "@"  # before the time for which it is set


@dataclass(frozen=True)
class What:
    """What is to be deployed where. `ref` None: what the environment says; action: instead of a deploy.

    begins: the time for which it is set, seconds since the epoch; None: as soon as it may.
    """

    service: str
    environment: str
    ref: str | None = None
    action: str | None = None
    begins: float | None = None

    @property
    def value(self) -> str:
        """As a button carries it."""
        words = (self.service, self.environment, self.ref or _NOTHING, self.action or _NOTHING)
        return " ".join((*words, f"{_SET}{self.begins:.0f}") if self.begins else words)

    @property
    def word(self) -> str:
        """The right that it takes."""
        return "run" if self.action else "deploy"

    @classmethod
    def read(cls, value: str) -> "What":
        words = value.split(" ")
        at = words.pop().removeprefix(_SET) if len(words) == 5 and words[4].startswith(_SET) else ""
        if len(words) != 4 or (at and not at.isdecimal()):
            raise NotUnderstood(
                "This button carries no deploy.", code="no-such-deploy", hint="Type the command instead."
            )
        service, environment, ref, action = words
        return cls(
            service,
            environment,
            None if ref == _NOTHING else ref,
            None if action == _NOTHING else action,
            float(at) if at else None,
        )

    @classmethod
    def of(cls, deploy: Deploy) -> "What":
        ref = None if "ref" in deploy.assumed or deploy.action else deploy.ref
        return cls(deploy.service, deploy.environment, ref, deploy.action)


def wanted(turn: Turn, what: What) -> Wanted:
    """The same for the services: with who asks, and where the card shall stand."""
    ask = turn.ask
    if what.begins is not None and what.begins <= turn.now:
        raise Stale(
            f"This was for {understood(what.begins, turn.holder.zone)}, which is over: nothing was changed.",
            code="in-the-past",
            hint="Ask for it again, for another time or for now.",
        )
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
        begins=what.begins,
        begins_said=understood(what.begins, turn.holder.zone) if what.begins else "",
    )

"""What is reckoned about one deploy that waits, without asking anybody."""

from bot.domain.deploys import Deploy, State
from bot.domain.rights import Holder

LIFE_SECONDS = 24 * 3600.0  # how long a deploy waits at most
TURN_SECONDS = 600.0  # how long who is next in line has to start


def ends(deploy: Deploy) -> float:
    """How long it waits at most; one that is set for a time has a few minutes from then, however late that is."""
    return max(deploy.requested + LIFE_SECONDS, (deploy.begins or 0.0) + TURN_SECONDS)


def ending(deploy: Deploy, now: float) -> tuple[State, str] | None:
    """How its waiting is over, and why; None: it is not."""
    if deploy.cancelled_by:
        return "cancelled", "Nothing was started."
    if deploy.asked_at is not None and now >= deploy.asked_at + TURN_SECONDS:
        minutes = round(TURN_SECONDS / 60)
        return "cancelled", f"Its turn came, and nobody started it within {minutes} minutes."
    if deploy.held_until is not None and now >= deploy.held_until:
        what = {"parked": "It was parked", "waiting": "It waited for its approval"}.get(
            deploy.state, "It waited"
        )
        hours = round(LIFE_SECONDS / 3600)
        return "failed", f"{what} for {hours} hours, which is the most. Nothing was started."
    return None


def unsaid(asker: Holder) -> bool:
    """Whether nobody can say now who asked: Slack does not answer."""
    return asker.kind == "unknown" or ("Slack" in asker.unknown and asker.email is None)


def gone(deploy: Deploy) -> str:
    """Why it is over when who asked for it has left."""
    return f"{deploy.by_name} is no member of this workspace any more. Nothing was started."


def same(one: Deploy, other: Deploy) -> bool:
    """Whether this person has asked for the very same already, however it was typed."""
    names = ("by", "service", "environment", "commit", "action", "rollback")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def passes(deploy: Deploy) -> tuple[str, ...]:
    """What the script need not look at: gates that somebody waived; of a roll-back all but the claim."""
    if deploy.rollback:
        return ("lock", "freeze", "quarantine", "queue")
    return tuple(gate for gate, _ in deploy.waived if gate in ("lock", "freeze", "quarantine"))


def timer(id: str) -> str:
    """The id of the timer that has it judged again."""
    return f"hold:{id}"

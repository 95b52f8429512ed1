"""Where a commit is: an environment a line, with since when, or what is on its way."""

from collections.abc import Sequence

from bot.domain.deploys import Deploy
from bot.services.whereabouts import Found, Place, Whereabouts
from bot.slack import Block, Message
from bot.slack.views.text import context, cut, escape, quiet, said, section, when

SHORT = "{time}"


def whereabouts(answer: Whereabouts) -> Message:
    """On the lock screen: what it is, and where it is by now."""
    blocks: list[Block] = []
    for found in answer.found:
        blocks.append(section(_head(answer.ref, found)))
        services = dict.fromkeys(place.service for place in found.places)
        for service in services:
            lines = [f"*{escape(service)}*"]
            lines += [_line(place) for place in found.places if place.service == service]
            blocks.append(section("\n".join(lines)))
        if found.more:
            there = f"`where is {escape(answer.ref)} in &lt;service&gt;`"
            blocks.append(
                context(f"and {found.more} more services of this repository: name one with {there}")
            )
    blocks += [context(f":warning: {escape(one)}") for one in answer.silent[:5]]
    blocks = blocks if len(blocks) <= 50 else [*blocks[:49], context("and more: name a service")]
    return Message(cut("; ".join(_in_short(answer.ref, found) for found in answer.found), 300), blocks)


def _head(ref: str, found: Found) -> str:
    commit = found.commit
    became = ", merged as" if found.squashed else ""
    named = "" if commit.sha.startswith(ref.lower()) else f"*{quiet(ref, 100)}*{became} "
    return f"{named}`{commit.sha[:7]}` {quiet(commit.subject)} — {quiet(commit.author, 60)}"


def _in_short(ref: str, found: Found) -> str:
    here = [f"{place.service} {place.environment}" for place in found.places if place.here]
    where = f"in {', '.join(here)}" if here else "nowhere yet"
    plain = said(quiet(found.commit.subject, 60)).text
    return f"{quiet(ref[:12] if len(ref) == 40 else ref, 60)} {plain}: {where}"


def _line(place: Place) -> str:
    words = "; ".join(part for part in (_state(place), *_coming(place), _kept(place), _doubt(place)) if part)
    return f"• *{escape(place.environment)}*: {words}"


def _state(place: Place) -> str:
    stands, stay = place.stands, place.stay
    if place.here and stands is not None:
        if (
            stay is None or stay.went is not None
        ):  # what stands there came by another way than a deploy of ours
            return f":white_check_mark: since {when(stands.since)} ({stands.deploy})"
        longer = " or longer" if stay.open else ""
        return f":white_check_mark: since {_at(stay.came)}{longer} ({_by(stay.came)})"
    if place.here is None and stands is not None:
        return f"nobody can say: the repository knows `{stands.commit[:7]}` no more, which stands there"
    if stay is None:
        return (
            f"not yet, `{stands.commit[:7]}` stands there" if stands else "not yet, nothing is deployed there"
        )
    if stay.went is None:
        return f":x: not any more: it came {_at(stay.came)} ({stay.came.id}), and something else stands there"
    how = "rolled it back" if stay.went.rollback else "replaced it with a commit that has it not"
    return f":x: not any more: {_by(stay.went)} {how} {_at(stay.went)}; it was there since {_at(stay.came)}"


def _coming(place: Place) -> Sequence[str]:
    """Deploys with it that are on their way; where it is already they are no news."""
    if place.here:
        return ()
    return [_on_its_way(one) for one in place.coming[:3]]


def _on_its_way(deploy: Deploy) -> str:
    if deploy.state in ("requested", "running"):
        return f":rocket: {_by(deploy)} brings it now"
    if deploy.state == "queued":
        number = deploy.place_in_line or 1
        place = "is the next in line" if number == 1 else f"is number {number} in line"
        return f":hourglass: {_by(deploy)} {place}"
    waits = "waits for approval" if deploy.state == "waiting" else "is parked"
    return f":hourglass: {_by(deploy)} {waits}"


def _kept(place: Place) -> str:
    if not place.kept_away:
        return ""
    clear = escape(f"clear {place.service} {place.environment}")
    return f":no_entry: {place.kept_away} took it back, and it may not come again until `{clear}`"


def _doubt(place: Place) -> str:
    return f":rotating_light: nobody knows what {place.doubt.id} left behind there" if place.doubt else ""


def _at(deploy: Deploy) -> str:
    return when(deploy.ended or deploy.started or deploy.requested)


def _by(deploy: Deploy) -> str:
    by = f"{deploy.id} by {quiet(deploy.by_name, 40)}"
    return f"{by}, *outside*" if deploy.outside else by

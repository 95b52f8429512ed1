"""The history of deploys: a page of it, and how a place is delivered to."""

from collections.abc import Sequence

from bot.domain.delivery import DAY, Delivery, Figure
from bot.domain.deploys import Deploy
from bot.domain.history import Page, Selection
from bot.slack import Block, Message
from bot.slack.views import outside
from bot.slack.views.deploy import MARK
from bot.slack.views.text import actions, button, context, duration, escape, quiet, said, section, when
from bot.store.reported import Odd


def deploys(
    page: Page,
    selection: Selection,
    carried: str,
    start: str = "",
    figures: Delivery | None = None,
    example: str = "shop to staging",
    odd: Sequence[Odd] = (),
) -> Message:
    """A line a deploy. carried: what the buttons carry after the deploy's id; start: "" for the first page.

    example: a place that there is, for who has never deployed.
    """
    found = page.deploys
    there = f" in {quiet(selection.environment, 60)}" if selection.environment else ""
    whose = (quiet(selection.service, 60) or "all services") + there
    narrowed = _narrowed(selection)
    turn = [
        *([button("Newer", "deploys.newer", f"{page.newer}{carried}")] if page.newer else []),
        *([button("Older", "deploys.page", f"{page.older}{carried}")] if page.older else []),
    ]
    rest: list[Block] = [context(_looked(page.back_to))] if page.back_to is not None else []
    if odd:
        rest.append(context(_odd(odd)))
    if turn:
        rest.append(actions(*turn))
    if not found:
        return _none(selection, narrowed, start, example, rest)
    title = f"*Deploys of {whose}*{narrowed}"
    lines = [_line(deploy, named=not selection.service) for deploy in found]
    blocks: list[Block] = [section(f"{title}\n" + "\n".join(lines))]
    if figures is not None:
        blocks.insert(0, context(delivered(figures)))
    text = f"{len(found)} deploys of {whose}{narrowed}, the newest {found[0].id} {found[0].state}"
    return Message(text, [*blocks, *rest])


def delivered(figures: Delivery) -> str:
    """The four figures in one line each; a few deploys tell nothing, and then it says so."""
    days = max(1, round(figures.seconds / DAY))
    shipped = figures.frequency
    open_ = f", {figures.open} not restored yet" if figures.open else ""
    lines = [
        f"*Last {days} days*",
        f"Succeeded: {_few(shipped) or _often(shipped.value or 0.0)}{_of(shipped, 'deploys')}",
        f"From commit to here: {_few(figures.lead_time) or duration(figures.lead_time.value or 0.0)}"
        f"{_of(figures.lead_time, 'commits, the median')}",
        f"Failed: {_failed(figures)}",
        f"Restored after: {_few(figures.restore) or duration(figures.restore.value or 0.0)}"
        f"{_of(figures.restore, 'failures, the median')}{open_}",
    ]
    return "\n".join(lines)


def _failed(figures: Delivery) -> str:
    rate = figures.failure_rate
    if rate.value is None:
        return f"{figures.failures} of {rate.counted}, too few to tell" if rate.counted else "none yet"
    return f"{100 * rate.value:.0f} % ({figures.failures} of {rate.counted})"


def _few(figure: Figure) -> str:
    """Why there is no figure; "" where there is one."""
    if figure.value is not None:
        return ""
    return f"only {figure.counted} so far, too few to tell" if figure.counted else "none yet"


def _of(figure: Figure, what: str) -> str:
    return "" if figure.value is None else f" ({figure.counted} {what})"


def _often(a_day: float) -> str:
    return f"{a_day:.1f} a day" if a_day >= 0.95 else f"{7 * a_day:.1f} a week"


def _narrowed(selection: Selection) -> str:
    """The conditions in words, as they follow a title."""
    words = [
        *(
            [f"by {quiet(selection.by, 60)}"]
            if "@" in selection.by
            else ["by one person"]
            if selection.by
            else []
        ),
        *([selection.state] if selection.state else []),
        *([f"ref {quiet(selection.ref, 60)}"] if selection.ref else []),
    ]
    return f", {', '.join(words)}" if words else ""


def _none(selection: Selection, narrowed: str, start: str, example: str, rest: list[Block]) -> Message:
    of = f" of `{quiet(selection.service, 60)}`" if selection.service else ""
    there = f" in `{quiet(selection.environment, 60)}`" if selection.environment else ""
    if start:
        text = f"No more deploys{of}{there}{narrowed}."
    elif narrowed or selection.since:
        text = f"No deploys{of}{there} like that{narrowed}."
    else:
        text = f"No deploys yet{of}{there}. Say `deploy {example}` for the first one."
    return said(text, *([section(text), *rest] if rest else []))


def _odd(odd: Sequence[Odd]) -> str:
    """Reports of other systems that could not be used, the newest first."""
    many = "A report of another system" if len(odd) == 1 else f"{len(odd)} reports of other systems"
    return (
        f":grey_question: {many} could not be used; the newest, {when(odd[0].at)}: {quiet(odd[0].why, 200)}"
    )


def _looked(back_to: float) -> str:
    return f"I looked back to {when(back_to)}; [Older] looks further."


def _line(deploy: Deploy, *, named: bool) -> str:
    """One deploy; named: with its service, where the heading does not say it."""
    where = f"{deploy.action} in {deploy.environment}" if deploy.action else deploy.environment
    where = deploy.what if named else where
    return (
        f"{MARK.get(deploy.state, '')} {deploy.id} *{escape(where)}* `{deploy.short()}` {quiet(deploy.subject, 60)} — "
        f"{deploy.state}, {outside.short(deploy)}, {when(deploy.requested)}"
    )

"""A verdict: every condition, who can clear it, and the button that comes next."""

from collections.abc import Collection, Mapping, Sequence

from bot.domain.deploys import Deploy, Told
from bot.domain.gates import NAMES, UNWAIVABLE, Condition, Verdict
from bot.domain.gates.earned import Earned
from bot.services.deploys import Plan
from bot.slack import Block, Message
from bot.slack.views.text import context, cut, escape, quiet, said, section, when
from bot.slack.views.ways import offers, row, ship_helps

__all__ = ["can", "can_each", "conditions", "in_short", "offers", "passed", "recorded", "ship_helps", "short"]

STOPS, TELLS, WAIVED, NOT_SET_UP = (
    ":no_entry:",
    ":speech_balloon:",
    ":ballot_box_with_check:",
    ":white_circle:",
)
Record = Mapping[str, Earned]


def can(plan: Plan, record: Record, value: str, *, waives: bool, powers: Collection[str] = ()) -> Message:
    """The answer to "can I deploy": all of it. value: what the buttons carry; waives, powers: what this person may."""
    deploy, verdict = plan.deploy, plan.verdict
    lead = f"*Can I {'run' if deploy.action else 'deploy'} {escape(deploy.what)}?* — *{short(verdict)}*"
    assumed = ", assumed" if deploy.assumed else ""
    commit = f"`{deploy.short()}` {quiet(deploy.subject)} (`{escape(deploy.ref)}`{assumed})"
    blocks: list[Block] = [section(f"{lead}\n{commit}")]
    if found := conditions(verdict, record):
        blocks.append(section(cut("\n".join(found), 2900)))
    blocks.append(context(passed(verdict)))
    if offered := offers(verdict, value, waives=waives, deploy=True, powers=powers):
        blocks.append(row(offered))
    text = f"{deploy.what}: {short(verdict)}"
    why = " ".join(one.sentence for one in verdict.stopping)
    return Message(cut(escape(f"{text}. {why}".strip()), 300), blocks)


def in_short(plan: Plan) -> str:
    """The same for where one chooses: the answer, the commit, and what stands in the way or is told."""
    deploy = plan.deploy
    lead = f"*{escape(deploy.what)}: {short(plan.verdict)}* — `{deploy.short()}` {quiet(deploy.subject)}"
    return "\n".join([lead, *conditions(plan.verdict)])


def can_each(plans: Sequence[Plan]) -> Message:
    """The same for several places, in short."""
    lines = []
    for plan in plans:
        lines.append(f"*{escape(plan.deploy.what)}* `{plan.deploy.short()}` — *{short(plan.verdict)}*")
        lines += [f"    {STOPS} {escape(one.sentence)}" for one in plan.verdict.stopping]
        telling = len(plan.verdict.telling)
        if telling:
            lines.append(f"    {TELLS} {telling} told only")
    first = plans[0].deploy
    lines.append(f"`can i deploy {first.service} to {first.environment}` tells all about one of them.")
    text = "; ".join(f"{plan.deploy.what}: {short(plan.verdict)}" for plan in plans)
    return said(text, section(cut("\n".join(lines), 2900)))


def short(verdict: Verdict) -> str:
    """The answer in a few words."""
    if verdict.admits:
        return "yes"
    if verdict.queues:
        return "yes, when its turn comes"
    if verdict.needs_approval:
        return "yes, once it is approved"
    if verdict.only_early:
        return "yes, when its time comes"
    return "not now; it can wait" if verdict.can_wait else "no"


def conditions(verdict: Verdict, record: Record | None = None) -> list[str]:
    """A line for each condition that was not passed: what stops first, then what only tells."""
    order = sorted(verdict, key=lambda one: (not one.stops, not one.tells))
    return [_line(one, record or {}) for one in order if one.outcome != "passed"]


def passed(verdict: Verdict) -> str:
    """What is no hindrance, in one line."""
    failed = {one.gate for one in verdict if one.outcome != "passed"}
    names = dict.fromkeys(one.gate for one in verdict if one.outcome == "passed" and one.gate not in failed)
    warnings = [escape(one.sentence) for one in verdict if one.code in ("warning", "covered")]
    return " ".join([f":white_check_mark: Passed: {_names(list(names)) or 'nothing'}.", *warnings])


def recorded(deploy: Deploy) -> list[str]:
    """What was said about a deploy when it was last judged, for `why`."""
    lines = []
    for one in sorted(deploy.conditions, key=lambda one: (not one.stops, not one.tells)):
        lines.append(f"{_mark(one)} {escape(one.sentence)}{_after(one)}")
    if deploy.passed:
        lines.append(f":white_check_mark: Passed: {_names(deploy.passed)}.")
    return lines


def waits_for_a_waiver(deploy: Deploy) -> bool:
    """Whether it waits for something that somebody may waive."""
    return deploy.held and any(one.stops and one.gate not in UNWAIVABLE for one in deploy.conditions)


def _line(one: Condition, record: Record) -> str:
    if one.stops:
        mark, more = STOPS, ""
    elif one.tells:
        earned = record.get(one.gate)
        mark, more = TELLS, f" _Told only: this gate {earned.words if earned else 'does not stop yet'}._"
    else:
        mark, more = (WAIVED if one.outcome == "waived" else NOT_SET_UP), ""
    ends = f" Until {when(one.until)}." if one.until and one.until != float("inf") else ""
    clears = f" _Clears it: {escape(one.clears)}._" if one.stops and one.clears else ""
    return f"{mark} {escape(one.sentence)}{ends}{clears}{more}"


def _mark(one: Told) -> str:
    if one.stops:
        return STOPS
    return TELLS if one.tells else (WAIVED if one.outcome == "waived" else NOT_SET_UP)


def _after(one: Told) -> str:
    return " _Told only._" if one.tells else ""


def _names(gates: Sequence[str]) -> str:
    return ", ".join(NAMES.get(gate, gate) for gate in gates)

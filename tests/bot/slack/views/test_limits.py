"""Whatever stands in a name, a subject, a line of output: what the views make of it fits Slack, and mentions nobody."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.config import load
from bot.domain.delivery import delivery
from bot.domain.deploys import Deploy, State, StepShown, Told
from bot.domain.gates import Condition, Verdict
from bot.domain.history import Page, Selection
from bot.domain.locks import Kind, Lock, Scope
from bot.domain.rights import Holder
from bot.drivers import StepPhase
from bot.errors import Reason, Refusal
from bot.services.claims import Found
from bot.services.deploys import Plan, Status
from bot.services.operations import GivenUp
from bot.services.people import Quiet
from bot.services.records import Excerpt
from bot.slack import Command, Given, Message, Reply, Turn
from bot.slack.views import (
    audit,
    config,
    deploy,
    deploys,
    forms,
    history,
    home,
    lock,
    notify,
    operations,
    refusal,
    thread,
    waiting,
)
from bot.slack.views.text import quiet
from bot.store.audit import Entry
from bot.store.deploys import Claim, Standing
from bot.workspace.blockkit import faults, message_faults, view_faults

ROOT = Path(__file__).parents[4]
NOW = 1_800_000_000.0
SHA = "0123456789abcdef0123456789abcdef01234567"
FORGED = (
    "<!channel> <@U0EVIL> <#C0EVIL> <https://evil.example|our page> & ``` *bold* _it_ ~no~ > quote \n\t\u202e"
)
HOSTILE = {
    "plain": "Open the shop",
    "empty": "",
    "forged": FORGED,
    "long": FORGED * 100,
    "ampersands": "&" * 5000,
    "one word": "x" * 20_000,
    "lines": "line\n" * 3000,
    "emoji": "🚀" * 4000,
}
each_text = pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
# What we ourselves say in < >: dates, the person who asked, the channel of the card, the address in config.yaml.
OURS = re.compile(r"<!date\^\d+\^[^|<>]*\|[^|<>]*>|<@U0DANA>|<#C0SHOP>|<https://shop\.example/\|[^|<>]*>")


def a_deploy(words: str, **more: Any) -> Deploy:
    made = Deploy(
        id="d-12", service="shop", environment="staging", ref=words[:200] or "main", commit=SHA, subject=words,
        state="running", by="dana@example.com", by_user="U0DANA", by_name=words, team="T1", channel="C0SHOP",
        requested=NOW - 60, started=NOW - 50, previous=SHA[::-1], previous_subject=words, run="d-12",
        assumed=("ref",), host="host-1", why=words,
    )  # fmt: skip
    return made.with_(**more)


def steps(words: str, count: int) -> tuple[StepShown, ...]:
    phases: Sequence[str] = get_args(StepPhase)
    return tuple(
        StepShown(f"{words[:300]}{i}", phases[i % len(phases)], NOW - 40, NOW - 30, words)
        for i in range(count)
    )


def texts(thing: Any) -> Iterator[str]:
    """Every text in which Slack looks for mentions and links."""
    if isinstance(thing, dict):
        if thing.get("type") == "mrkdwn":
            yield thing["text"]
        for value in thing.values():
            yield from texts(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from texts(value)


def check(message: Message) -> None:
    """Slack takes it, in both dresses; nothing in it is a mention or a link that is not ours; three buttons at most."""
    for blocks in (message.blocks, message.base_blocks or ()):
        plain = json.loads(json.dumps(blocks))
        assert faults(plain, "message") == []
        assert message_faults({"text": message.text, "blocks": plain}) == []
        for row in (block for block in plain if block["type"] == "actions"):
            assert len([element for element in row["elements"] if element["type"] == "button"]) <= 3
        for text in texts(plain):
            assert "<" not in OURS.sub("", text), text[:300]
    assert message.text
    assert "<" not in OURS.sub("", message.text), message.text[:300]


@each_text
@pytest.mark.parametrize("state", get_args(State))
def test_a_card_in_every_state(state: State, words: str) -> None:
    for count in (0, 1, 7, 60):
        for rolled_back in (None, True, False):
            shown = a_deploy(words, state=state, steps=steps(words, count), rolled_back=rolled_back)
            check(deploy.card(shown, NOW))
    ended = a_deploy(words, state=state, ended=NOW, cancelled_by=words, restarts=2, steps=steps(words, 4))
    check(deploy.card(ended, NOW))
    check(deploy.why(ended, NOW))
    check(deploy.answer(ended, NOW))
    check(deploy.notice(ended, "C0SHOP"))
    check(deploy.card(a_deploy(words, state=state, action="restart", steps=steps(words, 2)), NOW))
    there = a_deploy(words, state=state, url="https://shop.example/", untouched=True)
    check(deploy.card(there, NOW))
    check(deploys.in_doubt(ended))


@each_text
def test_what_waits_and_what_it_waits_for(words: str) -> None:
    stops = tuple(Told("lock", "locked", words, True, words) for _ in range(30))
    for state in ("queued", "parked", "waiting"):
        held = a_deploy(words, state=state, conditions=stops, held_until=NOW + 60, voided=2, place_in_line=3)
        for one in (held, replace(held, asked_at=NOW)):
            check(deploy.card(one, NOW))
            check(deploy.answer(one, NOW))
        check(waiting.turn(replace(held, asked_at=NOW)))
    kinds: tuple[Kind, ...] = ("lock", "freeze")
    for kind in kinds:
        a_lock = Lock(kind, Scope("shop"), words, "U0DANA", words, "T1", words, NOW, NOW + 60)
        for warning in (False, True):
            check(lock.card(replace(a_lock, warning=warning)))
            check(lock.card(replace(a_lock, warning=warning), over=words))


@each_text
def test_the_lines_of_its_thread_and_its_output(words: str) -> None:
    lines = thread.lines(a_deploy(words, state="succeeded", restarts=2, steps=steps(words, 30)))
    assert len({id for id, _ in lines}) == len(lines)
    for _, line in lines:
        check(line)
    for phases in ((), steps(words, 7)):
        for output in (words, f"── {words[:300]}3 ──\n{words}\n" * 9):
            shown = a_deploy(words, steps=phases, state="failed", telling=words[:600])
            check(thread.failure(shown, output))
            check(thread.logs(shown, output))
            check(deploy.card(shown, NOW))


@each_text
def test_plans_and_lists(words: str) -> None:
    standing = Standing(SHA, words, "d-11", NOW - 500)
    running = a_deploy(words, steps=steps(words, 3))
    stops = Condition("lock", "failed", "locked", words, mode="enforced", clears=words, cures=True)
    tells = Condition("approvals", "failed", "needs-approval", words)
    for conditions in ((), (stops, tells) * 12):
        for there in (None, standing):
            named = tuple(step.name for step in steps(words, 12))
            check(deploy.planned(Plan(a_deploy(words), there, named, Verdict(conditions))))
    rows = [
        Status(
            f"service-{i // 2}",
            ("staging", "production")[i % 2],
            standing,
            running if i % 3 else None,
            running if i % 5 == 0 else None,
            "https://shop.example/",
        )
        for i in range(120)
    ]
    for some in (rows, rows[:1], []):
        check(deploys.status(some))
    carried = f"?service={'s' * 60}&by={'b' * 120}&ref={'r' * 300}"
    page = Page(tuple([running] * 10), "d-123456789", "d-123456799", 1.0)
    wide = Selection(
        words[:60] or "shop", words[:60] or "production", words[:120] or "U1", "failed", 1.0, words[:300]
    )
    figures = delivery([replace(running, state="failed", ended=2.0, rolled_back=True)] * 9, 0.0, 1e6)
    for selection in (wide, Selection()):
        check(history.deploys(page, selection, carried, "d-1", figures))
        check(history.deploys(Page((), "d-1", "d-2", 1.0), selection, carried, "d-1"))


USAGES = ("deploy <services> [to] <environment> [<ref>]", "audit [<service>] [<words>]", "resume")


async def _nothing(turn: Turn) -> Reply:
    return Reply(Message("", []))


@each_text
def test_home_whoami_and_notify(words: str) -> None:
    status = [Status("shop", "staging", Standing(SHA, words, "d-11", NOW), a_deploy(words))]
    message = home.home(words, [a_deploy(words)] * 30, status * 30, ["deploy shop to staging"], NOW)
    check(message)
    view = {"type": "home", "blocks": list(message.base_blocks or message.blocks)}
    assert view_faults(json.loads(json.dumps(view))) == []
    holder = Holder(
        "T1", "U1", words[:200] or None, words, words, "member", roles=frozenset({"developer"}),
        suspended=words or None, unknown=(words,),
    )  # fmt: skip
    places = [(f"service-{i}", "staging") for i in range(100)]
    commands = [Command(usage, words, _nothing) for usage in USAGES]
    check(home.whoami(holder, {"developer"}, [(command, places) for command in commands]))
    check(home.whoami(holder, {"developer"}, [(command, []) for command in commands]))
    check(notify.chosen({"deploys": "failures"}, Quiet("22:00", "07:00"), words[:60], False))


@each_text
def test_refusals_and_what_is_said_of_config_yaml(words: str) -> None:
    # A refusal's sentence is ours; what it quotes of others was made quiet by whoever raised it.
    sentence = f"`{quiet(words)}` is in the way."
    check(refusal.refused(Refusal(sentence, hint=sentence, reasons=[Reason("in-the-way", sentence)] * 8)))
    check(refusal.broken("r-1"))
    check(refusal.store_gone())
    for count in (1, 50):
        check(config.changed([words or "x"] * count, "abc"))
        check(config.faulty([words or "x"] * count, "abc"))
    check(config.changed([], "abc"))


@each_text
def test_what_operations_and_readers_of_the_audit_are_told(words: str) -> None:
    for count in (1, 40):
        rows = [{"id": "card:deploy:d-1", "at": NOW, "text": words}] * count
        check(operations.undelivered("C0SHOP", words, rows))
    for again in (True, False):
        work = GivenUp("card", "mark", words or "work", words, words, words, NOW, 5, again)
        check(operations.given_up(work))
    check(operations.tried_again(words, words, words, NOW))
    check(operations.rests(words, words, "T1:U1"))
    check(operations.confirmed(words, words, words, NOW))
    released = tuple(Claim("shop", "staging", f"d-{i}", "1") for i in range(30))
    check(operations.claims(Found(("d-1",), released, tuple(f"d-{i}" for i in range(30)))))
    entries = tuple(Entry(i, NOW, words[:50] or "p-1", words, words, words, "r-1", words) for i in range(20))
    check(audit.audit(Excerpt(entries, 7), words[:60] or "shop", "7d", 0, "shop:7d:20"))
    check(audit.audit(Excerpt((), 0), words[:60] or "shop", "7d", 0, "shop:7d:20"))
    check(audit.data(words))


def test_a_subject_cannot_turn_the_direction_of_what_follows() -> None:
    assert quiet("abc\u202edef\u2066 \u200fghi") == "abcdef ghi"


def test_the_form_for_every_service_of_acme() -> None:
    acme = load(ROOT / "config.yaml")
    for given in (
        Given(),
        Given(services=("shop",)),
        Given(services=("shop", "search"), environment="staging"),
    ):
        view = forms.deploy_form(acme, given, "C0SHOP")
        assert view_faults(json.loads(json.dumps(view))) == []
    chosen = forms.deploy_form(acme, Given(services=("shop",), environment="staging"), "C0SHOP")["blocks"]
    assert [b["element"]["initial_option"]["value"] for b in chosen[:2]] == ["shop", "staging"]

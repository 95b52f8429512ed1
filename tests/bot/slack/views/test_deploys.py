"""The lists of deploys: a line for each environment, what is urgent first."""

from dataclasses import replace
from typing import Any

from bot.domain.deploys import Deploy, StepShown
from bot.domain.locks import Lock, Scope
from bot.services.deploys import Status
from bot.slack.views.deploys import in_doubt, status
from bot.store.deploys import Standing

NOW = 1_795_446_000.0
SHA, OLD = "53f89f4" + "0" * 33, "a51f398" + "0" * 33
RUNNING = Deploy(
    "d-4", "shop", "staging", "main", SHA, "Sell honey", "running", "dana@example.com", "U1", "Dana", "T1", "C1",
    NOW - 4, run="d-4", started=NOW - 3,
    steps=(StepShown("checkout", "succeeded"), StepShown("test", "running")),
)  # fmt: skip
FAILED = replace(RUNNING, id="d-3", state="failed", rolled_back=False, ended=NOW - 60)
STANDS = Standing(OLD, "Find honey", "d-2", NOW - 500)


def lines(*rows: Status) -> list[str]:
    [block] = status(rows).blocks
    return str(block["text"]["text"]).splitlines()


def test_every_environment_is_one_line_also_while_something_runs_there() -> None:
    shown = lines(
        Status("shop", "staging", STANDS, RUNNING), Status("shop", "production", None, None),
    )  # fmt: skip
    assert len(shown) == 3
    assert shown[0] == "*shop*"
    assert shown[1].startswith(
        "• *staging*: :rocket: d-4 `53f89f4` by Dana is running, step 2 of 2 · `a51f398` Find honey · d-2, <!date^"
    )
    assert shown[2] == "• *production*: nothing deployed by me yet"


def test_what_somebody_has_to_look_at_comes_first_in_its_line_and_on_the_lock_screen() -> None:
    rows = [Status("search", "staging", STANDS, None), Status("shop", "production", STANDS, RUNNING, FAILED)]
    assert lines(rows[1])[1].startswith("• *production*: :rotating_light: *Look at it:* d-3 failed <!date^")
    assert status(rows).text == "shop production: look at it (d-3 failed); search staging a51f398"


def test_status_links_to_what_stands() -> None:
    stands = Status("shop", "staging", STANDS, None, None, "http://127.0.0.1:4000/staging/shop/")
    assert lines(stands)[1].endswith(" · <http://127.0.0.1:4000/staging/shop/|open>")


def test_the_lock_screen_of_operations_says_where_to_look_and_why() -> None:
    assert in_doubt(replace(FAILED, state="lost")).text == (
        "shop to staging: look at it now. d-3 was lost on its way, and nobody knows what it left behind."
    )


def test_a_lock_stands_below_its_place_and_what_is_wider_above() -> None:
    def lock(scope: Scope, **more: Any) -> Lock:
        return Lock("lock", scope, "u", "U1", "Dana", "T1", "", NOW, NOW + 60, **more)

    locks = [lock(Scope()), lock(Scope("shop"), warning=True), lock(Scope("shop", "staging"))]
    rows = [Status("shop", "staging", None, None), Status("shop", "production", None, None)]
    [wide, shop] = [str(block["text"]["text"]) for block in status(rows, locks).blocks]
    assert wide.startswith(":lock: *everything* locked by Dana until <!date^")
    heading, warned, staging, locked, production = shop.splitlines()
    assert heading == "*shop*"
    assert warned.startswith("\u2003:warning: *all of shop* under a warning by Dana until ")
    assert staging.startswith("• *staging*")
    assert locked.startswith("\u2003:lock: *shop staging* locked by Dana until ")
    assert production.startswith("• *production*")
    assert status(rows, locks).text == "shop staging (locked) –; shop production (locked) –"

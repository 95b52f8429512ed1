"""The record: a day with refusal, waiver, approval and roll-back stands in the audit, and its head is posted."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import Clock
from tests.fixtures.grail import ROOT, GrailProcess
from tests.fixtures.store import LONG
from tests.fixtures.workspace import DANA, MIA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, refused, told
from tests.stories.test_waiting import APPROVED

PLACE = "#storefront"


def said_by(grail: GrailProcess, *words: str) -> tuple[int, str]:
    """What the command line says beside the running Grail, and its status."""
    command = [sys.executable, "-m", "bot", "audit", *words, "--config", str(grail.config)]
    environment = {**grail.environment, "GRAIL_DATA": str(grail.folder / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONG)
    return done.returncode, done.stdout


async def test_a_day_stands_in_the_record_with_every_kind_of_entry_and_its_posted_head_holds(
    workspace: Workspace, resting_grail: GrailProcess
) -> None:
    grail = resting_grail
    text = grail.config.read_text().replace("at: never", 'at: "09:00"')
    grail.config.write_text(
        text.replace("environments: {staging: {recipe: quick}, production: {recipe: quick}}\n", APPROVED, 1)
    )
    await grail.start()
    await workspace.type(OLGA, PLACE, "/grail lock shop staging for 2h trying the new search")
    await workspace.wait_for(PLACE, lambda ms: any("is locked" in m["text"] for m in ms))
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    refusal = await refused(workspace, DANA, PLACE, "locked by Olga")
    await workspace.press(DANA, "deploy.park", message=refusal["ts"])
    parked = await card_says(workspace, PLACE, "parked")
    await workspace.press(OMAR, "deploy.ship", message=parked["ts"])
    view = (await workspace.wait_until(lambda: workspace.views(OMAR)))[-1]
    await workspace.submit(OMAR, view["id"], {"reason": {"reason": "It repairs an incident"}})
    first = grail.repository.head()
    await card_says(workspace, PLACE, f"succeeded · {first[:7]}")
    await workspace.type(OLGA, PLACE, "/grail unlock shop staging")
    await workspace.wait_for(PLACE, lambda ms: any("unlocked by Olga" in str(m) for m in ms))
    second = grail.repository.commit("Sell hats", {"hats": "1"})
    await workspace.type(DANA, PLACE, "/grail deploy shop staging")
    await card_says(workspace, PLACE, "waiting for approval")
    await workspace.type(MIA, PLACE, "/grail approve d-2")
    await card_says(workspace, PLACE, f"succeeded · {second[:7]}")
    await workspace.type(DANA, PLACE, "/grail rollback shop staging")
    await card_says(workspace, PLACE, "(roll-back): succeeded")
    await workspace.wait_for(PLACE, lambda ms: any("rolled back to" in m["text"] for m in ms))

    status, out = said_by(grail, "export", "--service", "shop", "--since", "1d")
    assert status == 0
    entries: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    assert {(one["service"], one["environment"]) for one in entries} == {("shop", "staging")}
    brief = {(one["kind"], one["name"], one["word"], one["deploy"], one["outcome"]) for one in entries}
    for expected in (
        ("refusal", "Dana", "deploy", "", "refused: locked, needs-approval"),
        ("waiver", "Omar", "form ship", "d-1", "d-1 waived lock approvals"),
        ("ask", "Dana", "deploy", "d-2", "d-2"),
        ("approval", "Mia", "approve", "d-2", "d-2"),
        ("ask", "Dana", "rollback", "d-3", "d-3"),
        ("effect", "grail", "lock", "d-3", "locked"),
        *(("effect", "grail", "deploy", "d-1", state) for state in ("parked", "running", "succeeded")),
        *(("effect", "grail", "deploy", "d-2", state) for state in ("waiting", "running", "succeeded")),
        ("effect", "grail", "rollback", "d-3", "succeeded"),
    ):
        assert expected in brief
    verdicts = {one["deploy"]: one["outcome"] for one in entries if one["kind"] == "verdict"}
    assert set(verdicts) == {"", "d-1", "d-2", "d-3"}
    assert "lock failed (locked) stops" in verdicts[""]
    assert "lock waived (locked); approvals waived" in verdicts["d-1"]
    assert {one["kind"] for one in entries} == {"ask", "verdict", "refusal", "waiver", "approval", "effect"}
    asked = next(one for one in entries if one["kind"] == "refusal")
    assert asked["channel"].startswith("C")
    assert asked["by"].startswith("p-")
    assert len(
        {(one["deploy"], one["word"], one["outcome"]) for one in entries if one["kind"] == "effect"}
    ) == len(
        [one for one in entries if one["kind"] == "effect"]
    )  # each once, however often the work was done

    now = datetime.fromtimestamp(Clock.from_environment().now(), UTC)
    nine = now.replace(hour=9, minute=0, second=0, microsecond=0)
    nine += timedelta(days=nine <= now)
    await workspace.clock(forward=(nine - now).total_seconds() + 1)
    begins = f"Audit of {nine:%Y-%m-%d}: "
    found = await workspace.wait_for("#ops", lambda ms: any(m["text"].startswith(begins) for m in ms))
    line = next(m["text"] for m in found if m["text"].startswith(begins))
    status, out = said_by(grail, "verify", "--head", line)
    assert (status, out.splitlines()[0][:28]) == (0, "The posted head holds: it is")
    status, out = said_by(grail, "verify", "--head", line[:-4] + "0000")
    assert status == 1
    assert "is not the one whose head was posted" in out
    await told_as_file(workspace)


async def told_as_file(workspace: Workspace) -> None:
    await workspace.type(OMAR, PLACE, "/grail audit shop 7d as csv")
    await told(workspace, OMAR, PLACE, "I have sent it to you directly.")
    found = await workspace.wait_for("@Grail", lambda ms: any(m.get("files") for m in ms), as_=OMAR)
    assert [file["name"] for m in found for file in m.get("files", ())] == ["audit-shop.csv"]

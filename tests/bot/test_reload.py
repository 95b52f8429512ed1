"""A running Grail takes in a changed config.yaml: all of it or nothing, and says so."""

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.fixtures.grail import ROOT, GrailProcess
from tests.fixtures.store import Server, eventually
from tests.fixtures.workspace import DANA, MIA, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

OPS, PLACE = "#ops", "#storefront"
GRANT = "- words: [approve, reject, audit, enforce]"


def edit(file: Path, old: str, new: str) -> None:
    """As an editor does: another file in the place of the old one."""
    text = file.read_text()
    assert old in text
    beside = file.with_name("config.new")
    beside.write_text(text.replace(old, new))
    beside.replace(file)


async def test_a_changed_file_is_taken_in_and_told_and_its_rights_stand_in_the_audit(
    workspace: Workspace, grail: GrailProcess
) -> None:
    await workspace.type(MIA, PLACE, "/grail deploy shop to staging")
    await told(workspace, MIA, PLACE, "You may not deploy shop to staging.")
    edit(grail.config, GRANT, "- words: [approve, reject, audit, enforce, deploy]")
    found = await workspace.wait_for(OPS, lambda ms: "config.yaml has changed" in ms[-1]["text"])
    assert "roles.manager.grants" in words_of(found[-1])
    await workspace.clock(forward=11)
    await workspace.type(MIA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(OMAR, PLACE, "/grail audit")
    audit = await told(workspace, OMAR, PLACE, "Audit of everything")
    assert "*grail* `The role manager gained: deploy everywhere.` → version" in audit


async def test_a_faulty_file_changes_nothing_and_its_faults_are_told(
    workspace: Workspace, grail: GrailProcess
) -> None:
    edit(grail.config, "repository:", "repositry:")
    found = await workspace.wait_for(OPS, lambda ms: "config.yaml has a fault" in ms[-1]["text"])
    words = words_of(found[-1])
    assert "goes on." in words
    assert "services.shop.repositry: unknown, did you mean repository?" in words
    assert "services.search.repositry" in words
    await workspace.type(DANA, PLACE, "/grail deploy shop to staging")
    await card_says(workspace, PLACE, "succeeded")
    # Put right again, it is the configuration that is in force: nothing is to be told.
    edit(grail.config, "repositry:", "repository:")
    edit(grail.config, GRANT, "- words: [approve, reject, audit, enforce, pause]")
    found = await workspace.wait_for(OPS, lambda ms: "config.yaml has changed" in ms[-1]["text"])
    assert len(found) == 2


async def test_there_and_back_and_there_again_is_told_each_time(
    workspace: Workspace, grail: GrailProcess
) -> None:
    for number, (old, new) in enumerate([("Test", "Shoes"), ("Shoes", "Test"), ("Test", "Shoes")], start=1):
        edit(grail.config, f"company: {old}", f"company: {new}")
        await workspace.wait_until(partial(_said, workspace, number))
        assert f"company: was {old}, is {new}." in words_of((await workspace.messages(OPS))[-1])


async def _said(workspace: Workspace, number: int) -> bool:
    return len(await workspace.messages(OPS)) == number


async def test_web_and_worker_tell_one_change_once(
    workspace: Workspace, own_redis_server: Server, grail_on_redis: GrailProcess
) -> None:
    grail = grail_on_redis
    worker = grail.spawn("worker")
    await grail.start("web")
    try:
        await eventually(lambda: "The worker works." in grail.text())
        edit(grail.config, GRANT, "- words: [approve, reject, audit, enforce, deploy]")
        await eventually(lambda: grail.text().count("config.changed") == 2)
        await workspace.type(OMAR, PLACE, "/grail audit")
        audit = await told(workspace, OMAR, PLACE, "Audit of everything")
        assert audit.count("The role manager gained: deploy everywhere.") == 1
        assert len(await workspace.messages(OPS)) == 1
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
        grail.stop()


async def test_a_hangup_has_it_read_again_where_no_change_of_the_file_is_seen(
    workspace: Workspace, resting_grail: GrailProcess, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    real = resting_grail.config.rename(elsewhere / "config.yaml")
    resting_grail.config.symlink_to(real)
    await resting_grail.start()
    edit(real, "company: Test", "company: Shoes")  # the folder of the link is watched, not this one
    assert resting_grail.process is not None
    resting_grail.process.send_signal(signal.SIGHUP)
    found = await workspace.wait_for(OPS, lambda ms: "config.yaml has changed" in ms[-1]["text"])
    assert "company: was Test, is Shoes." in words_of(found[-1])
    resting_grail.stop()


def logging_in_json(grail: GrailProcess) -> "subprocess.Popen[bytes]":
    """`grail run --log-format json`, not waited for."""
    command = [sys.executable, "-m", "bot", "run", "--config", str(grail.config), "--port", str(grail.port)]
    with grail.log.open("ab") as log:
        return subprocess.Popen(
            [*command, "--log-format", "json"], env=grail.environment, cwd=ROOT, stdout=log, stderr=log
        )


async def test_a_change_while_redis_is_gone_is_told_when_it_is_back(
    workspace: Workspace, own_redis_server: Server, resting_grail: GrailProcess
) -> None:
    resting_grail.environment["REDIS_URL"] = own_redis_server.url
    await resting_grail.start()
    own_redis_server.kill()
    edit(resting_grail.config, "company: Test", "company: Shoes")
    await eventually(lambda: "config.changed" in resting_grail.text())
    own_redis_server.restart()
    await workspace.wait_for(OPS, lambda ms: "config.yaml has changed" in ms[-1]["text"])
    edit(resting_grail.config, "company: Shoes", "company: Hats")
    await workspace.wait_for(OPS, lambda ms: "was Shoes, is Hats" in words_of(ms[-1]))
    resting_grail.stop()


async def test_a_log_in_json_is_one_object_a_line_from_the_start_to_the_end(
    workspace: Workspace, resting_grail: GrailProcess
) -> None:
    grail = resting_grail
    process = logging_in_json(grail)
    try:
        await eventually(lambda: "Ctrl-C ends all of it." in grail.text())
        edit(grail.config, "company: Test", "company: Shoes")
        await workspace.wait_for(OPS, lambda ms: "config.yaml has changed" in ms[-1]["text"])
        await workspace.type(DANA, PLACE, "/grail deploy nothing to staging")
        await told(workspace, DANA, PLACE, "no-such-service")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    lines = [json.loads(line) for line in grail.text().splitlines()]
    assert all(isinstance(line, dict) and {"event", "level", "timestamp"} <= line.keys() for line in lines)
    events = {line["event"] for line in lines}
    assert {"said", "config.changed", "refused"} <= events
    [refused] = [line for line in lines if line["event"] == "refused"]
    assert refused["request"]

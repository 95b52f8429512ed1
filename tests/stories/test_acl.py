"""Web and worker with no more rights in Redis than docs/redis.acl gives them, as docs/redis-acl.md says to run them."""

import re
import subprocess
import sys
from pathlib import Path

from tests.fixtures.grail import GrailProcess
from tests.fixtures.store import Server
from tests.fixtures.workspace import DANA, OLGA, OMAR, Workspace
from tests.stories.steps import card_says, cards, told, words_of

ACL = Path(__file__).parents[2] / "docs" / "redis.acl"


def run(grail: GrailProcess, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """A command of the terminal, in the environment of the web side."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words], env=grail.environment | more, cwd=ACL.parents[1],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def address(server: Server, user: str) -> str:
    return server.url.replace("unix://", f"unix://{user}:change-me-{user}@")


async def test_web_and_worker_live_with_the_least_rights_in_redis(
    workspace: Workspace,
    acl_server: Server,
    resting_grail: GrailProcess,
) -> None:
    grail = resting_grail
    grail.environment["REDIS_URL"] = address(acl_server, "grail-worker")
    grail.spawn("worker")
    grail.environment["REDIS_URL"] = address(acl_server, "grail-web")
    await grail.start("web")

    # A deploy to its end, one that is cancelled in the middle, and one that rolls back; each in a channel of its own,
    # because Slack takes one message a second in each.
    await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
    await card_says(workspace, "#storefront", "succeeded")
    grail.shut_gate()
    await workspace.type(DANA, "#platform", "@Grail deploy search to staging")
    running = await card_says(workspace, "#platform", "running")
    await workspace.press(DANA, "deploy.cancel", in_="#platform", message=running["ts"])
    await card_says(workspace, "#platform", "cancelled")
    grail.open_gate()
    await workspace.type(DANA, "#unsorted", "/grail deploy shop to staging fails-health")
    await card_says(workspace, "#unsorted", "failed")

    # What is read, remembered and told besides.
    for words, answer in (
        ("whoami", "Dana"),
        ("help", "deploy"),
        ("status shop", "shop"),
        ("deploys shop", "d-3"),
        ("why d-1", "succeeded"),
        ("notify deploys failures", "failures"),
        ("my data", "I have sent it to you directly."),
    ):
        await workspace.type(DANA, "#general", f"/grail {words}")
        await told(workspace, DANA, "#general", answer)
    await workspace.open_home(DANA)
    await workspace.wait_until(lambda: workspace.home(DANA))
    for who in (OMAR, OLGA):  # one of the two is on call
        await workspace.type(who, "#general", "/grail pause everything to see whether it can")
    await workspace.wait_for(
        "#general", lambda ms: any("Everything is paused: to see" in words_of(m) for m in ms)
    )

    # The terminal asks the web side, which then has to admit a deploy itself; the audit is walked from anywhere.
    await workspace.type(DANA, "#general", "/grail whoami token")
    found = re.search(r"```(grail-[\w-]+)```", await told(workspace, DANA, "#general", "```grail-"))
    assert found is not None
    do = run(grail, "do", "status shop", "--url", grail.url, GRAIL_TOKEN=found[1])
    assert (do.returncode, do.stderr) == (0, "")
    do = run(grail, "do", "deploy search to staging", "--url", grail.url, GRAIL_TOKEN=found[1])
    assert "Everything was paused" in do.stderr
    for who in (OMAR, OLGA):
        await workspace.type(who, "#general", "/grail resume")
    await workspace.wait_for("#general", lambda ms: any("Going on after" in words_of(m) for m in ms))
    do = run(grail, "do", "deploy search to production --plan", "--url", grail.url, GRAIL_TOKEN=found[1])
    assert do.returncode == 1
    do = run(grail, "do", "deploy search to staging", "--url", grail.url, GRAIL_TOKEN=found[1])
    assert "d-4" in do.stdout
    verify = run(grail, "audit", "verify")
    assert verify.stdout.splitlines()[-1].startswith("The audit is whole: ")

    # What was asked in a terminal has its card in the team's channel.
    await workspace.wait_for("#storefront", lambda ms: "succeeded" in cards(ms)[1]["text"])
    for place, count in (("#storefront", 2), ("#platform", 1), ("#unsorted", 1)):
        assert len(cards(await workspace.messages(place))) == count
    last = "no answer on /health"
    await workspace.wait_for("#unsorted", lambda ms: any(m["text"].endswith(last) for m in ms))
    words = grail.text()
    assert not [line for line in words.splitlines() if "NOPERM" in line or "permission" in line.lower()]

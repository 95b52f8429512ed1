"""`grail do`: the same grammar, rights and audit from a terminal, also while Slack is down."""

import asyncio
import json
import sys
from typing import Any

from tests.fixtures.grail import ROOT, GrailProcess
from tests.fixtures.ports import free_port
from tests.fixtures.store import LONG, Server
from tests.fixtures.workspace import DANA, DEVI, OMAR, Workspace
from tests.stories.steps import card_says, told, words_of

PLACE = "#storefront"


async def do(
    grail: GrailProcess, *words: str, token: str | None, port: int | None = None
) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one `python -m bot do …`."""
    environment = {"PATH": grail.environment["PATH"]} | ({"GRAIL_TOKEN": token} if token else {})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "do", *words, "--port", str(port or grail.port),
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def token_of(workspace: Workspace, who: str, *, number: int = 1) -> str:
    """The person's `number`th token."""
    await workspace.type(who, PLACE, "/grail whoami token")
    found = await workspace.wait_for(PLACE, lambda ms: len(_tokens(ms)) == number, as_=who)
    return _tokens(found)[-1]


def _tokens(messages: list[dict[str, Any]]) -> list[str]:
    return [words_of(m).split("```")[1] for m in messages if m.get("ephemeral_to") and "```" in words_of(m)]


async def test_a_terminal_asks_what_slack_could_ask_also_while_slack_is_down(
    workspace: Workspace, grail: GrailProcess
) -> None:
    token = await token_of(workspace, DANA)
    assert await do(grail, "status shop", token=token) == (
        0,
        "shop\n• staging: nothing deployed by me yet\n• production: nothing deployed by me yet\n",
        "",
    )
    await workspace.weather(down=True)
    status, out, _ = await do(grail, "deploy", "shop", "to", "staging", token=token)
    assert status == 0
    assert out.startswith("d-1: shop to staging")

    async def succeeded() -> bool:
        return "Open the shop" in (await do(grail, "status", "shop", token=token))[1]

    await workspace.wait_until(succeeded, within=3 * LONG)  # each look is a start of Python
    # Rights and refusals are the same, and so is the audit.
    status, out, err = await do(grail, "deploy shop to production", token=token)
    assert (status, out) == (1, "")
    assert err.startswith("You may not deploy shop to production.")
    assert "whoami shows what you may do." in err
    await workspace.weather(down=False)
    await workspace.clock(forward=60)
    await card_says(workspace, PLACE, "succeeded")
    await workspace.type(OMAR, PLACE, "/grail audit shop")
    assert "*Dana* `deploy shop to staging` → d-1" in await told(workspace, OMAR, PLACE, "Audit of shop")


async def test_who_one_is_has_to_be_said_and_to_be_true(workspace: Workspace, grail: GrailProcess) -> None:
    assert await do(grail, "status", token=None) == (
        1,
        "",
        "GRAIL_TOKEN is not set: it says who you are. Ask Grail in Slack for one with `whoami token`.\n",
    )
    nobodys = (1, "", "This token is nobody's: ask me in Slack for one with `whoami token`.\n")
    assert await do(grail, "status", token="grail-wrong") == nobodys
    old = await token_of(workspace, DEVI)
    new = await token_of(workspace, DEVI, number=2)
    assert await do(grail, "status", token=old) == nobodys
    assert (await do(grail, "status", token=new))[0] == 0


async def test_a_grail_that_does_not_run_is_said_with_where_it_was_looked_for(
    resting_grail: GrailProcess,
) -> None:
    port = free_port()
    assert await do(resting_grail, "status", token="grail-any", port=port) == (
        1,
        "",
        f"Grail does not answer at http://127.0.0.1:{port}: is it running? Name another place with --url.\n",
    )


async def test_a_file_is_printed_and_a_slip_is_met_with_what_was_meant(
    workspace: Workspace, grail: GrailProcess
) -> None:
    token = await token_of(workspace, DANA)
    status, out, _ = await do(grail, "my data", token=token)
    assert (status, json.loads(out)["record"]["email"]) == (0, DANA)
    status, out, err = await do(grail, "dploy shop", token=token)
    assert (status, out) == (1, "")
    assert err.startswith("I don't know the word dploy.\nDid you mean deploy shop?")


async def test_without_redis_nothing_is_changed_and_that_is_said(
    workspace: Workspace, own_redis_server: Server, resting_grail: GrailProcess
) -> None:
    resting_grail.environment["REDIS_URL"] = own_redis_server.url
    await resting_grail.start()
    token = await token_of(workspace, DANA)
    own_redis_server.kill()
    assert await do(resting_grail, "status", token=token) == (
        1,
        "",
        "I cannot reach my memory (Redis) just now, so I changed nothing. Try again in a minute.\n",
    )
    own_redis_server.restart()
    resting_grail.stop()


async def test_what_concerns_all_of_operations_is_told_from_a_terminal_too(
    workspace: Workspace, grail: GrailProcess
) -> None:
    token = await token_of(workspace, OMAR)
    status, out, _ = await do(grail, "pause everything the data centre is on fire", token=token)
    assert status == 0
    assert "Everything is paused: the data centre is on fire." in out
    said = "*Everything is paused* by Omar: the data centre is on fire."
    await workspace.wait_for("#ops", lambda ms: sum(said in words_of(m) for m in ms) == 1)
    assert (await do(grail, "resume", token=token))[0] == 0
    await workspace.wait_for("#ops", lambda ms: sum("*The pause is over*" in words_of(m) for m in ms) == 1)


async def test_a_line_that_changed_nothing_ends_with_one(workspace: Workspace, grail: GrailProcess) -> None:
    token = await token_of(workspace, DANA)
    needs = "I need a service and an environment. Say it as deploy <service> to <environment>, for example deploy shop"
    status, out, err = await do(grail, "deploy", token=token)
    assert (status, out) == (1, "")
    assert err.startswith(needs)
    grail.repository.path.rename(grail.folder / "elsewhere")
    status, out, err = await do(grail, "deploy shop to staging", token=token)
    assert (status, out) == (1, "")
    assert err.endswith("Nothing was changed; try again in a minute.\n")

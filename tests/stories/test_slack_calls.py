"""What a deploy costs of Slack's calls: counted on the wire between Grail and Slack, from the words to the end."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from bot.store import keys
from tests.fixtures.grail import ROOT, GrailProcess, memory_of
from tests.fixtures.store import LONG, eventually
from tests.fixtures.wire import Wire
from tests.fixtures.workspace import DANA, Workspace
from tests.stories.steps import card_says, cards, thread_of

MOST = 12  # calls that a deploy costs at most, and one a minute more while it runs long
MINUTES = 30


async def spent(workspace: Workspace, wire: Wire, place: str) -> Counter[str]:
    """Every call since the wire was cleared; the answers at a response_url, which go past it, are those seen alone."""
    alone = sum("ephemeral_to" in message for message in await workspace.messages(place))
    return Counter(wire.calls) + Counter({"response_url": alone})


async def over(workspace: Workspace, place: str, word: str, within: float = LONG) -> None:
    """The deploy has ended, and everything that there is to be said of it is said."""
    card = await card_says(workspace, place, word, within=within)

    async def told() -> bool:
        direct = await workspace.messages("@Grail", as_=DANA)
        return bool(await thread_of(workspace, place, card)) and (
            word == "succeeded" or any(word in message["text"] for message in direct)
        )

    await workspace.wait_until(told, within=within)


async def test_acmes_deploy_costs_at_most_twelve_calls(
    workspace: Workspace, clock_file: Path, tmp_path: Path
) -> None:
    async with Wire(workspace.url) as wire:
        environment = {
            "PATH": os.environ["PATH"],
            "GRAIL_DATA": str(tmp_path / "data"),
            "GRAIL_CLOCK_FILE": str(clock_file),
            **workspace.environment,
            "SLACK_API_URL": f"{wire.url}/api/",
        }
        log = tmp_path / "log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--port", str(workspace_port(workspace)),
                cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        try:
            await eventually(lambda: "Ctrl-C" in log.read_text(), within=2 * LONG)
            for place, words, end in (
                ("#storefront", "/grail deploy shop to staging", "succeeded"),
                ("#platform", "/grail deploy search to staging fails-health", "failed"),
            ):
                wire.calls.clear()
                await workspace.type(DANA, place, words)
                await over(workspace, place, end, within=2 * LONG)
                cost = await spent(workspace, wire, place)
                print(words, dict(cost))
                assert cost.total() <= MOST, cost
        finally:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(2 * LONG):
                await process.wait()
            print(log.read_text()[-4000:])


def workspace_port(workspace: Workspace) -> int:
    """Where the app is expected."""
    return int(str(workspace.settings.app_url).split(":")[2].split("/")[0])


async def test_a_deploy_of_thirty_minutes_costs_at_most_one_call_a_minute_more(
    workspace: Workspace, resting_grail: GrailProcess
) -> None:
    grail = resting_grail
    prints = 'n=0; while [ -e "$GATE" ]; do n=$((n+1)); echo "copied $n of 40000"; sleep 0.05; done'
    grail.repository.commit("Copy much", {"work.sh": f'echo "$GRAIL_DEPLOY" >> "$LEDGER"\n{prints}\n'})
    grail.config.write_text(grail.config.read_text().replace("timeout: 1m", "timeout: 5m"))
    async with Wire(workspace.url) as wire:
        grail.environment["SLACK_API_URL"] = f"{wire.url}/api/"
        await grail.start()
        try:
            grail.shut_gate()
            await workspace.type(DANA, "#storefront", "/grail deploy shop to staging")
            await workspace.wait_until(lambda: grail.runs() == ["d-1"])
            async with memory_of(grail) as memory:
                for minute in range(MINUTES):
                    shown = wire.calls.count("chat.update")
                    for _ in range(3):
                        rev = int(await memory.hget(keys.DEPLOY(id="d-1"), "rev") or 0)
                        await workspace.clock(forward=20)

                        async def watched(rev: int = rev) -> bool:
                            return int(await memory.hget(keys.DEPLOY(id="d-1"), "rev") or 0) > rev

                        await eventually(watched, within=LONG)
                    # What it does is seen: the card tells every minute.
                    await eventually(lambda n=shown: wire.calls.count("chat.update") > n, within=LONG)
                    assert wire.calls.count("chat.update") <= 5 + minute + 1
            grail.open_gate()
            await over(workspace, "#storefront", "succeeded")
            assert "took 30 min" in str(cards(await workspace.messages("#storefront"))[-1]["blocks"])
            cost = await spent(workspace, wire, "#storefront")
            print(dict(cost))
            assert cost.total() <= MOST + MINUTES, cost
        finally:
            grail.open_gate()
            grail.stop()

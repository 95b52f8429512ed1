"""Time is moved for everybody who reads the same file; messages never share a ts."""

import time
from pathlib import Path

from bot.workspace.clock import Clock
from tests.bot.workspace.inside import Workspace
from tests.fixtures.workspace import DANA


def test_time_is_moved_through_the_file(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    one, other = Clock(file), Clock(file)
    assert one.forward(86_400) == 86_400
    assert other.forward(0.5) == 86_400.5
    assert float(file.read_text()) == 86_400.5
    assert one.now() - time.time() > 86_399
    file.write_text("half a num")
    assert one.offset == 86_400.5, "while somebody writes, the last number holds"
    file.unlink()
    assert one.offset == 0


def test_without_a_file_time_is_moved_for_itself_alone() -> None:
    one = Clock()
    one.forward(60)
    assert (one.offset, Clock().offset) == (60, 0)


def test_a_ts_is_never_given_twice_and_never_goes_backwards() -> None:
    clock = Clock()
    stamps = [clock.ts() for _ in range(2_000)]
    clock.forward(-3_600)
    stamps += [clock.ts() for _ in range(2_000)]
    assert len(set(stamps)) == 4_000
    assert stamps == sorted(stamps, key=float)
    clock.seen("99999999999.000005")
    assert clock.ts() == "99999999999.000006"


async def test_the_clock_of_the_workspace_is_moved_by_programs(
    workspace: Workspace, clock_file: Path
) -> None:
    first = await workspace.type(DANA, "#ops", "now")
    assert (await workspace.clock(forward=7 * 86_400))["offset"] == 7 * 86_400
    later = await workspace.type(DANA, "#ops", "in a week")
    assert 7 * 86_400 <= float(later["ts"]) - float(first["ts"]) < 7 * 86_400 + 60
    assert float(clock_file.read_text()) == 7 * 86_400
    assert (await workspace.state())["clock"] == {"offset": 7 * 86_400}
    refused = await workspace.act("clock", {"forward": "a week"})
    assert refused["error"] == "'forward' is a number of seconds."


async def test_nothing_can_be_fired_yet(workspace: Workspace) -> None:
    refused = await workspace.act("fire", {"source": "nagios"})
    assert refused["error"] == "Nothing can be fired from 'nagios' yet: no fake of it stands here."

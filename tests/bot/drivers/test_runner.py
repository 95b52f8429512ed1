"""The supervisor: what it survives, how it ends what it started, and what it keeps of what was printed.

Longer than other files, as the file is that it tests.
"""

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bot.drivers import _runner
from bot.drivers._runner import Output, clean, masked, read_output, secrets_in
from tests.bot.drivers.conftest import Scene, gone, shell, step, until
from tests.fixtures.programs import program

STUBBORN = (
    "trap '' TERM; (trap '' TERM; sleep 600) & echo $! > {marks}/child; "
    "echo $PPID > {marks}/runner; echo up; wait"
)


async def written(path: Path) -> int:
    """The number that a step has put into a file."""

    async def there() -> bool:
        return path.exists() and path.read_text().endswith("\n")

    await until(there)
    return int(path.read_text())


class TestCancel:
    async def test_all_processes_of_the_step_end_also_those_that_ignore_term(
        self, scene: Scene, marks: Path
    ) -> None:
        scene.driver = scene.another_driver(grace=0.3)
        run = await scene.driver.start(
            scene.order(
                recipe={"deploy": (shell("stubborn", STUBBORN.format(marks=marks)), shell("never", "true"))}
            )
        )
        child = await written(marks / "child")
        await scene.driver.cancel(run, "Dana")
        state = await scene.end(run)
        assert (state.phase, state.why) == ("cancelled", "Cancelled by Dana in step `stubborn`.")
        assert [each.phase for each in state.steps] == ["succeeded", "cancelled", "skipped"]
        assert gone(child)

    async def test_a_step_may_clean_up_after_term(self, scene: Scene, marks: Path) -> None:
        script = f"trap 'echo cleaned up; exit 0' TERM; echo 1 > {marks}/up; while :; do sleep 0.05; done"
        run = await scene.driver.start(scene.order(recipe={"prepare": (shell("tidy", script),)}))
        await written(marks / "up")
        await scene.driver.cancel(run, "Dana")
        state = await scene.end(run)
        assert state.phase == "cancelled"
        assert state.steps[-1].last_line == "cleaned up"

    async def test_the_first_who_cancels_is_kept(self, scene: Scene, marks: Path) -> None:
        script = f"trap 'sleep 0.3; exit' TERM; echo 1 > {marks}/up; while :; do sleep 0.05; done"
        run = await scene.driver.start(scene.order(recipe={"prepare": (shell("slow", script),)}))
        await written(marks / "up")
        await asyncio.gather(*(scene.driver.cancel(run, who) for who in ("Dana",)))
        await scene.driver.cancel(run, "Omar")
        assert (await scene.end(run)).why == "Cancelled by Dana in step `slow`."

    async def test_what_a_cancelled_deploy_touched_is_rolled_back(self, scene: Scene, marks: Path) -> None:
        recipe = {
            "deploy": (shell("slow", f"echo 1 > {marks}/up; sleep 600"),),
            "rollback": (shell("back", "echo as before"),),
        }
        run = await scene.driver.start(scene.order(recipe=recipe))
        await written(marks / "up")
        await scene.driver.cancel(run, "Dana")
        state = await scene.end(run)
        assert (state.phase, state.rolled_back) == ("cancelled", True)
        assert state.steps[-1].last_line == "as before"

    async def test_a_step_that_never_stops_printing_can_be_cancelled(self, scene: Scene, marks: Path) -> None:
        run = await scene.driver.start(
            scene.order(recipe={"prepare": (shell("loud", f"echo 1 > {marks}/up; exec yes"),)})
        )
        await written(marks / "up")
        await scene.driver.cancel(run, "Dana")
        assert (await scene.end(run)).phase == "cancelled"

    async def test_an_ended_run_stays_as_it_ended(self, scene: Scene) -> None:
        assert (await scene.run()).phase == "succeeded"
        await scene.driver.cancel("d-1", "Dana")
        await scene.driver.cancel("d-2", "Dana")
        assert (await scene.driver.state("d-1")).phase == "succeeded"
        assert not (scene.folder() / "cancel").exists()


class TestDeath:
    def bot(self, scene: Scene, script: str) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        """A process that starts the run and says so; for killing."""
        code = (
            "import asyncio, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
            "from tests.bot.drivers.conftest import Scene, shell\n"
            "async def main():\n"
            "    scene = Scene(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])\n"
            "    script = sys.argv[5]\n"
            "    await scene.driver.start(scene.order(recipe={'deploy': (shell('wait', script),)}))\n"
            "    print('begun', flush=True)\n"
            "    await asyncio.sleep(600)\n"
            "asyncio.run(main())\n"
        )
        root = str(Path(__file__).parents[3])
        return program(
            sys.executable, "-c", code, root, str(scene.data), str(scene.repository), scene.commit, script,
            start_new_session=True,
        )  # fmt: skip

    async def test_the_run_goes_on_when_the_bot_is_killed_and_is_found_by_the_next(
        self, scene: Scene, marks: Path
    ) -> None:
        script = f"echo ran >> {marks}/ran; while [ ! -e {marks}/go ]; do sleep 0.02; done; echo gone on"
        async with self.bot(scene, script) as bot:
            assert bot.stdout is not None
            assert await bot.stdout.readline() == b"begun\n"
            os.killpg(bot.pid, signal.SIGKILL)
        assert (await scene.driver.state("d-1")).phase == "running"
        await scene.driver.start(scene.order(recipe={"deploy": (shell("wait", script),)}))
        (marks / "go").touch()
        state = await scene.end("d-1")
        assert state.phase == "succeeded"
        assert state.steps[-1].last_line == "gone on"
        assert (marks / "ran").read_text() == "ran\n"

    @pytest.mark.parametrize("point", ["order.json", "lock", "status.json", "begun"])
    async def test_a_bot_killed_while_it_starts_a_run_has_started_it_once(
        self, scene: Scene, marks: Path, point: str
    ) -> None:
        script = f"echo ran >> {marks}/ran"
        async with self.bot(scene, script) as bot:
            while not (scene.folder() / point).exists():  # noqa: ASYNC110
                await asyncio.sleep(0)
            os.killpg(bot.pid, signal.SIGKILL)
        order = scene.order(recipe={"deploy": (shell("wait", script),)})
        assert await scene.driver.start(order) == "d-1"
        assert (await scene.end("d-1")).phase == "succeeded"
        assert (marks / "ran").read_text() == "ran\n"

    async def test_a_run_whose_supervisor_was_killed_is_lost_and_its_processes_are_ended(
        self, scene: Scene, marks: Path
    ) -> None:
        order = scene.order(
            recipe={"deploy": (shell("stubborn", STUBBORN.format(marks=marks)), shell("never", "true"))}
        )
        run = await scene.driver.start(order)
        child, runner = await written(marks / "child"), await written(marks / "runner")

        async def up() -> bool:
            return "up" in await scene.driver.output(run)

        await until(up)
        os.kill(runner, signal.SIGKILL)
        state = await scene.end(run)
        assert state.phase == "lost"
        assert state.why == "The process that ran the recipe was ended from outside during step `stubborn`."
        assert [each.phase for each in state.steps] == ["succeeded", "failed", "skipped"]
        assert "up" in await scene.driver.output(run, 2)

        async def ended() -> bool:
            return gone(child)

        await until(ended)
        assert not (scene.folder() / "work").exists()
        assert await scene.driver.start(order) == run
        assert await scene.driver.state(run) == state

    async def test_a_run_that_a_restart_of_the_machine_ended_says_so(self, scene: Scene, marks: Path) -> None:
        script = f"echo $PPID > {marks}/runner; sleep 600"
        run = await scene.driver.start(scene.order(recipe={"deploy": (shell("wait", script),)}))
        os.kill(await written(marks / "runner"), signal.SIGKILL)
        (scene.folder() / "begun").write_text("another boot")
        state = await scene.end(run)
        assert (state.phase, state.why) == ("lost", "The machine was restarted during step `wait`.")

    async def test_a_process_that_only_looks_like_the_steps_is_left_alone(self, scene: Scene) -> None:
        stranger = await asyncio.create_subprocess_exec("sleep", "600", start_new_session=True)
        folder = scene.folder()
        folder.mkdir(parents=True)
        for name in ("lock", "begun"):
            (folder / name).write_text(_runner.boot_id())
        status: dict[str, Any] = {
            "phase": "running",
            "why": "",
            "rolled_back": None,
            "dropped": 0,
            "group": stranger.pid,
            "steps": [],
        }
        (folder / "status.json").write_text(json.dumps(status))
        assert (await scene.driver.state("d-1")).phase == "lost"
        assert stranger.returncode is None
        assert not gone(stranger.pid)
        stranger.kill()
        await stranger.wait()

    async def test_it_runs_in_a_session_of_its_own_and_its_steps_each_in_a_group(
        self, scene: Scene, marks: Path
    ) -> None:
        script = f"for each in $$ $PPID; do cut -d ' ' -f 1,5,6 /proc/$each/stat >> {marks}/seen; done"
        assert (await scene.run(recipe={"prepare": (shell("look", script),)})).phase == "succeeded"
        (pid, group, session), (runner, _, its_session) = (
            map(int, line.split()) for line in (marks / "seen").read_text().splitlines()
        )
        assert pid == group == session
        assert its_session not in (session, os.getsid(0))
        assert runner != os.getpid()

    @pytest.mark.skipif(sys.platform != "linux", reason="Linux alone gives orphans to a process of choice")
    async def test_a_steps_orphans_become_its_own_so_that_none_stays_unburied(
        self, scene: Scene, marks: Path
    ) -> None:
        leave = shell("leave", f"sleep 600 & echo $! > {marks}/child")
        look = shell("look", f"grep PPid: /proc/$(cat {marks}/child)/status; echo $PPID")
        assert (await scene.run(recipe={"prepare": (leave, look)})).phase == "succeeded"
        os.kill(await written(marks / "child"), signal.SIGKILL)
        parent, runner = (await scene.driver.output("d-1")).split()[-2:]
        assert parent == runner

    async def test_time_is_moved_for_it_as_for_the_bot(self, scene: Scene, tmp_path: Path) -> None:
        (tmp_path / "clock").write_text("1000000")
        scene.environ["GRAIL_CLOCK_FILE"] = str(tmp_path / "clock")
        state = await scene.run()
        assert state.steps[0].started is not None
        assert state.steps[0].started > time.time() + 900000


class TestWhatIsPrinted:
    async def test_it_is_kept_within_the_bound_with_its_beginning_and_its_end(self, scene: Scene) -> None:
        scene.driver = scene.another_driver(limit=1024 * 1024)
        await scene.run(recipe={"deploy": (shell("loud", "seq 1 1000000"),)})
        kept = sum(each.stat().st_size for each in scene.folder().glob("output.*"))
        assert 700_000 < kept <= 1024 * 1024
        text = await scene.driver.output("d-1")
        lines = text.splitlines()
        assert lines[:3] == ["── checkout ──", "── loud ──", "1"]
        assert lines[-1] == "1000000"
        gap = [line for line in lines if "not kept" in line]
        assert len(gap) == 1
        assert gap[0].startswith("… ")
        numbers = [int(line) for line in lines if line.isdigit()]
        assert numbers == sorted(numbers)
        assert await scene.driver.output("d-1", 2) == "999999\n1000000\n"

    async def test_nothing_is_dropped_below_the_bound(self, scene: Scene) -> None:
        scene.driver = scene.another_driver(limit=1024 * 1024)
        await scene.run(recipe={"deploy": (shell("loud", "seq 1 120000"),)})
        assert (await scene.driver.output("d-1")).splitlines()[2:] == [str(n) for n in range(1, 120001)]

    async def test_it_is_safe_to_show(self, scene: Scene) -> None:
        scene.environ["DEPLOY_KEY"] = "s3cret-value"
        scene.driver = scene.another_driver(mask=["xoxb-grail-token"])
        printed = (
            r"printf 'a\033[31mred\033[0m\007 xoxb-grail-token\n'; "
            'printf "$DEPLOY_KEY"; printf s3c; sleep 0.2; echo ret-value'
        )
        state = await scene.run(recipe={"pass_env": ("DEPLOY_KEY",), "deploy": (shell("say", printed),)})
        assert (await scene.driver.output("d-1")).splitlines()[-2:] == ["ared •••", "••••••"]
        assert state.steps[-1].last_line == "••••••"
        on_disk = b"".join(each.read_bytes() for each in scene.folder().iterdir() if each.is_file())
        assert b"s3cret-value" not in on_disk

    async def test_the_last_line_is_seen_while_the_step_runs(self, scene: Scene, marks: Path) -> None:
        script = f"echo first; while [ ! -e {marks}/go ]; do sleep 0.02; done; echo last"
        run = await scene.driver.start(scene.order(recipe={"deploy": (shell("talk", script),)}))

        async def seen() -> bool:
            state = await scene.driver.state(run)
            return state.steps[-1].last_line == "first" and state.steps[-1].phase == "running"

        await until(seen)
        (marks / "go").touch()
        assert (await scene.end(run)).steps[-1].last_line == "last"

    def fed(self, folder: Path, *pieces: bytes, limit: int = 1 << 20, secrets: tuple[str, ...] = ()) -> str:
        output = Output(folder, limit, secrets_in(list(secrets)))
        for piece in pieces:
            output.feed(piece)
        output.feed(b"", end=True)
        return read_output(folder, output.dropped)

    @pytest.mark.parametrize(
        ("pieces", "text"),
        [
            ((b"a\r\nb\rc\n",), "a\nb\nc\n"),
            ((b"a\r", b"\nb"), "a\nb\n"),
            ((b"10%\r20%\r",), "10%\n20%\n"),
            ((b"gr\xc3", b"\xb6\xc3\x9fer\n"), "größer\n"),
            ((b"\xff\xfe\n",), "��\n"),
            ((b"\x1b]0;title\x07\x1b[1;3", b"1mred\x1b[0m\n"), "red\n"),
            ((b"\x00\x08\x7fa\tb\n\n",), "a\tb\n\n"),
            (("\u202eevil\u2066\n".encode(),), "evil\n"),
            ((b"no end",), "no end\n"),
            ((), ""),
        ],
    )
    def test_lines_are_whole_and_clean_however_they_come(
        self, tmp_path: Path, pieces: tuple[bytes, ...], text: str
    ) -> None:
        assert self.fed(tmp_path, *pieces) == text

    def test_a_secret_is_masked_wherever_the_pieces_are_cut(self, tmp_path: Path) -> None:
        text = b"x" * 90 + b"s3cret-value" + b"y" * 90
        for cut in range(85, 105):
            folder = tmp_path / str(cut)
            folder.mkdir()
            said = self.fed(folder, text[:cut], text[cut:], limit=1600, secrets=("s3cret-value",))
            assert said == "x" * 90 + "•••" + "y" * 90 + "\n"

    def test_a_secret_of_several_lines_is_masked_line_by_line(self) -> None:
        secrets = secrets_in(["-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n", "short", ""])
        assert masked("key: MIIEvQIBADANBg ab short", secrets) == "key: ••• ab short"

    def test_a_line_without_an_end_does_not_fill_the_memory(self, tmp_path: Path) -> None:
        output = Output(tmp_path, 1 << 20, [])
        for _ in range(64):
            output.feed(b"x" * 65536)
        assert len(output._rest) <= 65536
        assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= 1 << 20

    def test_cleaning_twice_is_cleaning_once(self) -> None:
        text = "a\x1b[31mb\x1b]8;;http://x\x1b\\c\x9b1md\x1bce\r"
        assert clean(clean(text)) == clean(text) == "abcde"


async def test_the_arguments_of_a_step_never_go_through_a_shell(scene: Scene) -> None:
    state = await scene.run(recipe={"deploy": (step("say", "echo", "$HOME;", "`id`", "*"),)})
    assert state.steps[-1].last_line == "$HOME; `id` *"


def test_what_is_no_steps_own_end_is_a_failure_too(capsys: pytest.CaptureFixture[str]) -> None:
    ended = _runner.failure(OSError("no space left"))
    assert (ended.phase, str(ended)) == ("failed", "The recipe could not be run to its end: no space left.")
    assert "OSError: no space left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "1 minute"), (300, "5 minutes"), (1, "1 second"), (90, "90 seconds")]
)
def test_a_time_out_is_said_in_words(seconds: float, text: str) -> None:
    assert _runner.words(seconds) == text

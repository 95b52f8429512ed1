"""A recipe is other people's code. Here is one that looks everywhere for Grail's token, and what it finds."""

import asyncio
import os
import pwd
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from bot.drivers._ordering import user_of
from tests.bot.drivers.conftest import Scene, shell, step
from tests.fixtures.programs import printed
from tests.fixtures.store import LONG

TOKEN = "xoxb-what-nobody-may-read"

GRAIL = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from redis.asyncio import Redis
from bot.drivers.recipe import shield
from bot.store.embedded import EmbeddedRedis
from tests.bot.drivers.conftest import Scene, step

async def main():
    root, data, repository, commit, thief = sys.argv[1:]
    token = os.environ["SLACK_BOT_TOKEN"]
    shield()
    embedded = EmbeddedRedis(Path(data), lambda said: None)
    redis = Redis.from_url(await embedded.start())
    await redis.set("token", token)
    await redis.aclose()
    scene = Scene(Path(data), Path(repository), commit)
    scene.environ["PATH"] = "/usr/bin:/bin"
    socket = str(Path(data) / "redis" / "redis.sock")
    scene.driver = scene.another_driver(mask=[token])
    state = await scene.run(recipe={"deploy": (step("steal", "python3", "-c", thief, data, socket),)})
    print(state.phase, state.why)
    print(await scene.driver.output("d-1"))
    await embedded.stop()

asyncio.run(main())
"""

# It knows the token's beginning, so it can say where it found it. It prints no more than places.
THIEF = r"""
import glob, os, socket, sys
data, redis = sys.argv[1:]
mark = b"xo" + b"xb-" + b"what"
seen, found = 0, []
def look(place, read):
    global seen
    try:
        text = read()
    except OSError:
        return
    seen += 1
    if mark in text:
        found.append(place)
def file(path):
    return lambda: open(path, "rb").read(1 << 20)
look("own environment", lambda: b"\0".join(k + b"=" + v for k, v in os.environb.items()))
for process in glob.glob("/proc/[0-9]*"):
    for part in ("environ", "cmdline"):
        look(f"{part} of a process", file(f"{process}/{part}"))
    try:
        maps = open(f"{process}/maps").read()
        look("memory of a process", lambda: open(f"{process}/mem", "rb").read(1))
    except OSError:
        pass
for folder, folders, files in os.walk(data):
    if "/work" in folder:
        continue
    for name in files:
        look(f"file {name}", file(os.path.join(folder, name)))
def ask():
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(2)
    line.connect(redis)
    line.sendall(b"GET token\r\nKEYS *\r\n")
    return line.recv(65536)
look("redis", ask)
own = os.getuid()
print("looked at", seen > 0, "as", own, "found:", sorted(set(found)))
"""


async def test_a_recipe_finds_no_token_in_environments_processes_files_and_redis(
    scene: Scene, marks: Path
) -> None:
    data = marks / "data"
    root = str(Path(__file__).parents[3])
    said = await printed(
        sys.executable, "-c", GRAIL, root, str(data), str(scene.repository), scene.commit, THIEF,
        env={**os.environ, "SLACK_BOT_TOKEN": TOKEN},
    )  # fmt: skip
    assert said.startswith("succeeded"), said
    if os.geteuid() == 0:
        assert f"looked at True as {user_of('shop', 'staging')} found: []" in said
    else:  # without a user of its own it reads our files; the environments are shielded all the same
        assert "found: [" in said
        assert "environ" not in said


async def test_the_thief_finds_it_where_it_runs_as_grails_own_user(scene: Scene, marks: Path) -> None:
    """What the test above proves hangs on the user: this thief is good at it."""
    data = marks / "data"
    root = str(Path(__file__).parents[3])
    code = GRAIL.replace('recipe={"deploy"', f'recipe={{"user": "{os.getuid()}", "deploy"')
    said = await printed(
        sys.executable, "-c", code, root, str(data), str(scene.repository), scene.commit, THIEF,
        env={**os.environ, "SLACK_BOT_TOKEN": TOKEN},
    )  # fmt: skip
    assert "'redis'" in said
    assert "own environment" not in said


async def test_a_step_gets_the_variables_that_are_listed_and_no_others(scene: Scene) -> None:
    scene.environ.update(
        PASSED="passed", SLACK_BOT_TOKEN=TOKEN, OTHER="other", COPY=TOKEN, REDIS_URL="redis://x"
    )
    told: list[str] = []
    scene.driver = scene.another_driver(mask=[TOKEN], say=told.append)
    order = scene.order(recipe={"env": {"LISTED": "1"}, "deploy": (shell("say", "env", env={"STEPS": "2"}),)})
    names = (
        "PASSED",
        "SLACK_BOT_TOKEN",
        "COPY",
        "REDIS_URL",
        "MISSING",
    )  # config.yaml would refuse two of them
    recipe = order.recipe.model_copy(update={"pass_env": names})
    await scene.end(await scene.driver.start(replace(order, recipe=recipe)))
    lines = (await scene.driver.output("d-1")).splitlines()[2:]
    seen = {line.partition("=")[0] for line in lines} - {"PWD", "SHLVL", "_", "OLDPWD"}
    ours = {"DEPLOY", "SERVICE", "ENVIRONMENT", "REF", "COMMIT", "PREVIOUS", "ACTION", "BY", "STEP"}
    assert seen == {
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "LISTED",
        "PASSED",
        "STEPS",
        *(f"GRAIL_{each}" for each in ours),
    }
    assert "PASSED=•••" in lines
    assert told == [
        "The recipe test asks for SLACK_BOT_TOKEN, which is Grail's own and is not passed on.",
        "The recipe test asks for COPY, which is Grail's own and is not passed on.",
        "The recipe test asks for REDIS_URL, which is Grail's own and is not passed on.",
        "The recipe test asks for MISSING, which is not set.",
    ]


async def test_a_step_has_a_home_of_its_own_that_is_gone_afterwards(scene: Scene) -> None:
    state = await scene.run(
        recipe={"deploy": (shell("home", 'cd "$HOME" && touch here "$TMPDIR/there" && pwd'),)}
    )
    assert state.phase == "succeeded"
    home = Path(state.steps[-1].last_line)
    assert home.name == "home"
    assert home != Path.home()

    async with asyncio.timeout(LONG):
        while home.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_supervisor_has_no_secret_in_its_environment_and_none_on_disk(
    scene: Scene, marks: Path
) -> None:
    scene.environ.update(DEPLOY_KEY="s3cret-value")
    script = f"echo $PPID > {marks}/runner; sleep 600"
    run = await scene.driver.start(
        scene.order(recipe={"pass_env": ("DEPLOY_KEY",), "deploy": (shell("wait", script),)})
    )
    async with asyncio.timeout(LONG):
        while not (marks / "runner").exists() or not (marks / "runner").read_text().endswith("\n"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    runner = Path("/proc") / (marks / "runner").read_text().strip()
    if os.geteuid() == 0:
        given = (runner / "environ").read_bytes().split(b"\0")
        assert {each.partition(b"=")[0] for each in given if each} <= {b"PATH", b"LC_CTYPE"}
    else:  # not even its own user may look
        with pytest.raises(PermissionError):
            (runner / "environ").read_bytes()
    on_disk = b"".join(each.read_bytes() for each in scene.folder().iterdir() if each.is_file())
    assert b"s3cret-value" not in on_disk
    for each in scene.folder().iterdir():
        assert each.stat().st_mode & 0o077 == 0, each
    await scene.driver.cancel(run, "Dana")
    await scene.end(run)


async def test_the_user_that_the_recipe_names_is_the_one_that_its_steps_run_as(scene: Scene) -> None:
    state = await scene.run(
        recipe={"user": "nobody", "deploy": (shell("who", "id -un && touch made && stat -c %U hello.txt"),)}
    )
    if os.geteuid() == 0:
        assert (await scene.driver.output("d-1")).splitlines()[-2:] == ["nobody", "nobody"]
        assert state.phase == "succeeded"
    else:
        assert state.phase == "failed"
        assert state.why == "The recipe wants the user `nobody`, and Grail may not switch users."


async def test_a_user_that_is_not_there_is_said(scene: Scene) -> None:
    state = await scene.run(recipe={"user": "no-such-user"})
    assert state.phase == "failed"
    assert state.why == "There is no user `no-such-user` on this machine for the recipe."


async def test_every_service_has_a_user_of_its_own_in_each_environment() -> None:
    services, environments = ("shop", "search", "gateway"), ("staging", "production")
    users = {user_of(service, environment) for service in services for environment in environments}
    assert len(users) == 6
    for number in users:
        with pytest.raises(KeyError):
            pwd.getpwuid(number)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can hide a process from its own user")
async def test_the_shield_keeps_the_environment_from_others_of_the_same_user(scene: Scene) -> None:
    code = textwrap.dedent("""
        import ctypes, os, sys
        sys.path.insert(0, sys.argv[1])
        from bot.drivers.recipe import shield
        if os.geteuid() == 0:
            os.setgid(61183)
            os.setuid(61183)
        prctl = ctypes.CDLL(None).prctl
        def readable():
            child = os.fork()
            if child:
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            prctl(4, 1, 0, 0, 0)
            try:
                open(f"/proc/{os.getppid()}/environ").read()
            except OSError:
                os._exit(1)
            os._exit(0)
        prctl(4, 1, 0, 0, 0)
        print(readable(), shield(), readable())
    """)
    child = await printed(sys.executable, "-c", code, str(Path(__file__).parents[3]))
    assert child.split() == ["True", "True", "False"]


async def test_what_is_a_step_of_the_repository_runs_too(scene: Scene) -> None:
    assert (await scene.run(recipe={"deploy": (step("say", "ops/say.sh"),)})).steps[-1].last_line == "said"


async def test_whether_we_may_switch_is_found_out_by_trying() -> None:
    code = textwrap.dedent("""
        import os, sys
        sys.path.insert(0, sys.argv[1])
        from bot.drivers._runner import may_become
        if os.geteuid() == 0:
            assert may_become(61184)
            os.setgid(61183)
            os.setuid(61183)
        print(may_become(61184))
    """)
    child = await printed(sys.executable, "-c", code, str(Path(__file__).parents[3]))
    assert child.split() == ["False"]

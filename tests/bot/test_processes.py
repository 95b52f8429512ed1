"""The command line as a person meets it: real processes, and each fault as one plain sentence."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.grail import ROOT
from tests.fixtures.ports import free_port
from tests.fixtures.programs import Spoken, speaking


def grail(*words: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot …` to its end, in an environment that says only this."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_half_of_the_slack_credentials_is_an_error(tmp_path: Path) -> None:
    said = one_sentence(grail("run", GRAIL_DATA=str(tmp_path), SLACK_BOT_TOKEN="xoxb-1"))
    assert said.startswith("SLACK_BOT_TOKEN is set, but neither SLACK_SIGNING_SECRET")


def test_another_config_without_credentials_is_an_error_that_names_the_workspace(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text((ROOT / "config.yaml").read_text().replace("company: Acme", "company: Other"))
    said = one_sentence(grail("run", "--config", str(config)))
    assert said == (
        "There are no Slack credentials: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET or SLACK_APP_TOKEN, "
        "or try it in the local workspace with --workspace."
    )


@pytest.mark.parametrize("side", ["web", "worker"])
def test_one_side_alone_refuses_the_embedded_redis(side: str, tmp_path: Path) -> None:
    said = one_sentence(
        grail(side, GRAIL_DATA=str(tmp_path), SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s")
    )
    assert said == (
        f"`grail {side}` needs REDIS_URL: several processes share one Redis, which the embedded one is not for. "
        "`grail run` starts everything in one process."
    )


def test_a_port_in_use_is_said_with_its_number(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = one_sentence(grail("run", "--port", str(port), GRAIL_DATA=str(tmp_path)))
        assert said == (
            f"Port {port} is in use: end what listens there, or choose another with PORT or --port."
        )
        said = one_sentence(
            grail("run", "--port", str(free_port()), GRAIL_DATA=str(tmp_path), GRAIL_WORKSPACE_PORT=str(port))
        )
        assert said == (
            f"Port {port} is in use: end what listens there, or choose another with GRAIL_WORKSPACE_PORT."
        )


def test_a_config_fault_is_said_with_its_path_before_anything_starts(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        (ROOT / "config.yaml").read_text().replace("company: Acme", "company: Acme\nservicse: {}")
    )
    done = grail("run", "--config", str(config))
    assert "servicse: unknown" in one_sentence(done)
    assert not (tmp_path / ".grail").exists()


def test_a_config_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert str(tmp_path / "none.yaml") in grail("run", "--config", str(tmp_path / "none.yaml")).stderr


def test_check_says_that_the_example_is_fine_and_names_each_fault_of_another(tmp_path: Path) -> None:
    fine = grail("check")
    assert (fine.returncode, fine.stdout.splitlines()[-1]) == (
        0,
        f"{ROOT / 'config.yaml'} is fine: 3 services, 6 people.",
    )
    config = tmp_path / "config.yaml"
    config.write_text((ROOT / "config.yaml").read_text().replace("recipe: acme", "recipe: akme"))
    wrong = grail("check", str(config))
    assert wrong.returncode == 1
    assert all(": " in line for line in wrong.stdout.splitlines())
    assert "akme" in wrong.stdout


def test_make_run_serves_acme_and_the_workspace_and_control_c_ends_all_of_it(tmp_path: Path) -> None:
    page = free_port()
    with began(tmp_path, GRAIL_WORKSPACE_PORT=str(page)) as running:
        words = " ".join(running.words.split())
        assert (
            f"Open http://localhost:{page} (the local workspace) and type /grail deploy shop to staging"
            in words
        )
        running.tell(signal.SIGINT)
        assert running.end() == 0
    left = subprocess.run(["pgrep", "-fa", str(tmp_path)], capture_output=True, text=True, check=False).stdout
    assert left == ""


def test_a_data_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    data = tmp_path / "file" / "data"
    assert one_sentence(grail("run", GRAIL_DATA=str(data))) == (
        f"Nothing can be kept in {data} (Not a directory): set GRAIL_DATA to a folder that can be written."
    )


def test_a_machine_without_git_is_told_so(tmp_path: Path) -> None:
    assert one_sentence(grail("run", GRAIL_DATA=str(tmp_path / "data"), PATH=str(tmp_path))) == (
        "There is no git on this machine: install it, for every deploy begins with a commit."
    )


def test_a_redis_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"redis://me:geheim-1@127.0.0.1:{free_port()}/0"
    done = grail(
        "worker", GRAIL_DATA=str(tmp_path), REDIS_URL=url, SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s"
    )
    said = one_sentence(done)
    assert said.startswith("Redis at redis://me@127.0.0.1:")
    assert said.endswith("start it, or set REDIS_URL to one that runs.")
    assert "geheim-1" not in done.stderr + done.stdout


def test_a_port_that_is_none_and_a_host_that_is_not_ours_are_said_as_what_they_are(tmp_path: Path) -> None:
    said = one_sentence(grail("run", "--port", "99999", GRAIL_DATA=str(tmp_path)))
    assert said == "--port is 99999: it has to be a port, 0 to 65535."
    said = one_sentence(grail("run", "--port", "0", GRAIL_DATA=str(tmp_path), HOST="192.0.2.1"))
    assert said == (
        "Grail cannot listen at 192.0.2.1, port 0 (Cannot assign requested address): look at HOST and PORT."
    )


def test_a_second_grail_on_the_same_data_is_told_of_the_first(tmp_path: Path) -> None:
    with began(tmp_path) as first:
        said = one_sentence(grail("run", "--port", "0", GRAIL_DATA=str(tmp_path)))
        assert said.startswith("Another Grail is running on ")
        first.tell(signal.SIGTERM)
        first.tell(signal.SIGTERM)  # twice is once
        assert first.end() == 0


def starting(data: Path, *words: str, **environment: str) -> AbstractContextManager[Spoken]:
    """A `grail run` of Acme."""
    given = {"PATH": os.environ["PATH"], "GRAIL_DATA": str(data), "GRAIL_WORKSPACE_PORT": str(free_port())}
    command = [sys.executable, *words, "-m", "bot", "run", "--port", "0"]
    return speaking(command, data.with_name(f"{data.name}.log"), given | environment, ROOT)


@contextmanager
def began(data: Path, **environment: str) -> Iterator[Spoken]:
    """A `grail run` of Acme that is up."""
    with starting(data, **environment) as running:
        running.until("Ctrl-C ends all of it.")
        yield running


@pytest.mark.parametrize("moment", ["import", "start"])
def test_control_c_at_the_very_start_ends_it_without_a_traceback(moment: str, tmp_path: Path) -> None:
    with starting(tmp_path, "-v") as running:
        running.until("import 'bot.errors'" if moment == "import" else "Acme: its repository")
        running.tell(signal.SIGINT)
        assert running.end() in (0, 130, -signal.SIGINT)
        assert "Traceback" not in running.words


def test_a_start_that_waits_for_a_slack_that_is_away_goes_on_and_ends_when_it_is_told_to(
    tmp_path: Path,
) -> None:
    away = f"http://127.0.0.1:{free_port()}/"
    slack = {"SLACK_API_URL": away, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    with began(tmp_path, **slack) as running:
        running.tell(signal.SIGTERM)
        assert running.end() == 0


def test_a_backup_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "none" / "copy"
    said = one_sentence(grail("backup", str(file), GRAIL_DATA=str(tmp_path / "data")))
    assert said == f"{file} cannot be written: No such file or directory."

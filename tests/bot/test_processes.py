"""The command line as a person meets it: real processes, and each fault as one plain sentence."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.grail import ROOT, free_port


def grail(*words: str, timeout: float = 20, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot …` to its end, in an environment that says only this."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
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
    port, page = free_port(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", str(port)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "GRAIL_DATA": str(tmp_path), "GRAIL_WORKSPACE_PORT": str(page)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    words = " ".join("".join(said).split())
    assert (
        f"Open http://localhost:{page} (the local workspace) and type /grail deploy shop to staging" in words
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    process.stdout.close()
    left = subprocess.run(["pgrep", "-fa", str(tmp_path)], capture_output=True, text=True, check=False).stdout
    assert left == ""

"""What a fresh machine is told before and while things are installed (.ci/precheck.py, .ci/install.py, Makefile)."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci"


def everywhere(name: str) -> str | None:
    return f"/usr/bin/{name}"


def nowhere(_: str) -> str | None:
    return None


def lack(version: tuple[int, int], which: Callable[[str], str | None]) -> str | None:
    spec = importlib.util.spec_from_file_location("precheck", CI / "precheck.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str | None = module.lack(version, which)
    return found


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 15), (4, 0)])
def test_a_python_that_is_too_old_or_too_new_is_said_in_one_sentence(version: tuple[int, int]) -> None:
    number = f"{version[0]}.{version[1]}"
    assert lack(version, everywhere) == (
        f"Grail needs Python 3.11 to 3.14 and this is {number}: say which with `make PYTHON=python3.12 …`."
    )


def test_git_that_is_missing_is_said_in_one_sentence() -> None:
    wanted = "Grail needs git, which is not on the PATH: install it and run this again."
    assert lack((3, 11), nowhere) == wanted
    folder = {"PATH": "/nonexistent"}
    done = subprocess.run([sys.executable, CI / "precheck.py"], env=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"{wanted}\n")


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_nothing_is_said_where_all_is_there(version: tuple[int, int]) -> None:
    assert lack(version, everywhere) is None


def test_the_versions_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.15"


@pytest.mark.parametrize("name", ["precheck.py", "install.py"])
def test_any_python_3_can_read_them(name: str) -> None:
    """They run before it is known which Python this is: an old one must come as far as the sentence."""
    tree = ast.parse((CI / name).read_text(), feature_version=(3, 4))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.NamedExpr | ast.AnnAssign)
    ]


def install(
    folder: Path, requirements: str, *, python: str = sys.executable
) -> "subprocess.CompletedProcess[str]":
    (folder / "requirements.txt").write_text(requirements)
    words = [python, str(CI / "install.py"), "venv", "requirements.txt", "stamp"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PIP_NO_INDEX": "1"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_the_install_shows_how_it_goes_on_and_leaves_its_mark_only_when_it_is_done(tmp_path: Path) -> None:
    done = install(tmp_path, f"no-such-package==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == ["Making venv …", "Installing 1 pinned packages into venv …"]
    sentence = (
        "The packages could not be installed: is the package registry reachable? Run this again when it is."
    )
    assert done.stderr.splitlines()[-1] == sentence
    assert not (tmp_path / "stamp").exists()

    done = install(tmp_path, "# nothing\n")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "Installing 0 pinned packages into venv …"  # what was made is not made again
    assert said[-1].startswith("Installed in ")
    assert (tmp_path / "stamp").exists()


def test_every_package_is_pinned_with_its_hash_and_both_lists_agree() -> None:
    pins: list[set[str]] = []
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-tools.txt"):
        lines = (CI / name).read_text().replace("\\\n", " ").splitlines()
        packages = [line for line in lines if line and not line.startswith((" ", "#"))]
        assert all("==" in line and "--hash=sha256:" in line for line in packages)
        pins.append({line.split()[0] for line in packages})
    assert pins[0] <= pins[1]


def test_make_says_what_is_missing_before_it_installs_anything(tmp_path: Path) -> None:
    program = shutil.which("make")
    if program is None:
        pytest.skip("make is not on the PATH")
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    shutil.copytree(CI, tmp_path / ".ci")
    environment = {"PATH": "/nonexistent"}
    words = [program, f"PYTHON={sys.executable}", "SHELL=/bin/sh", "run"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Grail needs git, which is not on the PATH: install it and run this again." in done.stderr
    assert "Making" not in done.stdout

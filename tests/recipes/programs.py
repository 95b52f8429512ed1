"""Where the programs of the pages are: `make tools` puts what no Debian package has into .tools, before the PATH."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / ".tools" / "bin"
PATH = f"{TOOLS}:{os.environ['PATH']}"
COMPOSE = Path(sys.executable).with_name("docker-compose")  # comes with the development packages
_HOW = {"podman": "apt install podman runc netavark aardvark-dns iptables", "vagrant": "apt install vagrant"}


def need(programs: Iterable[str]) -> None:
    """Skip the test where one of them is absent. In CI a skip is a failure."""
    for name in sorted(programs):
        if shutil.which(name, path=PATH) is None:
            pytest.skip(f"{name} is not here; what brings it: {_HOW.get(name, 'make tools')}")

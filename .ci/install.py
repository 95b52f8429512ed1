"""install.py VENV REQUIREMENTS STAMP [OPTIONS OF PIP]: makes the virtual environment and fills it, by hash."""

import pathlib
import subprocess
import sys
import time


def main(venv, requirements, stamp, *options):
    started = time.monotonic()
    python = pathlib.Path(venv, "bin", "python")
    # A virtual environment whose Python is gone (upgraded, moved) is of no use to anybody: make it anew.
    if subprocess.call([str(python), "-c", ""], stderr=subprocess.DEVNULL) if python.exists() else True:
        print("Making %s …" % venv, flush=True)
        if subprocess.call([sys.executable, "-m", "venv", "--clear", venv]):
            sys.exit(
                "Python's venv module does not work here: on Debian, install python3-venv and run this again."
            )
    wanted = [
        line.split(" ")[0] for line in open(requirements, encoding="utf-8") if "==" in line and line[0] != " "
    ]
    print("Installing %d pinned packages into %s …" % (len(wanted), venv), flush=True)
    done = subprocess.call(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--progress-bar", "on",
         "--require-hashes", *options, "-r", requirements]
    )  # fmt: skip
    if done:
        sys.exit(
            "The packages could not be installed: is the package registry reachable? Run this again when it is."
        )
    pathlib.Path(stamp).write_text("")
    print("Installed in %.0f s." % (time.monotonic() - started), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

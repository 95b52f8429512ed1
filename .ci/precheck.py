"""Says in one sentence what the machine lacks, before anything is installed. Runs on any Python 3."""

import shutil
import sys


def lack(version, which):
    """What is missing, as one sentence, or None.

    version: (major, minor) of the running Python; which: finds a program by its name, or None.
    """
    if not (3, 11) <= tuple(version) <= (3, 14):
        return (
            "Grail needs Python 3.11 to 3.14 and this is %d.%d: say which with `make PYTHON=python3.12 …`."
            % (
                version[0],
                version[1],
            )
        )
    if which("git") is None:
        return "Grail needs git, which is not on the PATH: install it and run this again."
    return None


if __name__ == "__main__":
    sentence = lack(sys.version_info[:2], shutil.which)
    if sentence:
        sys.exit(sentence)

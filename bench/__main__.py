"""Run what is measured beside this file and print it: `python -m bench [name …] [--strict]`.

--strict: status 1 when a bound is missed, for machines that do nothing else meanwhile.
"""

import importlib
import sys
from pathlib import Path

from bench import Figure


def main(arguments: list[str]) -> int:
    strict = "--strict" in arguments
    here = sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))
    wanted = [name for name in arguments if not name.startswith("--")] or here
    if unknown := set(wanted) - set(here):
        print(f"There is no bench of that name: {', '.join(sorted(unknown))}. There are {', '.join(here)}.")
        return 2
    missed = 0
    for name in wanted:
        print(f"{name}", flush=True)
        for figure in importlib.import_module(f"bench.{name}").run():
            print(line(figure), flush=True)
            missed += figure.kept is False
    print(f"{missed} missed." if missed else "All bounds kept.")
    return 1 if strict and missed else 0


def line(figure: Figure) -> str:
    """One line: what, how much, how that is to its peer, and whether its bound is kept."""
    text = f"  {figure.name:<58} {figure.value:>10.3g} {figure.unit}"
    if figure.ratio_to is not None and figure.ratio is not None:
        text += f"  = {figure.ratio:.2f} of {figure.ratio_to.name}"
    if figure.bound:
        text += f"  ({figure.bound}{'' if figure.kept else ': MISSED'})"
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

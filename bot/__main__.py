"""The command line: `python -m bot …`, also installed as `grail`."""

import signal

if __name__ == "__main__":  # Ctrl-C while the rest is still being imported ends it without a word
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from bot import chores, logs, processes, settings
from bot.domain.periods import period
from bot.errors import ConfigFault, GrailError, StartFault

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
Action = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit status is 0, 1 for what could not be done, 2 for a wrong call."""
    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["workspace"]:
        # A program of its own, with options of its own.
        from bot.workspace import main as workspace

        return workspace(words[1:]) or 0
    called = parser().parse_args(words)
    logs.configure(called.log_format, _level(called))
    try:
        run: Action = called.run
        return run(called)
    except ConfigFault as fault:
        print(f"{settings.read(config=called.config).config} cannot be used:", file=sys.stderr)
        print("\n".join(fault.faults), file=sys.stderr)
        return 1
    except GrailError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="grail", description="A Slack bot for one team of developers and operations."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, help: str, run: Action) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.add_argument(
            "--config", metavar="FILE", help="config.yaml (default: GRAIL_CONFIG, else ./config.yaml)"
        )
        sub.add_argument("--port", type=int, metavar="N", help="Grail's own HTTP (default: PORT, else 8000)")
        sub.add_argument("--log-format", choices=("text", "json"), default="text")
        sub.add_argument(
            "--log-level", choices=tuple(LEVELS), help="from which on (default: info; `run` in text: warning)"
        )
        sub.set_defaults(run=run)
        return sub

    run = add("run", "everything in one process, with its own Redis", _run)
    run.add_argument(
        "--workspace", action="store_true", help="the local workspace, whatever config.yaml says"
    )
    add("web", "the web side alone: takes in what Slack sends", _web)
    add("worker", "the worker side alone: does the work", _worker)
    check = add("check", "say what is wrong with config.yaml", _check)
    check.add_argument("file", nargs="?", metavar="FILE")
    manifest = add("manifest", "print the Slack app's manifest", _manifest)
    manifest.add_argument("--url", metavar="URL", help="where Slack reaches Grail; left out: Socket Mode")
    manifest.add_argument("--without", default="", metavar="A,B", help="what is not wanted")
    do = add("do", "a command from the terminal, for when Slack is down", _do)
    do.add_argument("words", nargs="+", metavar="WORDS", help='"status shop"')
    do.add_argument("--url", metavar="URL", help="where Grail listens (default: its port on this machine)")
    backup = add("backup", "write all that Grail remembers into a file", _backup)
    backup.add_argument("file", metavar="FILE")
    restore = add("restore", "bring a backup back into an empty Redis", _restore)
    restore.add_argument("file", metavar="FILE")
    restore.add_argument(
        "--over", action="store_true", help="also where something stands already: it is replaced"
    )
    audit = add(
        "audit", "`audit verify`: that nobody has changed the audit; `audit export`: all of it", _audit
    )
    audit.add_argument("what", choices=("verify", "export"))
    audit.add_argument(
        "--head", metavar="LINE", help="verify: the day's head, as the operations channel has it"
    )
    audit.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="export: (default: jsonl)")
    audit.add_argument("--since", metavar="7d", type=_period, help="export: how far back (default: all)")
    audit.add_argument("--service", metavar="NAME", help="export: only what is about this service")
    add("schema", "print config.yaml's JSON Schema, for editors", _schema)
    commands.add_parser("workspace", help="the local workspace alone, for any Bolt app", add_help=False)
    return top


def _level(called: argparse.Namespace) -> int:
    """`run` in a terminal says where it is and what needs a person; a program that reads logs gets all of them."""
    quiet = called.run is _run and called.log_format == "text"
    return LEVELS[called.log_level] if called.log_level else logging.WARNING if quiet else logging.INFO


def _in_loop(run: Coroutine[Any, Any, int]) -> int:
    """Run it to its end, on uvloop where it can be had (a tenth faster)."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(run)
    return uvloop.run(run)


def _read(called: argparse.Namespace) -> settings.Settings:
    return settings.read(config=called.config, port=called.port)


def _run(called: argparse.Namespace) -> int:
    return _in_loop(processes.run(_read(called), workspace=called.workspace))


def _web(called: argparse.Namespace) -> int:
    return _in_loop(processes.serve(_read(called), web_side=True))


def _worker(called: argparse.Namespace) -> int:
    return _in_loop(processes.serve(_read(called), web_side=False))


def _check(called: argparse.Namespace) -> int:
    from bot.config import load

    path = Path(called.file) if called.file else _read(called).config
    try:
        config = load(path)
    except ConfigFault as fault:
        print("\n".join(fault.faults))
        return 1
    print(f"{path} is fine: {len(config.services)} services, {len(config.people)} people.")
    return 0


def _schema(_: argparse.Namespace) -> int:
    from bot.config import schema

    print(schema())
    return 0


def _manifest(called: argparse.Namespace) -> int:
    from bot.slack.manifest import manifest

    print(manifest(called.url, without=[part for part in called.without.split(",") if part]))
    return 0


def _do(called: argparse.Namespace) -> int:
    return _in_loop(processes.do(" ".join(called.words), called.url, _read(called).port))


def _backup(called: argparse.Namespace) -> int:
    return _in_loop(chores.backup(_read(called), Path(called.file)))


def _restore(called: argparse.Namespace) -> int:
    return _in_loop(chores.restore(_read(called), Path(called.file), over=called.over))


def _audit(called: argparse.Namespace) -> int:
    settings = _read(called)
    if called.what == "export":
        return _in_loop(chores.audit_export(settings, called.format, called.since, called.service))
    return _in_loop(chores.audit_verify(settings, called.head))


def _period(words: str) -> float:
    seconds = period(words)
    if seconds is None:
        raise argparse.ArgumentTypeError(f"{words!r} is no length of time: write it as 24h, 7d or 2w")
    return seconds


__all__ = ["StartFault", "main", "parser"]

if __name__ == "__main__":
    sys.exit(main())

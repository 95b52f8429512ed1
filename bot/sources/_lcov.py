"""LCOV's tracefile, as geninfo, c8, Istanbul, cargo-llvm-cov, coverage.py and others write it: a record a line, and
one section for each file, from SF to end_of_record.
"""

from bot.domain.coverage import Gathering, OddReport, Report, hits


def read(body: bytes) -> Report:
    """Raises OddReport."""
    gathering = Gathering()
    file = ""
    for line in body.splitlines():
        kind, _, rest = line.strip().partition(b":")
        if kind == b"SF":
            file = rest.decode("utf-8", "replace").strip()
        elif kind == b"DA" and file:
            number, _, more = rest.partition(b",")
            run, _, _ = more.partition(b",")  # what follows is the line's checksum
            gathering.line(file, _number(number), hits(run.decode("ascii", "replace")))
        elif kind == b"end_of_record":
            file = ""
    if file:
        raise OddReport("It ends in the middle of a file: its last line has to be end_of_record.")
    return Report(gathering.files())


def _number(text: bytes) -> int:
    try:
        return int(text[:20])
    except ValueError:
        raise OddReport(
            f"It names line {text[:20].decode('ascii', 'replace')!r}, which is no number."
        ) from None

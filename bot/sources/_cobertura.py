"""Cobertura XML, as coverage.py, gcovr, Istanbul, JaCoCo's converters and others write it.

Read by expat as a stream, without a tree: nothing of it is ever in memory twice. A document type is let be, because
Cobertura's own writes one, and it is never fetched; the first entity that one declares ends the reading, so that none
is ever expanded. Only lines and their hits are used: the rates that stand beside them may say what they like.
"""

from xml.parsers import expat

from bot.domain.coverage import Gathering, OddReport, Report, hits

STEP = 64 * 1024  # bytes that are given to expat at once
LONGEST_TAG = 1024 * 1024  # bytes
DEEPEST = 100  # elements in each other; Cobertura needs nine


def read(body: bytes) -> Report:
    """Raises OddReport."""
    reader = _Reader()
    try:
        reader.read(body)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code) or "it is not"
        raise OddReport(f"It is no whole XML: {why} in line {error.lineno}.") from None
    except (UnicodeError, LookupError, ValueError):
        raise OddReport("Its XML is in an encoding that nobody knows.") from None
    if not reader.coverage:
        raise OddReport("It is XML, but no Cobertura report: its first element is not <coverage>.")
    return Report(reader.gathering.files(), tuple(reader.sources))


class _Reader:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.sources: list[str] = []
        self.coverage = False
        self._depth = 0
        self._file: str | None = None
        self._source: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity
        self._parser.UnparsedEntityDeclHandler = self._entity
        self._parser.ExternalEntityRefHandler = self._entity

    def read(self, body: bytes) -> None:
        for at in range(0, len(body), STEP):
            self._parser.Parse(body[at : at + STEP], False)
            # A tag is kept until its end is seen, and what was kept is looked through again with each step.
            if at - self._parser.CurrentByteIndex > LONGEST_TAG:
                raise OddReport("One of its XML tags is longer than 1 MiB.")
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise OddReport(f"Its XML is more than {DEEPEST} elements deep.")
        if self._depth == 1:
            self.coverage = name == "coverage"
        elif name == "class":
            self._file = attributes.get("filename")
        elif name == "line" and self._file:
            self.gathering.line(
                self._file, _number(attributes.get("number", "")), hits(attributes.get("hits", ""))
            )
        elif name == "source":
            self._source = []

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "class":
            self._file = None
        elif name == "source" and self._source is not None:
            self.sources.append("".join(self._source).strip()[:1000])
            self._source = None

    def _text(self, text: str) -> None:
        if self._source is not None and len(self.sources) < 100:
            self._source.append(text)

    def _entity(self, *_: object) -> int:
        raise OddReport("Its XML declares entities, which no coverage report needs: nothing of it was read.")


def _number(text: str) -> int:
    try:
        return int(text[:20])
    except ValueError:
        raise OddReport(f"It names line {text[:20]!r}, which is no number.") from None

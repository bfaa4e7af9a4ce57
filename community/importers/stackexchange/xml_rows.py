"""Rows of a dump's XML, one at a time; the files are untrusted.

Neither document types nor entities of their own are accepted, so nothing expands and nothing is
fetched. A row that is not well-formed is told of and reading goes on at the next one: dumps have
one row a line.
"""

from collections.abc import Iterator
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from community.importers.reading import (
    DamagedFile,
    ProblemListener,
    SourceFile,
    UnreadableSource,
    read_pieces,
)

ROW_MAX_BYTES = 16 * 1024 * 1024


class Row(NamedTuple):
    """A row's attributes and where it stands."""

    place: str
    values: dict[str, str]


def read_rows(file: SourceFile, on_problem: ProblemListener) -> Iterator[Row]:
    """Yield the rows of a file; what is none is told to ``on_problem``.

    Raises ``UnreadableSource`` for a document type or an entity declaration.
    """
    reader = _RowReader(file, on_problem)
    number = 0
    try:
        for piece in read_pieces(file):
            number += 1
            reader.feed(piece, number)
            yield from reader.take()
    except DamagedFile as error:
        on_problem(file.place(number + 1), str(error))
    else:
        reader.end(number)


class _RowReader:
    """Feeds a parser piece by piece, and starts a new one behind what is broken."""

    def __init__(self, file: SourceFile, on_problem: ProblemListener) -> None:
        self._file = file
        self._on_problem = on_problem
        self._rows: list[Row] = []
        self._number = 0
        self._pending_bytes = 0
        self._skips = False
        self._is_restarted = False
        self._parser = self._new_parser()

    def take(self) -> list[Row]:
        """Hand over the rows completed so far."""
        rows, self._rows = self._rows, []
        return rows

    def feed(self, piece: bytes, number: int) -> None:
        """Parse the next piece of the file, which is line ``number``."""
        self._number = number
        start = piece.lstrip()[:5]
        if self._is_restarted and start[:2] == b"</":
            return
        if self._skips:
            if start != b"<row ":
                return
            self._skips = False
        was_inside_a_row = self._pending_bytes > 0
        error = self._parse(piece)
        if error is None:
            return
        self._restart()
        if was_inside_a_row and start == b"<row ":
            self._on_problem(self._file.place(number - 1), f"not well-formed XML ({error})")
            error = self._parse(piece)
            if error is None:
                return
            self._restart()
        self._skips = True
        self._on_problem(self._file.place(number), f"not well-formed XML ({error})")

    def end(self, number: int) -> None:
        """Tell of a row that the end of the file cuts off."""
        if self._pending_bytes and not self._skips:
            self._on_problem(self._file.place(number), "the file ends inside a row")

    def _parse(self, piece: bytes) -> str | None:
        """Parse a piece; returns what is wrong with it."""
        self._pending_bytes += len(piece.strip())
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            return expat.ErrorString(error.code)
        if self._pending_bytes > ROW_MAX_BYTES:
            return f"a row of more than {ROW_MAX_BYTES:,} bytes"
        return None

    def _restart(self) -> None:
        self._parser = self._new_parser()
        self._parser.Parse(b"<rows>", False)
        self._pending_bytes = 0
        self._is_restarted = True

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        return parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._pending_bytes = 0
        if name == "row":
            self._rows.append(Row(self._file.place(self._number), attributes))

    def _end(self, name: str) -> None:
        self._pending_bytes = 0

    def _refuse(self, *details: object) -> NoReturn:
        raise UnreadableSource(
            f"{self._file.place(self._number)}: a document type or entity declaration is refused"
        )

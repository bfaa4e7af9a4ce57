"""Lines of JSON to objects, one at a time; a bad line does not end the file."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from community.importers.reading import (
    PIECE_BYTES,
    DamagedFile,
    ProblemListener,
    SourceFile,
    read_pieces,
)


class Line(NamedTuple):
    """An object and where it stands."""

    place: str
    content: dict[str, Any]


def read_lines(file: SourceFile, on_problem: ProblemListener) -> Iterator[Line]:
    """Yield the objects of a file; what is none is told to ``on_problem``."""
    number = 0
    try:
        for number, raw in enumerate(_whole_lines(file, on_problem), 1):
            if raw.strip():
                try:
                    content = json.loads(raw.decode("utf-8-sig"))
                    if not isinstance(content, dict):
                        raise ValueError("not an object")
                except (ValueError, RecursionError) as error:
                    on_problem(file.place(number), f"no JSON object ({error})")
                    continue
                yield Line(file.place(number), content)
    except DamagedFile as error:
        on_problem(file.place(number + 1), str(error))


def _whole_lines(file: SourceFile, on_problem: ProblemListener) -> Iterator[bytes]:
    """Yield lines; one above the piece size becomes an empty one and a problem."""
    too_long = False
    number = 1
    for piece in read_pieces(file):
        ends = piece.endswith(b"\n") or len(piece) < PIECE_BYTES
        if not ends and not too_long:
            on_problem(file.place(number), f"the line is longer than {PIECE_BYTES:,} bytes")
        if ends:
            yield b"" if too_long else piece
            number += 1
        too_long = not ends

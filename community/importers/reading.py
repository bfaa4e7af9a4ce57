"""Files of a source: found, opened and read piece by piece, packed with xz or not."""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

PIECE_BYTES = 4 * 1024 * 1024


class UnreadableSource(Exception):
    """The folder or a file in it cannot be imported at all; the message says why."""


class DamagedFile(Exception):
    """A file cannot be read to its end; what came before is good."""


class ProblemListener(Protocol):
    """Hears of a row that cannot be read: where, and why."""

    def __call__(self, place: str, reason: str) -> None: ...


def ignore_problem(place: str, reason: str) -> None:
    """Listen to problems that were told of in an earlier pass over the same file."""


@dataclass
class SourceFile:
    """One file of a source. ``read_bytes`` is how far into the (packed) file we are."""

    path: Path
    read_bytes: int = 0

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    def place(self, line: int) -> str:
        """Return words for a line of this file."""
        return f"{self.name}, line {line}"


def check_folder(folder: Path) -> None:
    """Raise ``UnreadableSource`` unless this is a folder we may list."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise UnreadableSource(f"{folder}: {error.strerror}") from error


def find_file(folder: Path, name: str) -> SourceFile | None:
    """Return the file of that name, plain or ``.xz``; None if there is neither."""
    for candidate in (folder / name, folder / f"{name}.xz"):
        if candidate.is_file():
            return SourceFile(candidate)
    return None


def need_file(folder: Path, name: str) -> SourceFile:
    """Return the file of that name; raises ``UnreadableSource``."""
    file = find_file(folder, name)
    if file is None:
        raise UnreadableSource(f"{folder} holds neither {name} nor {name}.xz")
    return file


def read_pieces(file: SourceFile) -> Iterator[bytes]:
    """Yield the lines of a file; a line above ``PIECE_BYTES`` comes in several pieces.

    Raises ``UnreadableSource`` if it cannot be opened, ``DamagedFile`` if it breaks off.
    """
    try:
        raw = file.path.open("rb")
    except OSError as error:
        raise UnreadableSource(f"{file.path}: {error.strerror}") from error
    with raw:
        stream = _unpacked(file, raw)
        try:
            while piece := stream.readline(PIECE_BYTES):
                file.read_bytes = raw.tell()
                yield piece
        except (EOFError, lzma.LZMAError, OSError) as error:
            raise DamagedFile(f"the file breaks off ({error})") from error


def _unpacked(file: SourceFile, raw: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, lzma.LZMAFile(raw)) if file.path.suffix == ".xz" else raw

"""The index on disk: one folder a build, a pointer to the present one, checksums beside it.

The index only finds; what a viewer may see is decided by the database for every hit. It can be
deleted at any time: searches then fall back to the database until it has been built anew.
"""

import json
import os
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats
from whoosh.analysis import IDAnalyzer
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from community.search.documents import Document

POINTER = "current"
CHECKSUMS = "checksums.json"
LOCK_WAIT_SECONDS = 10.0
POSTINGS_PER_BLOCK = 1_024
WRITER_MEMORY_MB = 128
MERGE_BELOW_DOCUMENTS = 2_000
SEGMENTS_BEFORE_MERGE = 8
# How often a title's and an answer's words count in the common text field (BM25F).
TITLE_REPEATS = 2
LONGEST_LENGTH = 65_535


class IndexMissing(LookupError):
    """There is no index, or it is one that cannot be read."""


def _terms_field(format_: formats.Format) -> fields.FieldType:
    """Return a field that takes lists of ready-made terms."""
    return fields.FieldType(format_, IDAnalyzer())


def make_schema() -> fields.Schema:
    """Return the schema of the index."""
    return fields.Schema(
        key=fields.ID(unique=True),
        number=fields.COLUMN(columns.NumericColumn("q")),
        asked_at=fields.COLUMN(columns.NumericColumn("q")),
        text_length=fields.COLUMN(columns.NumericColumn("H")),
        title_length=fields.COLUMN(columns.NumericColumn("H")),
        text=_terms_field(formats.Frequency()),
        title=_terms_field(formats.Frequency()),
        title_words=_terms_field(formats.Existence()),
        filters=_terms_field(formats.Existence()),
    )


def current_folder(root: Path) -> Path:
    """Return the folder of the present index; raises ``IndexMissing``."""
    try:
        name = (root / POINTER).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexMissing(POINTER) from error
    folder = root / name
    if not name or "/" in name or not folder.is_dir():
        raise IndexMissing(name)
    return folder


def new_folder(root: Path) -> Path:
    """Make the folder of an index that is not yet the present one."""
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"index-{secrets.token_hex(6)}"
    folder.mkdir()
    _storage(folder).create_index(make_schema())
    return folder


def make_current(root: Path, folder: Path) -> None:
    """Let readers use this folder from now on, and remove the others."""
    write_checksums(folder)
    _replace(root / POINTER, folder.name)
    for other in root.glob("index-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def set_aside(root: Path) -> None:
    """Take a damaged index out of use; it is removed with the next build."""
    (root / POINTER).unlink(missing_ok=True)


@contextmanager
def writer_on(folder: Path) -> Iterator[Any]:
    """Write to an index: one commit at the end, nothing on an error.

    Raises Whoosh's ``LockError`` while another process writes.
    """
    writer = (
        _storage(folder)
        .open_index()
        .writer(
            timeout=LOCK_WAIT_SECONDS,
            limitmb=WRITER_MEMORY_MB,
            codec=W3Codec(blocklimit=POSTINGS_PER_BLOCK),
        )
    )
    try:
        yield writer
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merge_small_segments)


def replace_documents(
    folder: Path, question_ids: Iterable[int], documents: Iterable[Document]
) -> None:
    """Put new documents in the place of those questions' old ones; without one it only removes."""
    with writer_on(folder) as writer:
        for question_id in question_ids:
            writer.delete_by_term("key", str(question_id))
        for document in documents:
            add_document(writer, document)
    write_checksums(folder)


def add_document(writer: Any, document: Document) -> None:
    """Add a question that is not in the index."""
    text = document.title * TITLE_REPEATS + document.body + document.answers
    writer.add_document(
        key=str(document.question_id),
        number=document.question_id,
        asked_at=document.asked_at,
        text=text,
        text_length=min(len(text), LONGEST_LENGTH),
        title=document.title,
        title_length=min(len(document.title), LONGEST_LENGTH),
        title_words=document.title_words,
        filters=document.filters,
    )


def open_index(folder: Path) -> FileIndex:
    """Open an index for reading."""
    return _storage(folder).open_index()


def write_checksums(folder: Path) -> None:
    """Note size and checksum of every file, so that damage is noticed."""
    _replace(folder / CHECKSUMS, json.dumps(_checksums(folder)))


def is_intact(folder: Path) -> bool:
    """Say whether all files are as they were written."""
    try:
        noted = json.loads((folder / CHECKSUMS).read_text())
    except (OSError, ValueError):
        return False
    return bool(noted == _checksums(folder))


def _checksums(folder: Path) -> dict[str, int]:
    names = sorted(entry.name for entry in folder.iterdir() if entry.suffix in (".seg", ".toc"))
    return {name: _checksum(folder / name) for name in names}


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def _replace(path: Path, text: str) -> None:
    """Write a small file so that readers see the old or the new one, never half of it."""
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    with temporary.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _storage(folder: Path) -> FileStorage:
    # Not memory-mapped: a mapped file that is cut short kills the process that reads it.
    return FileStorage(str(folder), supports_mmap=False)


def _merge_small_segments(writer: Any, segments: list[Any]) -> list[Any]:
    """Join small segments once there are many; big ones stay (a rebuild joins all)."""
    small = [one for one in segments if one.doc_count_all() < MERGE_BELOW_DOCUMENTS]
    if len(small) < SEGMENTS_BEFORE_MERGE:
        return segments
    for segment in small:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [one for one in segments if one not in small]

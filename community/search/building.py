"""Building the whole index anew, beside the one in use."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from community.core.db import forget_changes
from community.search.documents import iterate_documents
from community.search.index import add_document, make_current, new_folder, writer_on

LOCK = "building.lock"


class RebuildRunning(RuntimeError):
    """Another process builds the index already."""


def build_index(root: Path, report: Callable[[int], None] = lambda count: None) -> int:
    """Build a new index and put it in the place of the old one; returns how many questions it has.

    ``report`` hears the size of each batch. Readers use the old index to the end. Raises
    ``RebuildRunning``.
    """
    with _build_lock(root):
        folder = new_folder(root)
        try:
            count = _fill(folder, report)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        make_current(root, folder)
    return count


def is_building(root: Path) -> bool:
    """Say whether any process builds the index at this moment."""
    try:
        with _build_lock(root):
            return False
    except RebuildRunning:
        return True


def _fill(folder: Path, report: Callable[[int], None]) -> int:
    count = 0
    with writer_on(folder) as writer:
        for documents in iterate_documents():
            for document in documents:
                add_document(writer, document)
            # Each batch reads the present state; an old snapshot would keep the log from shrinking.
            forget_changes()
            count += len(documents)
            report(len(documents))
    return count


@contextmanager
def _build_lock(root: Path) -> Iterator[None]:
    """Hold the lock of builders; the system releases it even if the process is killed."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RebuildRunning() from error
        yield

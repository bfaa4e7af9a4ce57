"""The open index of this process: opened once, renewed when the folder changes.

Looking whether it changed costs two ``stat`` calls. Threads take turns: a reader has one file
position. Whatever goes wrong while reading counts as "no index"; the worker finds the cause.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog

from community.search.index import POINTER, IndexMissing, current_folder, open_index
from community.search.segments import Segment

log = structlog.get_logger()

T = TypeVar("T")


class OpenIndex:
    """The index under one root folder, as this process has it open."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._segments: list[Segment] | None = None

    def read(self, action: Callable[[list[Segment]], T]) -> T:
        """Run ``action`` on the present segments; raises ``IndexMissing`` if that fails."""
        with self._lock:
            seen = self._look()
            if seen != self._seen:
                self._renew(seen)
            if self._segments is None:
                raise IndexMissing(str(self.root))
            try:
                return action(self._segments)
            except Exception as error:
                # Damaged bytes can raise anything. Not read again until the files change.
                self._segments = None
                log.warning("search_index_unreadable", error=type(error).__name__)
                raise IndexMissing(str(self.root)) from error

    def _look(self) -> tuple[int, ...]:
        try:
            pointer = (self.root / POINTER).stat()
            folder = current_folder(self.root).stat()
        except (OSError, IndexMissing) as error:
            self._seen = self._segments = None
            raise IndexMissing(str(self.root)) from error
        return pointer.st_ino, pointer.st_mtime_ns, folder.st_ino, folder.st_mtime_ns

    def _renew(self, seen: tuple[int, ...]) -> None:
        known = {segment.name: segment for segment in self._segments or ()}
        self._seen, self._segments = seen, None
        try:
            reader = open_index(current_folder(self.root)).reader()
            self._segments = [_open(leaf, known) for leaf, _ in reader.leaf_readers()]
        except Exception as error:
            log.warning("search_index_unreadable", error=type(error).__name__)
            raise IndexMissing(str(self.root)) from error


def _open(leaf: Any, known: dict[str, Segment]) -> Segment:
    segment = known.get(leaf.segment().segment_id())
    return segment.renewed(leaf) if segment else Segment(leaf)


_open_indexes: dict[Path, OpenIndex] = {}


def index_at(root: Path) -> OpenIndex:
    """Return this process's open index under a root folder."""
    return _open_indexes.setdefault(root, OpenIndex(root))

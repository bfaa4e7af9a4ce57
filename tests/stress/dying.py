"""Processes that die, as if by ``kill -9``, at a point they were told."""

import os
import random
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event

from community.core.db import db


class Death:
    """Ends the process where it was told to, the next time it comes by.

    ``statements`` name the points just behind statements that begin so; commits have two more, and
    ``further`` are those that the process passes itself (``at``). In ``diary`` stands where each
    process died, for ``deaths_in``.
    """

    def __init__(
        self,
        statements: Mapping[str, str],
        further: tuple[str, ...] = (),
        diary: Path | None = None,
    ) -> None:
        self.statements = statements
        self.points = (*statements.values(), "before commit", "after commit", *further)
        self.point = ""
        self.diary = diary

    def arm(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Choose a point at random; for a signal."""
        self.point = random.choice(self.points)

    def at(self, point: str) -> None:
        """Die, if this is the point."""
        if self.point != point:
            return
        if self.diary is not None:
            with self.diary.open("a") as file:
                file.write(f"{point}\n")
        os.kill(os.getpid(), signal.SIGKILL)

    def wait_everywhere(self) -> None:
        """Watch the statements and commits of this process."""

        def watch_statement(*arguments: Any) -> None:
            statement: str = arguments[2]
            for beginning, point in self.statements.items():
                if statement.startswith(beginning):
                    self.at(point)

        event.listen(db.engine, "after_cursor_execute", watch_statement)
        event.listen(db.session, "before_commit", lambda _: self.at("before commit"))
        event.listen(db.session, "after_commit", lambda _: self.at("after commit"))
        signal.signal(signal.SIGUSR1, self.arm)


def deaths_in(diary: Path) -> Counter[str]:
    """Count who died at which point."""
    return Counter(diary.read_text().splitlines()) if diary.exists() else Counter()

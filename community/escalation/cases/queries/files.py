"""Files that came with messages, for whoever may read those."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import undefer

from community.core.db import db
from community.core.errors import NotFound
from community.escalation.cases.models import CaseFile, CaseMessage, SupportCase
from community.escalation.cases.queries.merged import ids_with_absorbed


class FileLine(NamedTuple):
    """A file in a list."""

    id: int
    name: str
    content_type: str
    size_bytes: int

    @property
    def is_picture(self) -> bool:
        """Whether a browser can show it."""
        return self.content_type.startswith("image/")


def files_of(message_ids: Collection[int]) -> Mapping[int, list[FileLine]]:
    """Return the files of messages, by message."""
    if not message_ids:
        return {}
    rows = db.session.execute(
        select(
            CaseFile.message_id,
            *(CaseFile.id, CaseFile.name, CaseFile.content_type, CaseFile.size_bytes),
        )
        .where(CaseFile.message_id.in_(message_ids))
        .order_by(CaseFile.id)
    )
    found: dict[int, list[FileLine]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(FileLine(*row[1:]))
    return found


def get_file(case: SupportCase, file_id: int, kinds: Collection[str]) -> CaseFile:
    """Return a file of a case with its content, if it came with a message of these kinds.

    Messages of cases that became part of this one count as its own.

    Whoever calls has made sure that the viewer may read those. Raises ``NotFound``.
    """
    found = db.session.scalar(
        select(CaseFile)
        .join(CaseMessage, CaseMessage.id == CaseFile.message_id)
        .where(
            CaseFile.id == file_id,
            CaseMessage.case_id.in_(ids_with_absorbed(case.id)),
            CaseMessage.kind.in_(kinds),
        )
        .options(undefer(CaseFile.content))
    )
    if found is None:
        raise NotFound()
    return found


def list_own_files(user_id: int) -> Sequence[tuple[int, str]]:
    """Return id and name of every file a member sent, oldest first."""
    mine = select(CaseFile.id, CaseFile.name).where(CaseFile.author_id == user_id)
    return [(row[0], row[1]) for row in db.session.execute(mine.order_by(CaseFile.id))]


def read_file(file_id: int) -> bytes:
    """Return what a file holds."""
    return db.session.scalars(select(CaseFile.content).where(CaseFile.id == file_id)).one()

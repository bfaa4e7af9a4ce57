"""Which foreign record became which of ours."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.db import Base


class ImportedRecord(Base):
    """A record of a source that is here already; makes a second run change nothing.

    ``kind`` is question, answer, comment, user, vote, tag, acceptance, closure or duplicate.
    """

    __tablename__ = "imported_records"
    __table_args__ = (
        Index("ix_imported_records_post_id", "post_id"),
        Index("ix_imported_records_user_id", "user_id"),
        {"sqlite_with_rowid": False},
    )

    source: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

"""Names that people had before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base
from community.identity.models.users import NAME_KEY_CHARS


class NameChange(Base):
    """The folded forms of a name that somebody gave up, and when.

    For a while nobody else may take it, and who is mentioned by it is still this person. The name
    itself stands in ``former_identifiers``.
    """

    __tablename__ = "name_changes"
    __table_args__ = (
        Index("ix_name_changes_user_id_changed_at", "user_id", "changed_at"),
        Index("ix_name_changes_name_key", "name_key"),
        Index("ix_name_changes_name_skeleton", "name_skeleton"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name_key: Mapped[str] = mapped_column(String(NAME_KEY_CHARS))
    name_skeleton: Mapped[str] = mapped_column(String(NAME_KEY_CHARS))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

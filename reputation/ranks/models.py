"""The ladder."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.db import Base
from reputation.ranks.rank_rules import Criteria

ICON_MAX_CHARS = 30


class Rank(Base):
    """A level, 0 being the lowest, with its names by language and an icon of the sprite.

    ``needs`` and ``one_of`` map a measure to the least number of it (see ``rank_rules``).
    ``changed_at`` is empty while the rank is as it was delivered.
    """

    __tablename__ = "ranks"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    icon: Mapped[str] = mapped_column(String(ICON_MAX_CHARS))
    needs: Mapped[dict[str, int]] = mapped_column(JSON)
    one_of: Mapped[dict[str, int]] = mapped_column(JSON)
    changed_at: Mapped[datetime | None]

    @property
    def criteria(self) -> Criteria:
        """What it takes to stand here."""
        return Criteria(self.needs, self.one_of)

"""Names and addresses that people gave up, kept so that erasing somebody finds them all."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, event, insert, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from community.core import clock
from community.core.db import Base
from community.identity.models.users import PENDING, User

KINDS = {"display_name": "name", "email": "email"}


class FormerIdentifier(Base):
    """A display name or an e-mail address (``kind``) that was a member's.

    Others may still mention the name, and mails may still wait for the address.
    """

    __tablename__ = "former_identifiers"
    __table_args__ = (Index("ix_former_identifiers_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(255))
    given_up_at: Mapped[datetime] = mapped_column(default=clock.now)


@event.listens_for(User, "before_update")
def _keep_former(mapper: Mapper[Any], connection: Connection, user: User) -> None:
    # Here and not in an operation: whatever changes a name or an address, the old one is kept.
    if _was_pending(user):
        return
    for column, kind in KINDS.items():
        for value in inspect(user).attrs[column].history.deleted or ():
            if value:
                values = {"user_id": user.id, "kind": kind, "value": value}
                connection.execute(insert(FormerIdentifier).values(**values))


def _was_pending(user: User) -> bool:
    """Say whether nobody has seen the name yet: the registration was not confirmed before."""
    keys = inspect(user).attrs.name_key.history
    return any(key.startswith(PENDING) for key in (*(keys.deleted or ()), *(keys.unchanged or ())))

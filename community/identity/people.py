"""A person as pages show them: a small read-only record instead of a whole ``User``."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from community.core import clock
from community.core.authz import STAFF_ROLES
from community.identity.models import User
from community.identity.names import FORMER, STAND_IN, hue_of, initials_of, shown_name

NEW_FOR = timedelta(days=7)


class Person(NamedTuple):
    """Who wrote something, as everybody may see them."""

    id: int
    stored_name: str
    role: str
    joined_at: datetime
    solved_count: int
    rank_level: int = 0

    @property
    def name(self) -> str:
        return shown_name(self.stored_name)

    @property
    def is_former(self) -> bool:
        return self.stored_name.startswith(FORMER)

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_new(self) -> bool:
        """Whether they have come within a week: a mark asks others for patience with them."""
        if self.role != "member" or self.is_former or self.stored_name == STAND_IN:
            return False
        return clock.now() - self.joined_at < NEW_FOR

    @property
    def initials(self) -> str:
        return initials_of(self.stored_name)

    @property
    def hue(self) -> int:
        return hue_of(self.stored_name)


PERSON_WIDTH = len(Person._fields)


def person_columns(
    user: type[User] | AliasedClass[User] = User,
) -> tuple[ColumnElement[object], ...]:
    """Return the columns to select, in the order of ``Person``'s fields."""
    return (  # type: ignore[return-value]
        user.id,
        user.display_name,
        user.role,
        user.created_at,
        user.solved_count,
        user.rank_level,
    )


def author_alias() -> type[User]:
    """Return a second ``users`` for queries that name two people."""
    return aliased(User)

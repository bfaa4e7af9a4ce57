"""The trust level that policies read; an upper package says what it is."""

from datetime import datetime

from sqlalchemy import update

from community.core.db import db
from community.identity.models import User


def set_trust(user_id: int, level: int, *, is_fixed: bool, grace_until: datetime | None) -> None:
    """Set a member's trust level, whether it was fixed by hand, and until when it stands anyway."""
    db.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(trust_level=level, trust_fixed=is_fixed, trust_grace_until=grace_until)
        .execution_options(synchronize_session=False)
    )

"""Who else has a case open."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.escalation.cases.models import CasePresence
from community.identity.models import User

# Open pages say every 15 seconds that they are; who is silent for so long is gone.
SHOWN_FOR = timedelta(minutes=1)


class Present(NamedTuple):
    """Somebody who has a case open, and whether they type."""

    name: str
    is_typing: bool


def list_present(case_id: int, *, but: int | None) -> list[Present]:
    """Return who else has a case open, whoever types first; ``but`` is the reader."""
    since = clock.now() - SHOWN_FOR
    rows = db.session.execute(
        select(User.display_name, CasePresence.typing_at)
        .join(User, User.id == CasePresence.user_id)
        .where(
            CasePresence.case_id == case_id,
            CasePresence.seen_at > since,
            CasePresence.user_id != (but or 0),
        )
        .order_by(User.display_name, User.id)
    )
    present = [Present(name, bool(typed and typed > since)) for name, typed in rows]
    return sorted(present, key=lambda one: not one.is_typing)

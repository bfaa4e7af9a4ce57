"""What a member chose to hear of."""

from typing import NamedTuple

from sqlalchemy import select

from community.core.db import db
from community.identity.models import User
from community.notifications.kinds import BY_STRENGTH, MAIL_BY_DEFAULT
from community.notifications.models import NotificationSetting


class KindChoice(NamedTuple):
    """One kind and by which ways a member hears of it."""

    kind: str
    bell: bool
    mail: bool


def list_choices(viewer: User) -> list[KindChoice]:
    """Return the viewer's choice for every kind, defaults where they made none."""
    rows = db.session.execute(
        select(NotificationSetting.kind, NotificationSetting.bell, NotificationSetting.mail).where(
            NotificationSetting.user_id == viewer.id
        )
    )
    made = {kind: KindChoice(kind, bell, mail) for kind, bell, mail in rows}
    return [made.get(kind, KindChoice(kind, True, MAIL_BY_DEFAULT[kind])) for kind in BY_STRENGTH]

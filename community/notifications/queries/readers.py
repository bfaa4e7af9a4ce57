"""Who can be mailed at all, and when."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from community.core import clock
from community.core.db import db
from community.core.settings import current_settings
from community.identity.models import User
from community.identity.queries import VIEWER_RIGHTS
from community.notifications.hours import QuietHours, end_of_quiet, zone_of


def is_reachable() -> ColumnElement[bool]:
    """Return the condition on ``users`` for those whom a mail reaches."""
    return and_(User.active.is_(True), User.email.is_not(None), User.confirmed_at.is_not(None))


def get_reader(user_id: int) -> User | None:
    """Return a member who can be mailed, with what decides what they may see; None for others."""
    found = db.session.scalars(
        select(User)
        .options(*VIEWER_RIGHTS)
        .where(User.id == user_id, is_reachable())
        .execution_options(populate_existing=True)
    )
    return found.unique().one_or_none()


def quiet_until(reader: User) -> datetime | None:
    """Return until when the reader wants no mail; None when mails are welcome now."""
    begin, end = reader.quiet_from_minutes, reader.quiet_until_minutes
    if begin is None or end is None or begin == end:
        return None
    zone = zone_of(reader.time_zone, current_settings().default_time_zone)
    return end_of_quiet(QuietHours(begin, end, zone), clock.now())


def language_of(user_id: int) -> str:
    """Return the language a member reads, the site's where they chose none."""
    chosen = db.session.scalar(select(User.language).where(User.id == user_id))
    return chosen or current_settings().default_language

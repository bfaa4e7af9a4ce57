"""What members were told, for tests of subscribers."""

from sqlalchemy import select

from community.core.db import db
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import Notification


def told(user: User) -> list[str]:
    """Kinds of the user's notifications, oldest first, after all jobs ran."""
    run_due_jobs()
    return list(
        db.session.scalars(
            select(Notification.kind)
            .where(Notification.user_id == user.id)
            .order_by(Notification.id)
            .execution_options(populate_existing=True)
        )
    )

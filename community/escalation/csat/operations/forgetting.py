"""Forgetting what customers remarked long ago; the marks stay, for the figures."""

from datetime import timedelta

from sqlalchemy import update

from community.core import clock
from community.core.db import db
from community.escalation.csat.models import CsatResponse

COMMENTS_KEPT = timedelta(days=730)


def forget_comments(age: timedelta) -> None:
    """Empty remarks on questions asked so long ago."""
    old = CsatResponse.asked_at < clock.now() - age, CsatResponse.comment != ""
    db.session.execute(update(CsatResponse).where(*old).values(comment=""))

"""Agreeing to the terms."""

from sqlalchemy import update

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts
from community.core.settings import current_settings
from community.identity.models import Consent, User


def agree_to_terms(user: User) -> None:
    """Note that somebody agrees to the present version; saying it twice changes nothing."""
    version = current_settings().terms_version
    if not version:
        return
    row = {"user_id": user.id, "version": version, "given_at": clock.now()}
    db.session.execute(insert_ignoring_conflicts(Consent).values(row))
    db.session.execute(update(User).where(User.id == user.id).values(terms_version=version))

"""Agreeing to the terms."""

from sqlalchemy import update

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts
from community.core.settings import current_settings
from community.identity.models import Consent, User


def agree_to_terms(user: User, version: str | None = None) -> None:
    """Note that somebody agrees to a version, the present one by default.

    Saying it twice changes nothing; a site without terms keeps no note.
    """
    version = current_settings().terms_version if version is None else version
    if not version:
        return
    row = {"user_id": user.id, "version": version, "given_at": clock.now()}
    db.session.execute(insert_ignoring_conflicts(Consent).values(row))
    db.session.execute(update(User).where(User.id == user.id).values(terms_version=version))

"""Reads of archives."""

from sqlalchemy import select

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.privacy.models import PersonalExport
from community.privacy.policies import can_download_export


def get_newest_export(user_id: int) -> PersonalExport | None:
    """Return the archive somebody asked for last."""
    query = select(PersonalExport).where(PersonalExport.user_id == user_id)
    return db.session.scalar(query.order_by(PersonalExport.id.desc()).limit(1))


def get_ready_export(viewer: Viewer, export_id: int) -> PersonalExport:
    """Return an archive the viewer may download now; raises ``NotFound``."""
    export = db.session.get(PersonalExport, export_id)
    if export is None or not can_download_export(viewer, export) or not is_ready(export):
        raise NotFound()
    return export


def is_ready(export: PersonalExport) -> bool:
    """Say whether an archive has been built and has not expired."""
    return bool(export.file_name and export.expires_at and export.expires_at > clock.now())

"""Archives of one's own data: asked for, built by the worker, gone after two days."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from community.core import audit, clock
from community.core.db import db, forget_changes, lock_row, transaction
from community.core.errors import RateLimited
from community.core.i18n import speaking
from community.core.jobs import enqueue, external
from community.core.settings import current_settings
from community.identity.models import User
from community.privacy.archive import write_archive
from community.privacy.letters import send_ready_letter
from community.privacy.models import PersonalExport
from community.privacy.queries.exports import get_newest_export
from community.privacy.queries.people import get_account

FOLDER = "exports"
HOURS_BETWEEN = 24

log = structlog.get_logger()


class ExportAskedToday(RateLimited):
    """One archive a day is enough."""

    message = _l("You can ask for one archive a day.")


def request_export(actor: User) -> PersonalExport:
    """Have an archive of one's own data built. Raises ``ExportAskedToday``."""
    # Two requests at once must not both find that there was none today.
    db.session.execute(lock_row(select(User.id).where(User.id == actor.id)))
    newest = get_newest_export(actor.id)
    if newest is not None:
        left = newest.requested_at + timedelta(hours=HOURS_BETWEEN) - clock.now()
        if left > timedelta():
            raise ExportAskedToday(retry_after_seconds=int(left.total_seconds()) + 1)
    export = PersonalExport(user_id=actor.id, requested_at=clock.now())
    db.session.add(export)
    db.session.flush()
    audit.record(actor, audit.Action.EXPORT_REQUESTED, subject=("user", actor.id))
    enqueue(build_export, unique_key=f"build_export:{export.id}", export_id=export.id)
    return export


@external
def build_export(export_id: int) -> None:
    """Write the archive, then say that it is ready (task).

    A worker that is killed leaves half a file, which the next one writes anew.
    """
    export = db.session.get(PersonalExport, export_id)
    if export is None or export.built_at is not None:
        return
    user = get_account(export.user_id)
    if not user.active:
        return
    path = _new_path(export_id)
    with speaking(user.language or current_settings().default_language, user.time_zone):
        write_archive(user, path)
    forget_changes()
    with transaction():
        if _note_built(export_id, path):
            send_ready_letter(user)
            return
    # The account went while its archive was written.
    path.unlink(missing_ok=True)


def _note_built(export_id: int, path: Path) -> bool:
    now = clock.now()
    noted = db.session.execute(
        update(PersonalExport)
        .where(PersonalExport.id == export_id, PersonalExport.built_at.is_(None))
        .values(
            built_at=now,
            expires_at=now + timedelta(hours=current_settings().export_hours),
            file_name=path.name,
            size_bytes=path.stat().st_size,
        )
    )
    return bool(noted.rowcount)  # type: ignore[attr-defined]


def exports_folder() -> Path:
    """Return the folder of all archives."""
    folder = current_settings().instance_path / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def path_of(export: PersonalExport) -> Path:
    """Return where a built archive lies."""
    assert export.file_name
    return exports_folder() / export.file_name


def _new_path(export_id: int) -> Path:
    _delete_files(export_id)
    return exports_folder() / f"{export_id}-{secrets.token_hex(16)}.zip"


def _delete_files(export_id: int) -> None:
    """Delete an archive, also half a one that a killed worker left."""
    for path in exports_folder().glob(f"{export_id}-*"):
        path.unlink(missing_ok=True)


def delete_archives(user_id: int) -> None:
    """Delete all archives of a person."""
    _delete(
        db.session.scalars(select(PersonalExport).where(PersonalExport.user_id == user_id)).all()
    )


def delete_expired_archives() -> None:
    """Delete archives that can no longer be downloaded."""
    expired = select(PersonalExport).where(PersonalExport.expires_at < clock.now())
    _delete(db.session.scalars(expired).all())


def _delete(exports: Sequence[PersonalExport]) -> None:
    for export in exports:
        _delete_files(export.id)
    ids = [export.id for export in exports]
    with transaction():
        db.session.execute(delete(PersonalExport).where(PersonalExport.id.in_(ids)))

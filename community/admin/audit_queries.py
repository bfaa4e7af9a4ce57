"""The audit log a page at a time, and as rows of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from community.core.audit import Action, AuditEntry
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.pagination import PAGE_SIZE
from community.core.settings import site_zone
from community.core.web import read_id
from community.identity.models import User
from community.identity.names import name_key_of, shown_name
from moderation.audit.policies import can_see_log, can_see_whole_log
from moderation.cases.models import CaseSubject, ModerationCase

# More would take long and hold up others; `flask audit export` gives the whole log.
EXPORTED_AT_MOST = 20_000
SYSTEM_NAME = "system"


@dataclass(frozen=True)
class LogFilter:
    """What is looked for; empty is everything. ``actor`` and ``subject`` are as typed."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, typed: Mapping[str, str]) -> "LogFilter":
        """Read what was typed into the form."""
        return cls(**{name: typed.get(name, "").strip()[:80] for name in cls.__dataclass_fields__})

    @property
    def values(self) -> dict[str, str]:
        """What was typed, for addresses and for the record of an export."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class LogRow:
    """An entry with the names its reader knows people by."""

    entry: AuditEntry
    actor: str
    subject_name: str = ""


@dataclass(frozen=True)
class LogPage:
    """Entries, newest first; ``older`` is the number the next page is before."""

    rows: Sequence[LogRow]
    older: int | None


def page_of_log(viewer: Viewer, wanted: LogFilter, before: int | None = None) -> LogPage:
    """Return a page of what the viewer may see of the log and asks for."""
    found = _rows(viewer, wanted, before, PAGE_SIZE + 1)
    older = found[PAGE_SIZE - 1].entry.id if len(found) > PAGE_SIZE else None
    return LogPage(found[:PAGE_SIZE], older)


def rows_of_log(viewer: Viewer, wanted: LogFilter) -> Iterator[LogRow]:
    """Yield what a page would show and all older ones, up to ``EXPORTED_AT_MOST``."""
    before, left = None, EXPORTED_AT_MOST
    while left > 0:
        rows = _rows(viewer, wanted, before, min(500, left))
        if not rows:
            return
        yield from rows
        before, left = rows[-1].entry.id, left - len(rows)


def _rows(viewer: Viewer, wanted: LogFilter, before: int | None, limit: int) -> list[LogRow]:
    require(can_see_log(viewer))
    query = (
        select(AuditEntry, User.display_name)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(_is_open_to(viewer), *_conditions(wanted))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = [LogRow(entry, _name(name)) for entry, name in db.session.execute(query)]
    return _with_subjects(rows)


def _name(stored: str | None) -> str:
    return shown_name(stored) if stored else ""


def _with_subjects(rows: list[LogRow]) -> list[LogRow]:
    ids = {row.entry.subject_id for row in rows if row.entry.subject_type == "user"}
    found = db.session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    names = {user_id: shown_name(name) for user_id, name in found}
    return [
        replace(row, subject_name=names.get(row.entry.subject_id or 0, ""))
        if row.entry.subject_type == "user"
        else row
        for row in rows
    ]


def _is_open_to(viewer: Viewer) -> ColumnElement[bool]:
    """Administrators see all; moderators what they did, and cases that are not about them."""
    if can_see_whole_log(viewer):
        return true()
    about = exists().where(
        CaseSubject.case_id == ModerationCase.id, CaseSubject.user_id == viewer.viewer_id
    )
    cases = select(ModerationCase.id).where(~about)
    of_cases = and_(AuditEntry.subject_type == "case", AuditEntry.subject_id.in_(cases))
    return or_(AuditEntry.actor_id == viewer.viewer_id, of_cases)


def _conditions(wanted: LogFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.actor:
        yield _is_by(wanted.actor)
    if wanted.action:
        yield AuditEntry.action == wanted.action if wanted.action in list(Action) else false()
    if wanted.kind:
        yield AuditEntry.subject_type == wanted.kind[:30]
    if wanted.subject:
        yield _is_about(wanted.subject)
    if wanted.since and (moment := _day(wanted.since)):
        yield AuditEntry.at >= moment
    if wanted.until and (moment := _day(wanted.until)):
        yield AuditEntry.at < moment + timedelta(days=1)


def _is_by(typed: str) -> ColumnElement[bool]:
    if typed.casefold() == SYSTEM_NAME:
        return AuditEntry.actor_id.is_(None)
    user_id = _id_of(typed)
    return AuditEntry.actor_id == user_id if user_id else false()


def _is_about(typed: str) -> ColumnElement[bool]:
    """Return the condition for a number of whatever kind, or for a person's name."""
    if typed.isascii() and typed.isdigit():
        return AuditEntry.subject_id == (read_id(typed) or 0)
    user_id = _id_of(typed)
    is_theirs = and_(AuditEntry.subject_type == "user", AuditEntry.subject_id == user_id)
    return is_theirs if user_id else false()


def _id_of(typed: str) -> int | None:
    if typed.isascii() and typed.isdigit():
        return read_id(typed)
    # Closed accounts, too: what they did stays.
    return db.session.scalar(select(User.id).where(User.name_key == name_key_of(typed)))


def _day(typed: str) -> datetime | None:
    """Return when a day begins here; None for what is no day."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    # Beyond, a zone or a database may know no instant.
    if not 1970 <= day.year < 3000:
        return None
    return datetime.combine(day, time.min, site_zone())

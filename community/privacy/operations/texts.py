"""Taking a person out of texts: posts, titles, versions, notes, drafts of others."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select, update

from community.core.audit import Action, AuditEntry
from community.core.audit_reasons import AuditReason
from community.core.audit_texts import rewritten_columns
from community.core.db import AnyRow, Base, db, forget_changes, transaction
from community.core.settings import current_settings
from community.posts.models import Post
from community.posts.operations import rendered_columns
from community.posts.text import slug_of
from community.privacy.marks import Erasure
from community.privacy.queries.people import names_any
from community.privacy.redaction import Redactor
from community.privacy.register import personal_columns
from community.questions.excerpts import excerpt_of
from moderation.cases.models import CaseSubject

BATCH = 200
ROUNDS = 5
EMPTIED = "–"
# Nobody but moderators sees these any more: without their author nobody needs the words.
GONE = ("deleted", "held")

Change = tuple[AnyRow, dict[str, Any]]


def rewrite_texts(redactor: Redactor) -> int:
    """Take a person out of every text in the database; returns how many rows were changed.

    Each batch is a transaction of its own. A row that somebody changed meanwhile is left and
    found again in the next round, so nothing is lost and the name does not stay.
    """
    changed = 0
    for name, columns in _text_columns().items():
        table = Base.metadata.tables[name]
        for _ in range(ROUNDS):
            found = _rewrite_table(table, columns, redactor)
            changed += found
            if not found:
                break
    return changed


def empty_removed_posts(user_id: int) -> None:
    """Empty what its author had removed, or what was never published."""
    posts, questions = Base.metadata.tables["posts"], Base.metadata.tables["questions"]
    theirs = select(Post.id).where(Post.author_id == user_id, Post.visibility.in_(GONE))
    with transaction():
        db.session.execute(
            update(posts).where(posts.c.id.in_(theirs)).values(rendered_columns(EMPTIED))
        )
        db.session.execute(
            update(questions)
            .where(questions.c.id.in_(theirs))
            .values(title=EMPTIED, slug="", excerpt=EMPTIED)
        )


def empty_reasons_about(user_id: int) -> None:
    """Empty why something was decided about a person: with their account gone nobody needs it.

    Why the account was erased stays; their name goes from it as from every other text.
    """
    theirs = select(Post.id).where(Post.author_id == user_id)
    cases = select(CaseSubject.case_id).where(CaseSubject.user_id == user_id)
    kind, subject = AuditEntry.subject_type, AuditEntry.subject_id
    about = or_(
        and_(kind == "user", subject == user_id),
        and_(kind == "post", subject.in_(theirs)),
        and_(kind == "question", subject.in_(theirs)),
        and_(kind == "case", subject.in_(cases)),
    )
    query = (
        select(AuditReason.id)
        .join(AuditEntry, AuditEntry.id == AuditReason.id)
        .where(about, AuditReason.text != "", AuditEntry.action != Action.ERASURE_ORDERED)
        .limit(BATCH)
    )
    while True:
        with transaction():
            ids = db.session.scalars(query).all()
            for entry_id in ids:
                emptied = update(AuditReason).where(AuditReason.id == entry_id)
                db.session.execute(emptied.values(rewritten_columns(entry_id, "")))
        if not ids:
            return


def _text_columns() -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for name, column, mark in personal_columns():
        if mark.erasure is Erasure.REWRITTEN and mark.is_exported:
            columns.setdefault(name, []).append(column)
    return columns


def _rewrite_table(table: Table, columns: list[str], redactor: Redactor) -> int:
    changed = 0
    for rows in _candidates(table, columns, redactor):
        changes = [
            (row, values) for row in rows if (values := _new_values(table, columns, row, redactor))
        ]
        # Rendering is slow and has been done; the write lock is held for the updates alone.
        forget_changes()
        with transaction():
            changed += sum(_write(table, columns, change) for change in changes)
    return changed


def _candidates(table: Table, columns: list[str], redactor: Redactor) -> Iterator[Sequence[AnyRow]]:
    wanted = [table.c.id, *(table.c[name] for name in columns)]
    if "language" in table.c:
        wanted.append(table.c.language)
    found = names_any([table.c[name] for name in columns], redactor.person)
    last = 0
    while True:
        rows = db.session.execute(
            select(*wanted).where(table.c.id > last, found).order_by(table.c.id).limit(BATCH)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        yield rows


def _new_values(
    table: Table, columns: list[str], row: AnyRow, redactor: Redactor
) -> dict[str, Any]:
    language = getattr(row, "language", None) or current_settings().default_language
    values: dict[str, Any] = {}
    for name in columns:
        old = getattr(row, name)
        new = _fitting(redactor.redact(old or "", language), table.c[name])
        if old and new != old:
            values |= _with_what_follows(row.id, table.name, name, new)
    return values


def _fitting(text: str, column: ColumnElement[str]) -> str:
    longest = getattr(column.type, "length", None)
    return text[:longest] if longest else text


def _with_what_follows(row_id: int, table: str, column: str, text: str) -> dict[str, Any]:
    if table == "audit_reasons":
        return dict(rewritten_columns(row_id, text))
    if table in ("posts", "case_messages"):
        return dict(rendered_columns(text))
    if (table, column) == ("questions", "title"):
        return {"title": text, "slug": slug_of(text)}
    return {column: text}


def _write(table: Table, columns: list[str], change: Change) -> int:
    row, values = change
    unchanged = and_(*(table.c[n].is_not_distinct_from(getattr(row, n)) for n in columns))
    done = db.session.execute(update(table).where(table.c.id == row.id, unchanged).values(values))
    if "html" in values and table.name == "posts":
        _cut_excerpt(row.id, values["html"])
    return int(done.rowcount)  # type: ignore[attr-defined]


def _cut_excerpt(post_id: int, html: str) -> None:
    questions = Base.metadata.tables["questions"]
    db.session.execute(
        update(questions).where(questions.c.id == post_id).values(excerpt=excerpt_of(html))
    )

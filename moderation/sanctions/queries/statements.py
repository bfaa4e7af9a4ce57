"""Reads of statements: a member's own, those about a post, and what they are about."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from community.core.authz import Viewer
from community.core.db import db, lock_row, unindexed
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.posts.models import Post, Removal
from moderation.sanctions.models import (
    POST_DELETED,
    POST_HIDDEN,
    POST_RESTORED,
    Sanction,
    Statement,
)
from moderation.sanctions.policies import can_read_statement

VISIBILITIES = {POST_HIDDEN: "hidden", POST_DELETED: "deleted", POST_RESTORED: "published"}


class StatementRow(NamedTuple):
    """A statement with the sanction it explains, where it explains one."""

    statement: Statement
    sanction: Sanction | None


class StatementPage(NamedTuple):
    """Statements, the newest first; ``older`` begins the next page."""

    rows: Sequence[StatementRow]
    older: int | None


def page_of_statements(user_id: int, before: int | None = None) -> StatementPage:
    """Return what a member was told, the newest first; the caller asks whose it is."""
    query = (
        select(Statement, Sanction)
        .outerjoin(Sanction, Sanction.statement_id == Statement.id)
        .where(Statement.user_id == user_id)
        .order_by(Statement.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        query = query.where(Statement.id < before)
    found = [StatementRow(*row) for row in db.session.execute(query).all()]
    older = found[PAGE_SIZE - 1].statement.id if len(found) > PAGE_SIZE else None
    return StatementPage(found[:PAGE_SIZE], older)


def list_statements_of_case(case_id: int) -> Sequence[Statement]:
    """Return what a decision led to, in the order it was told."""
    query = select(Statement).where(Statement.case_id == case_id).order_by(Statement.id)
    return db.session.scalars(query).all()


def get_statement(viewer: Viewer, statement_id: int) -> StatementRow:
    """Return a statement; raises ``NotFound`` for somebody else's as well."""
    row = get_statement_row(statement_id)
    if row is None or not can_read_statement(viewer, row.statement):
        raise NotFound()
    return row


def get_statement_row(statement_id: int) -> StatementRow | None:
    """Return a statement as stored now, whoever asks."""
    query = (
        select(Statement, Sanction)
        .outerjoin(Sanction, Sanction.statement_id == Statement.id)
        .where(Statement.id == statement_id)
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else StatementRow(*row)


def lock_statement(statement_id: int) -> Statement:
    """Return a statement as it is now, locked to the end of the transaction."""
    query = lock_row(select(Statement).where(Statement.id == statement_id))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def get_newest_removal(post_id: int, measure: str) -> Removal | None:
    """Return the present removal of a post if it is what the measure names, else None."""
    newest = db.session.scalar(
        select(Removal).where(Removal.post_id == post_id).order_by(Removal.id.desc()).limit(1)
    )
    if newest is None or newest.visibility != VISIBILITIES.get(measure):
        return None
    return newest


def find_statement_of_removal(removal_id: int) -> Statement | None:
    """Return the statement that explains a removal."""
    return db.session.scalar(select(Statement).where(Statement.removal_id == removal_id))


def find_unlinked_statement(post_id: int, measure: str, *, since: datetime) -> Statement | None:
    """Return a statement of this measure that names no removal yet, issued since then."""
    query = select(Statement).where(
        Statement.post_id == post_id,
        Statement.measure == measure,
        unindexed(Statement.removal_id).is_(None),
        Statement.issued_at >= since,
    )
    return db.session.scalar(query.order_by(Statement.id.desc()).limit(1))


def list_standing_about(post_id: int) -> list[Statement]:
    """Return what the author was told of a removal of this post that was not taken back."""
    query = select(Statement).where(
        Statement.post_id == post_id,
        Statement.measure.in_((POST_HIDDEN, POST_DELETED)),
        Statement.undone_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(Statement.id)))


def board_of_post(post_id: int | None, user_id: int) -> int | None:
    """Return the board of a post this member wrote; None where it is somebody else's, or none.

    A post of somebody else gives no right over this member.
    """
    query = select(Post.board_id).where(Post.id == post_id, Post.author_id == user_id)
    return None if post_id is None else db.session.scalar(query)

"""Erasing rows as the register says: deleted, counted and deleted, or emptied, in batches."""

from typing import Any

from sqlalchemy import Table, case, delete, func, select, update

from community.core.db import Base, db, transaction
from community.privacy.marks import Erasure, Rows
from community.privacy.register import TABLES

BATCH = 500
# Found under what they are called until the account itself is emptied, which comes last.
LAST = ("users", "former_identifiers")
ACCESS = ("user_sessions", "one_time_tokens")


def delete_rows(user_id: int) -> None:
    """Delete all rows that go with their owner."""
    for name, mark in TABLES.items():
        if mark.rows is Rows.DELETED and name not in LAST:
            for column in (mark.owner, *mark.gone_with):
                assert column is not None
                _delete_where(Base.metadata.tables[name], column, user_id)


def delete_versions(user_id: int) -> None:
    """Delete the earlier versions of a person's posts."""
    posts, revisions = Base.metadata.tables["posts"], Base.metadata.tables["revisions"]
    theirs = select(posts.c.id).where(posts.c.author_id == user_id)
    some = select(revisions.c.id).where(revisions.c.post_id.in_(theirs)).limit(BATCH)
    while True:
        with transaction():
            gone = db.session.execute(delete(revisions).where(revisions.c.id.in_(some)))
        if not gone.rowcount:  # type: ignore[attr-defined]
            return


def blank_rows(user_id: int) -> None:
    """Empty what the register says in rows that stay."""
    for name, mark in TABLES.items():
        if name in LAST or mark.owner is None:
            continue
        values = blanks_of(name)
        if values:
            table = Base.metadata.tables[name]
            with transaction():
                db.session.execute(
                    update(table).where(table.c[mark.owner] == user_id).values(values)
                )


def blanks_of(name: str) -> dict[str, Any]:
    """Return what the columns of a table are emptied to."""
    return {
        column: mark.blank
        for column, mark in TABLES[name].personal.items()
        if mark.erasure is Erasure.BLANKED and TABLES[name].owner
    }


def count_votes(user_id: int) -> None:
    """Turn a person's votes into mere numbers: the totals stay, who gave them does not."""
    votes, posts = Base.metadata.tables["votes"], Base.metadata.tables["posts"]
    while batch := _some_rows(votes, user_id):
        mine = select(votes.c.post_id).where(votes.c.id.in_(batch))
        value = (
            select(func.sum(votes.c.value))
            .where(votes.c.id.in_(batch), votes.c.post_id == posts.c.id)
            .scalar_subquery()
        )
        with transaction():
            db.session.execute(
                update(posts)
                .where(posts.c.id.in_(mine))
                .values(
                    imported_up=posts.c.imported_up + case((value > 0, 1), else_=0),
                    imported_down=posts.c.imported_down + case((value < 0, 1), else_=0),
                )
            )
            db.session.execute(delete(votes).where(votes.c.id.in_(batch)))


def count_me_toos(user_id: int) -> None:
    """Turn a person's "me too" into a number."""
    me_toos, questions = Base.metadata.tables["me_toos"], Base.metadata.tables["questions"]
    while batch := _some_rows(me_toos, user_id):
        mine = select(me_toos.c.question_id).where(me_toos.c.id.in_(batch))
        with transaction():
            db.session.execute(
                update(questions)
                .where(questions.c.id.in_(mine))
                .values(imported_me_toos=questions.c.imported_me_toos + 1)
            )
            db.session.execute(delete(me_toos).where(me_toos.c.id.in_(batch)))


def _some_rows(table: Table, user_id: int) -> list[int]:
    # One vote a post and person (unique), so a batch never holds two of one post.
    some = select(table.c.id).where(table.c.user_id == user_id).order_by(table.c.id).limit(BATCH)
    return list(db.session.scalars(some))


def _delete_where(table: Table, column: str, user_id: int) -> None:
    if "id" not in table.c:
        with transaction():
            db.session.execute(delete(table).where(table.c[column] == user_id))
        return
    some = select(table.c.id).where(table.c[column] == user_id).limit(BATCH)
    while True:
        with transaction():
            gone = db.session.execute(delete(table).where(table.c.id.in_(some)))
        if not gone.rowcount:  # type: ignore[attr-defined]
            return


def delete_access(user_id: int) -> None:
    """Delete what lets a person in: sessions and links; within the caller's transaction."""
    for name in ACCESS:
        table = Base.metadata.tables[name]
        db.session.execute(delete(table).where(table.c.user_id == user_id))


def delete_former(user_id: int) -> None:
    """Delete names and addresses a person gave up; within the caller's transaction."""
    table = Base.metadata.tables["former_identifiers"]
    db.session.execute(delete(table).where(table.c.user_id == user_id))

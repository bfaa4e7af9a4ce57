"""Reads of sanctions: whose are in force, which are over, who they are about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.identity.models import RoleGrant, User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from moderation.sanctions.models import ACTIVE, RESTRICTING, Sanction, Statement
from moderation.sanctions.policies import Target, can_see_sanctions, can_warn_on_boards


class SanctionRow(NamedTuple):
    """A sanction with its statement and the names of who imposed and lifted it."""

    sanction: Sanction
    statement: Statement
    imposed_by: str | None
    lifted_by: str | None


class ActiveRow(NamedTuple):
    """A sanction in force and whom it holds."""

    person: Person
    sanction: Sanction
    statement: Statement


class ActivePage(NamedTuple):
    """Sanctions in force, the newest first; ``older`` begins the next page."""

    rows: Sequence[ActiveRow]
    older: int | None


def get_target(user_id: int) -> Target:
    """Return a member with all roles they hold; raises ``NotFound`` for nobody and the erased."""
    query = select(User.role).where(User.id == user_id, User.erased_at.is_(None))
    role = db.session.scalar(query)
    if role is None:
        raise NotFound()
    held = db.session.scalars(select(RoleGrant.name).where(RoleGrant.user_id == user_id))
    return Target(user_id, frozenset({"member", role, *held}))


def get_subject(viewer: Viewer, user_id: int) -> Person:
    """Return the member a page is about; raises ``NotFound``, registrations included."""
    require(can_warn_on_boards(viewer))
    row: Any = db.session.execute(
        select(*person_columns()).where(
            User.id == user_id,
            User.erased_at.is_(None),
            User.confirmed_at.is_not(None) | User.email.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return Person(*row)


def get_sanction(sanction_id: int) -> Sanction:
    """Return a sanction as stored now; raises ``NotFound``."""
    found = db.session.get(Sanction, sanction_id, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def list_in_force(user_id: int) -> list[Sanction]:
    """Return what takes something away from a member now."""
    query = select(Sanction).where(
        Sanction.user_id == user_id, Sanction.state == ACTIVE, Sanction.kind.in_(RESTRICTING)
    )
    return list(db.session.scalars(query.order_by(Sanction.id)))


def list_due(now: datetime) -> list[Sanction]:
    """Return sanctions whose time is over, member by member: each locks its account."""
    query = select(Sanction).where(Sanction.state == ACTIVE, Sanction.ends_at <= now)
    fresh = query.execution_options(populate_existing=True)
    return list(db.session.scalars(fresh.order_by(Sanction.user_id, Sanction.id)))


def newest_sanction_id(user_id: int) -> int:
    """Return the id of a member's newest sanction, 0 where there is none."""
    query = select(func.max(Sanction.id)).where(Sanction.user_id == user_id)
    return db.session.scalar(query) or 0


def list_sanctions_of(user_id: int) -> list[SanctionRow]:
    """Return a member's sanctions, the newest first, with names; the caller asks the policy."""
    rows = db.session.execute(
        select(Sanction, Statement)
        .join(Statement, Statement.id == Sanction.statement_id)
        .where(Sanction.user_id == user_id)
        .order_by(Sanction.id.desc())
        .limit(PAGE_SIZE)
    ).all()
    people = {row[0].imposed_by_id for row in rows} | {row[0].lifted_by_id for row in rows}
    names = _names(people - {None})
    return [
        SanctionRow(one, told, names.get(one.imposed_by_id), names.get(one.lifted_by_id))
        for one, told in rows
    ]


def _names(user_ids: set[Any]) -> dict[int | None, str]:
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(user_ids)))
    return {row.id: row.display_name for row in rows}


def page_of_active(viewer: Viewer, before: int | None = None) -> ActivePage:
    """Return whom sanctions hold now, the newest first."""
    require(can_see_sanctions(viewer))
    query: Any = (
        select(*person_columns(), Sanction, Statement)
        .join(Sanction, Sanction.user_id == User.id)
        .join(Statement, Statement.id == Sanction.statement_id)
        .where(Sanction.state == ACTIVE, Sanction.kind.in_(RESTRICTING))
        .order_by(Sanction.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        query = query.where(Sanction.id < before)
    rows = db.session.execute(query).all()
    found = [ActiveRow(Person(*row[:PERSON_WIDTH]), *row[PERSON_WIDTH:]) for row in rows]
    older = found[PAGE_SIZE - 1].sanction.id if len(found) > PAGE_SIZE else None
    return ActivePage(found[:PAGE_SIZE], older)


def get_shutting_out(user_id: int) -> Sanction | None:
    """Return the sanction that keeps a member out for longest: a ban before a suspension."""
    shut = [one for one in list_in_force(user_id) if one.kind in ("suspension", "ban")]
    # "ban" < "suspension": the order of the alphabet is the one that is wanted.
    return min(shut, key=lambda one: (one.kind, -one.id), default=None)

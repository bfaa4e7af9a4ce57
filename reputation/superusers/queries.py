"""Reads of the superuser scheme."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select, union

from community.boards.models import Board, BoardGroup
from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.settings import current_settings
from community.identity.models import Group, RoleGrant, User
from community.identity.names import name_key_of
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.identity.policies import is_any_staff
from community.posts.models import Post
from community.posts.policies import is_silenced
from community.posts.visibility import PUBLISHED
from reputation.superusers.guarding import (
    SHARE_OF,
    SILENT_AFTER,
    WITHIN,
    Concentration,
    concentration_of,
    helped_daily,
)
from reputation.superusers.models import ACTIVE, SuperuserMembership
from reputation.superusers.policies import can_see_scheme
from reputation.superusers.standing import Standing

# The scheme is for about one member in a thousand.
SHOWN = 500


class Row(NamedTuple):
    """A membership and whose it is."""

    membership: SuperuserMembership
    person: Person


class Deed(NamedTuple):
    """A line of the history; ``actor_name`` is None for the system and for who is gone."""

    record: AuditEntry
    actor_name: str | None


class SilentHelper(NamedTuple):
    """Somebody who helped daily, and when they answered last."""

    person: Person
    last_answer_at: datetime


def get_open_membership(user_id: int) -> SuperuserMembership | None:
    """Return how things stand between a member and the scheme; None where nothing is open."""
    query = select(SuperuserMembership).where(
        SuperuserMembership.user_id == user_id, SuperuserMembership.ended_at.is_(None)
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def get_last_membership(user_id: int) -> SuperuserMembership | None:
    """Return the newest membership of a member, be it over or not."""
    query = select(SuperuserMembership).where(SuperuserMembership.user_id == user_id)
    newest = query.order_by(SuperuserMembership.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def get_row(viewer: Viewer, membership_id: int) -> Row:
    """Return a membership with its member, for staff; raises ``NotFound``."""
    require(can_see_scheme(viewer))
    rows = _rows(SuperuserMembership.id == membership_id)
    if not rows:
        raise NotFound()
    return rows[0]


def list_rows(viewer: Viewer, state: str) -> list[Row]:
    """Return memberships in a state, for staff, the oldest first."""
    require(can_see_scheme(viewer))
    return _rows(SuperuserMembership.state == state)


def list_former(viewer: Viewer) -> list[Row]:
    """Return memberships that are over, for staff, the newest first."""
    require(can_see_scheme(viewer))
    return _rows(SuperuserMembership.ended_at.is_not(None), newest_first=True)


def _rows(condition: ColumnElement[bool], *, newest_first: bool = False) -> list[Row]:
    order = SuperuserMembership.id.desc() if newest_first else SuperuserMembership.id
    query: Any = (
        select(SuperuserMembership, *person_columns())
        .join(User, User.id == SuperuserMembership.user_id)
        .where(condition)
        .order_by(order)
        .limit(SHOWN)
        .execution_options(populate_existing=True)
    )
    return [Row(row[0], Person(*row[1:])) for row in db.session.execute(query)]


def list_superusers() -> list[tuple[Person, datetime]]:
    """Return who is a superuser, with since when, for everybody; longest first."""
    query: Any = (
        select(*person_columns(), SuperuserMembership.active_at)
        .join(SuperuserMembership, SuperuserMembership.user_id == User.id)
        .where(SuperuserMembership.state == ACTIVE, User.active.is_(True))
        .order_by(SuperuserMembership.active_at, SuperuserMembership.id)
        .limit(SHOWN)
    )
    rows = db.session.execute(query)
    return [(Person(*row[:PERSON_WIDTH]), row[PERSON_WIDTH]) for row in rows]


def standing_of(user: User) -> Standing:
    """Return what counts when this member applies."""
    last = get_last_membership(user.id)
    return Standing(
        points=user.points,
        trust_level=user.trust_level,
        is_staff=is_any_staff(user),
        is_superuser="superuser" in user.role_names,
        is_silenced=is_silenced(user),
        last_state=last.state if last else None,
        ended_at=last.ended_at if last else None,
    )


def obstacle_for(user: User) -> str | None:
    """Return what keeps a member from applying (see ``Standing.obstacle``); None where nothing."""
    needed = current_settings().superuser_points
    return standing_of(user).obstacle(points_needed=needed, now=clock.now())


def list_history(viewer: Viewer, user_id: int) -> list[Deed]:
    """Return what was done about a member's memberships, for staff, the newest first."""
    require(can_see_scheme(viewer))
    query = (
        select(AuditEntry, User.display_name)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.subject_type == "user",
            AuditEntry.subject_id == user_id,
            AuditEntry.action.startswith("superuser.", autoescape=True),
        )
        .order_by(AuditEntry.id.desc())
        .limit(SHOWN)
    )
    return [Deed(record, name) for record, name in db.session.execute(query)]


def find_member(viewer: Viewer, typed: str) -> User | None:
    """Return the active member with this display name, for staff; never by e-mail address."""
    require(can_see_scheme(viewer))
    key = name_key_of(typed.replace("\0", "").strip())
    return db.session.scalar(select(User).where(User.name_key == key, User.active.is_(True)))


def list_boards_of_group() -> Sequence[Board]:
    """Return the boards that are for the superusers' group."""
    query = (
        select(Board)
        .join(BoardGroup, BoardGroup.board_id == Board.id)
        .join(Group, Group.id == BoardGroup.group_id)
        .where(Group.slug == current_settings().superuser_group, Board.audience == "groups")
        .order_by(Board.position, Board.id)
    )
    return db.session.scalars(query).all()


def list_admins() -> list[User]:
    """Return the administrators with an open account."""
    grant = exists().where(
        RoleGrant.user_id == User.id, RoleGrant.name == "admin", RoleGrant.board_id.is_(None)
    )
    return list(db.session.scalars(select(User).where(grant, User.active.is_(True))))


def holds_role(user_id: int) -> bool:
    """Say whether somebody was granted the role on the whole site."""
    query = select(RoleGrant.id).where(RoleGrant.user_id == user_id, _is_role())
    return db.session.scalar(query) is not None


def list_out_of_step(limit: int) -> list[int]:
    """Return who holds the role without an active membership, or the other way round."""
    active = exists().where(
        SuperuserMembership.user_id == RoleGrant.user_id, SuperuserMembership.state == ACTIVE
    )
    granted = exists().where(RoleGrant.user_id == SuperuserMembership.user_id, _is_role())
    without_membership = select(RoleGrant.user_id).where(_is_role(), ~active)
    without_role = select(SuperuserMembership.user_id).where(
        SuperuserMembership.state == ACTIVE, ~granted
    )
    both = union(without_membership, without_role).subquery()
    return list(db.session.scalars(select(both.c[0]).order_by(both.c[0]).limit(limit)))


def _is_role() -> ColumnElement[bool]:
    return and_(RoleGrant.name == "superuser", RoleGrant.board_id.is_(None))


def list_unanswered(now: datetime, limit: int) -> list[int]:
    """Return ids of invitations whose time is up."""
    return _ids(
        SuperuserMembership.state == "invited", SuperuserMembership.answer_by <= now, limit=limit
    )


def list_due_reviews(now: datetime, limit: int) -> list[int]:
    """Return ids of memberships whose review is due and nobody was told of."""
    return _ids(
        SuperuserMembership.state == ACTIVE,
        SuperuserMembership.review_due_at <= now,
        SuperuserMembership.review_told_at.is_(None),
        limit=limit,
    )


def list_to_be_asked(version: str, limit: int) -> list[int]:
    """Return ids of active memberships that were not asked to accept this agreement yet."""
    return _ids(
        SuperuserMembership.state == ACTIVE,
        SuperuserMembership.agreed_version != version,
        SuperuserMembership.asked_version != version,
        limit=limit,
    )


def _ids(*conditions: ColumnElement[bool], limit: int) -> list[int]:
    query = select(SuperuserMembership.id).where(*conditions)
    return list(db.session.scalars(query.order_by(SuperuserMembership.id).limit(limit)))


def get_concentration(viewer: Viewer) -> Concentration:
    """Return, for staff, how much of the last thirty days' answers came from ten people."""
    require(can_see_scheme(viewer))
    counts = (
        select(func.count(Post.id))
        .where(_is_answer(), Post.created_at > clock.now() - SHARE_OF)
        .group_by(Post.author_id)
    )
    return concentration_of(list(db.session.scalars(counts)))


def list_silent_helpers(viewer: Viewer, *, within: timedelta = WITHIN) -> list[SilentHelper]:
    """Return, for staff, who helped daily and then fell silent, the longest silent first.

    ``within`` is how long ago at most it may be that the silence became one (of fourteen days).
    """
    require(can_see_scheme(viewer))
    silent_since = clock.now() - SILENT_AFTER
    last = func.max(Post.created_at)
    candidates = (
        select(Post.author_id)
        .where(_is_answer(), Post.created_at > silent_since - within - WITHIN)
        .group_by(Post.author_id)
        .having(and_(last <= silent_since, last > silent_since - within))
    )
    answered = _answers_of(list(db.session.scalars(candidates)), silent_since - within - WITHIN)
    daily = {who: max(when) for who, when in answered.items() if helped_daily(when)}
    people: Any = select(*person_columns()).where(
        User.id.in_(daily), User.active.is_(True), User.role.in_(("member", "superuser"))
    )
    found = [Person(*row) for row in db.session.execute(people)]
    silent = [SilentHelper(person, daily[person.id]) for person in found]
    return sorted(silent, key=lambda helper: helper.last_answer_at)


def _answers_of(user_ids: Sequence[int], since: datetime) -> dict[int, list[datetime]]:
    answered = defaultdict[int, list[datetime]](list)
    query = select(Post.author_id, Post.created_at).where(
        Post.author_id.in_(user_ids), _is_answer(), Post.created_at > since
    )
    for author_id, created_at in db.session.execute(query):
        answered[author_id].append(created_at)
    return answered


def _is_answer() -> ColumnElement[bool]:
    return and_(Post.kind == "answer", Post.visibility == PUBLISHED)

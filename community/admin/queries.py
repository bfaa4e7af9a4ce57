"""Reads of people, groups and boards for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from community.boards.models import Board, BoardGroup
from community.core.audit import AuditEntry
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.identity.models import Group, GroupMember, User, UserSession
from community.identity.names import name_key_of
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.identity.policies import can_administer
from community.identity.queries import VIEWER_RIGHTS, has_second_factor

Record = TypeVar("Record")

ENTRIES_SHOWN = 50
MEMBERS_SHOWN = 500


class PersonRow(NamedTuple):
    """A person in the list, with what administrators alone may see."""

    person: Person
    name_key: str
    email: str | None
    is_active: bool
    is_confirmed: bool


class PeoplePage(NamedTuple):
    """People in the order of their names; ``more`` is where the next page begins."""

    rows: Sequence[PersonRow]
    more: str | None


class Entry(NamedTuple):
    """A line of the audit log; ``actor_name`` is None for the system and for who is gone."""

    record: AuditEntry
    actor_name: str | None


@dataclass(frozen=True)
class PersonRecord:
    """A person with their rights, and how well their account is protected."""

    user: User
    groups: Sequence[Group]
    sessions_count: int
    has_second_factor: bool
    entries: Sequence[Entry]

    @property
    def person(self) -> Person:
        """Return what everybody may see."""
        user = self.user
        return Person(
            user.id,
            user.display_name,
            user.role,
            user.created_at,
            user.solved_count,
            user.rank_level,
        )


class GroupRow(NamedTuple):
    """A group and how many belong to it."""

    group: Group
    members_count: int


def page_of_people(viewer: Viewer, typed: str = "", after: str = "") -> PeoplePage:
    """Return people whose name begins as typed, or whose e-mail address it is; by name."""
    require(can_administer(viewer))
    statement: Any = select(
        *person_columns(), User.name_key, User.email, User.active, _is_confirmed()
    )
    if "@" in typed:
        statement = statement.where(User.email == typed.strip().lower().replace("\0", ""))
    elif typed:
        statement = statement.where(User.name_key.startswith(name_key_of(typed), autoescape=True))
    rows = db.session.execute(
        statement.where(User.name_key > name_key_of(after))
        .order_by(User.name_key)
        .limit(PAGE_SIZE + 1)
    ).all()
    found = [PersonRow(Person(*row[:PERSON_WIDTH]), *row[PERSON_WIDTH:]) for row in rows]
    more = found[PAGE_SIZE - 1].name_key if len(found) > PAGE_SIZE else None
    return PeoplePage(found[:PAGE_SIZE], more)


def _is_confirmed() -> ColumnElement[bool]:
    return or_(User.confirmed_at.is_not(None), User.email.is_(None))


def get_user(viewer: Viewer, user_id: int) -> User:
    """Return a user with roles and groups, disabled ones too; raises ``NotFound``."""
    require(can_administer(viewer))
    query = select(User).options(*VIEWER_RIGHTS).where(User.id == user_id)
    user = db.session.scalars(query.execution_options(populate_existing=True)).unique()
    return _found(user.one_or_none())


def get_person_record(viewer: Viewer, user_id: int) -> PersonRecord:
    """Return all an administrator sees of a person; raises ``NotFound``."""
    user = get_user(viewer, user_id)
    sessions = select(func.count(UserSession.id)).where(UserSession.user_id == user_id)
    return PersonRecord(
        user=user,
        groups=_groups(Group.id.in_(user.group_ids)) if user.group_ids else [],
        sessions_count=db.session.scalar(sessions) or 0,
        has_second_factor=has_second_factor(user_id),
        entries=_entries_about(user_id),
    )


def _entries_about(user_id: int) -> list[Entry]:
    actor = aliased(User)
    rows = db.session.execute(
        select(AuditEntry, actor.display_name)
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .where(AuditEntry.subject_type == "user", AuditEntry.subject_id == user_id)
        .order_by(AuditEntry.id.desc())
        .limit(ENTRIES_SHOWN)
    )
    return [Entry(record, name) for record, name in rows]


def list_groups(viewer: Viewer) -> list[GroupRow]:
    """Return all groups with how many belong to each."""
    require(can_administer(viewer))
    rows = db.session.execute(
        select(Group, func.count(GroupMember.id))
        .outerjoin(GroupMember, GroupMember.group_id == Group.id)
        .group_by(Group.id)
        .order_by(Group.slug)
    )
    return [GroupRow(group, count) for group, count in rows]


def get_group(viewer: Viewer, group_id: int) -> Group:
    """Return a group; raises ``NotFound``."""
    require(can_administer(viewer))
    return _found(db.session.get(Group, group_id))


def list_members(viewer: Viewer, group: Group) -> list[Person]:
    """Return who belongs to a group, by name; the first ``MEMBERS_SHOWN`` of them."""
    require(can_administer(viewer))
    rows: Any = db.session.execute(
        select(*person_columns())
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(GroupMember.group_id == group.id)
        .order_by(User.name_key)
        .limit(MEMBERS_SHOWN)
    )
    return [Person(*row) for row in rows]


def find_user(viewer: Viewer, typed: str) -> User | None:
    """Return the active user with this e-mail address, or this display name where it is none.

    Never both: names are compared without punctuation, so one may read like another's address.
    """
    require(can_administer(viewer))
    typed = typed.replace("\0", "").strip()
    is_named = User.email == typed.lower() if "@" in typed else User.name_key == name_key_of(typed)
    return db.session.scalar(select(User).where(is_named, User.active.is_(True)))


def get_board(viewer: Viewer, board_id: int) -> Board:
    """Return a board by its id; raises ``NotFound``."""
    require(can_administer(viewer))
    return _found(db.session.get(Board, board_id))


def list_groups_of_boards(viewer: Viewer) -> dict[int, list[Group]]:
    """Return for each board the groups it is for."""
    require(can_administer(viewer))
    rows = db.session.execute(
        select(BoardGroup.board_id, Group)
        .join(Group, Group.id == BoardGroup.group_id)
        .order_by(Group.slug)
    )
    found: dict[int, list[Group]] = {}
    for board_id, group in rows:
        found.setdefault(board_id, []).append(group)
    return found


def _groups(condition: Any) -> Sequence[Group]:
    return db.session.scalars(select(Group).where(condition).order_by(Group.slug)).all()


def _found(record: Record | None) -> Record:
    if record is None:
        raise NotFound()
    return record

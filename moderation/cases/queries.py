"""Reads of cases; those about the viewer are not among them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from community.boards.policies import moderated_board_ids
from community.core import clock
from community.core.authz import MODERATING_ROLES, Viewer, is_admin, is_moderating, require
from community.core.db import AnySelect, db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.identity.models import RoleGrant, User
from community.identity.people import Person, person_columns
from community.posts.models import Post
from community.questions.models import Question
from moderation.cases.models import OPEN, UNDECIDED, CaseNote, CaseSubject, ModerationCase
from moderation.cases.policies import can_judge_case, can_see_cases


class CaseRow(NamedTuple):
    """A case in the list: how many members it is about, who is at work on it, and on what."""

    case: ModerationCase
    subjects_count: int
    claimed_by: str | None
    title: str | None


class CasePage(NamedTuple):
    """Cases in their order; ``more`` begins the next page."""

    rows: Sequence[CaseRow]
    more: str


class QueueFacts(NamedTuple):
    """How many cases wait for the viewer, by kind, and since when the oldest one does."""

    by_kind: Mapping[str, int]
    oldest_at: datetime | None

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


@dataclass(frozen=True)
class CaseRecord:
    """A case with the people in it, by id."""

    case: ModerationCase
    subjects: Sequence[Person]
    names: dict[int, str]
    notes: Sequence[CaseNote] = ()


def page_of_cases(
    viewer: Viewer, *, decided: bool = False, kind: str = "", after: str = ""
) -> CasePage:
    """Return cases that wait, the most urgent first, or decided ones, newest first.

    ``kind`` takes those of one kind alone; ``after`` is where a page before ended.
    """
    require(can_see_cases(viewer))
    titles: Any = Question.__table__
    query = (
        select(ModerationCase, _count_of_subjects(), User.display_name, titles.c.title)
        .outerjoin(User, User.id == ModerationCase.claimed_by_id)
        .outerjoin(Post, Post.id == ModerationCase.post_id)
        .outerjoin(titles, titles.c.id == Post.root_id)
        .where(case_is_for(viewer))
    )
    if kind:
        query = query.where(ModerationCase.kind == kind)
    query = _decided(query, after) if decided else _waiting(query, after).where(_waits_for(viewer))
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    found = [CaseRow(*row) for row in rows]
    more = _key_of(found[PAGE_SIZE - 1].case) if len(found) > PAGE_SIZE else ""
    return CasePage(found[:PAGE_SIZE], more)


def _waits_for(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for cases that are the viewer's turn: not what was handed over."""
    return true() if is_admin(viewer) else ModerationCase.escalated_at.is_(None)


def _decided(query: AnySelect, after: str) -> AnySelect:
    _priority, case_id = _read_key(after)
    query = query.where(~ModerationCase.state.in_(UNDECIDED))
    if case_id:
        query = query.where(ModerationCase.id < case_id)
    return query.order_by(ModerationCase.id.desc())


def _waiting(query: AnySelect, after: str) -> AnySelect:
    """Order by priority, then by age: ids grow with time."""
    priority, case_id = _read_key(after)
    query = query.where(ModerationCase.state.in_(UNDECIDED))
    if case_id:
        later = and_(ModerationCase.priority == priority, ModerationCase.id > case_id)
        query = query.where(or_(ModerationCase.priority < priority, later))
    return query.order_by(ModerationCase.priority.desc(), ModerationCase.id)


def _key_of(case: ModerationCase) -> str:
    return f"{case.priority}-{case.id}"


def _read_key(after: str) -> tuple[int, int]:
    """Return priority and id where a page ended; zeros for the first page and for nonsense."""
    found = re.fullmatch(r"([0-9]{1,4})-([0-9]{1,9})", after, re.ASCII)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def count_waiting(viewer: Viewer) -> QueueFacts:
    """Return how many cases wait for the viewer, and how long the oldest has."""
    require(can_see_cases(viewer))
    rows = db.session.execute(
        select(ModerationCase.kind, func.count(), func.min(ModerationCase.opened_at))
        .where(ModerationCase.state.in_(UNDECIDED), case_is_for(viewer), _waits_for(viewer))
        .group_by(ModerationCase.kind)
    ).all()
    oldest = min((row[2] for row in rows), default=None)
    return QueueFacts({row[0]: row[1] for row in rows}, oldest)


def next_case_id(viewer: Viewer, case: ModerationCase) -> int | None:
    """Return the case that comes after this one in the queue, among those nobody works on."""
    query = _waiting(select(ModerationCase.id), "").where(
        case_is_for(viewer),
        _waits_for(viewer),
        ModerationCase.id != case.id,
        or_(ModerationCase.state == OPEN, ModerationCase.claimed_until <= clock.now()),
    )
    return db.session.scalar(query.limit(1))


def _count_of_subjects() -> Any:
    return (
        select(func.count())
        .where(CaseSubject.case_id == ModerationCase.id)
        .correlate(ModerationCase)
        .scalar_subquery()
    )


def case_is_for(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for cases the viewer may see (``can_judge_case``)."""
    is_about_them = (
        exists()
        .where(CaseSubject.case_id == ModerationCase.id, CaseSubject.user_id == viewer.viewer_id)
        .correlate(ModerationCase)
    )
    if is_moderating(viewer):
        return ~is_about_them
    is_theirs = (
        exists()
        .where(Post.id == ModerationCase.post_id, Post.board_id.in_(moderated_board_ids(viewer)))
        .correlate(ModerationCase)
    )
    return and_(is_theirs, ~is_about_them)


def list_subject_ids(case_id: int) -> set[int]:
    """Return whom a case is about."""
    return set(
        db.session.scalars(select(CaseSubject.user_id).where(CaseSubject.case_id == case_id))
    )


def list_judge_ids(case: ModerationCase) -> list[int]:
    """Return who may decide a case now; administrators alone where it was handed over to them."""
    board_id = board_id_of(case)
    where: ColumnElement[bool] = RoleGrant.board_id.is_(None)
    if board_id is not None:
        where = or_(where, RoleGrant.board_id == board_id)
    roles = {"admin"} if case.escalated_at else MODERATING_ROLES
    judges = (
        select(RoleGrant.user_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.name.in_(roles), where, User.active.is_(True))
        .distinct()
    )
    return sorted(set(db.session.scalars(judges)) - list_subject_ids(case.id))


def list_colleagues(viewer: Viewer, case: ModerationCase) -> list[tuple[int, str]]:
    """Return id and name of who else may decide a case, by name."""
    others = [user_id for user_id in list_judge_ids(case) if user_id != viewer.viewer_id]
    return sorted(_names(others).items(), key=lambda one: one[1].casefold())


def list_case_notes(case_id: int) -> list[CaseNote]:
    """Return what moderators wrote to each other about a case, in the order they did."""
    query = select(CaseNote).where(CaseNote.case_id == case_id).order_by(CaseNote.id)
    return list(db.session.scalars(query))


def get_case(viewer: Viewer, case_id: int) -> ModerationCase:
    """Return a case; raises ``NotFound`` for one about the viewer as well."""
    require(can_see_cases(viewer))
    query = select(ModerationCase).where(ModerationCase.id == case_id)
    case = db.session.scalar(query.execution_options(populate_existing=True))
    if case is None or not can_judge_case(
        viewer, list_subject_ids(case_id), board_id=board_id_of(case)
    ):
        raise NotFound()
    return case


def board_id_of(case: ModerationCase) -> int | None:
    """Return the board on which the post of a case stands now; None without a post."""
    if case.post_id is None:
        return None
    return db.session.scalar(select(Post.board_id).where(Post.id == case.post_id))


def get_case_record(viewer: Viewer, case_id: int) -> CaseRecord:
    """Return a case with its subjects and the names of who decided; raises ``NotFound``."""
    case = get_case(viewer, case_id)
    subject_ids = list_subject_ids(case_id)
    rows: Any = db.session.execute(
        select(*person_columns()).where(User.id.in_(subject_ids)).order_by(User.id)
    )
    people = [Person(*row) for row in rows]
    names = {person.id: person.name for person in people}
    notes = list_case_notes(case_id)
    staff = {case.claimed_by_id, case.decided_by_id}
    staff.update(one for note in notes for one in (note.author_id, note.to_id))
    names.update(_names(staff))
    return CaseRecord(case, people, names, notes)


def _names(user_ids: Collection[int | None]) -> dict[int, str]:
    known = [user_id for user_id in user_ids if user_id is not None]
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(known)))
    return {row.id: row.display_name for row in rows}


def get_case_of_source(source: str) -> ModerationCase | None:
    """Return the case of something that was found."""
    query = select(ModerationCase).where(ModerationCase.source == source)
    return db.session.scalar(query.execution_options(populate_existing=True))

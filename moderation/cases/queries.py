"""Reads of cases; those about the viewer are not among them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from community.boards.policies import moderated_board_ids
from community.core.authz import Viewer, is_moderating, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE
from community.identity.models import User
from community.identity.people import Person, person_columns
from community.posts.models import Post
from moderation.cases.models import UNDECIDED, CaseSubject, ModerationCase
from moderation.cases.policies import can_judge_case, can_see_cases


@dataclass(frozen=True)
class CaseRow:
    """A case in the list: how many members it is about, and who is at work on it."""

    case: ModerationCase
    subjects_count: int
    claimed_by: str | None


@dataclass(frozen=True)
class CasePage:
    """Cases, the oldest undecided or the newest decided first; ``more`` begins the next page."""

    rows: Sequence[CaseRow]
    more: int | None


@dataclass(frozen=True)
class CaseRecord:
    """A case with the people in it, by id."""

    case: ModerationCase
    subjects: Sequence[Person]
    names: dict[int, str]


def page_of_cases(viewer: Viewer, *, decided: bool = False, after: int = 0) -> CasePage:
    """Return cases that wait for a decision, oldest first, or decided ones, newest first."""
    require(can_see_cases(viewer))
    order: Any = ModerationCase.id.desc() if decided else ModerationCase.id
    is_undecided = ModerationCase.state.in_(UNDECIDED)
    query = (
        select(ModerationCase, _count_of_subjects(), User.display_name)
        .outerjoin(User, User.id == ModerationCase.claimed_by_id)
        .where(~is_undecided if decided else is_undecided, _is_for(viewer))
    )
    if after:
        query = query.where(ModerationCase.id < after if decided else ModerationCase.id > after)
    rows = db.session.execute(query.order_by(order).limit(PAGE_SIZE + 1)).all()
    found = [CaseRow(*row) for row in rows]
    more = found[PAGE_SIZE - 1].case.id if len(found) > PAGE_SIZE else None
    return CasePage(found[:PAGE_SIZE], more)


def _count_of_subjects() -> Any:
    return (
        select(func.count())
        .where(CaseSubject.case_id == ModerationCase.id)
        .correlate(ModerationCase)
        .scalar_subquery()
    )


def _is_for(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for cases the viewer may see (``can_judge_case``)."""
    is_about_them = exists().where(
        CaseSubject.case_id == ModerationCase.id, CaseSubject.user_id == viewer.viewer_id
    )
    if is_moderating(viewer):
        return ~is_about_them
    theirs = select(Post.id).where(Post.board_id.in_(moderated_board_ids(viewer)))
    return and_(ModerationCase.post_id.in_(theirs), ~is_about_them)


def list_subject_ids(case_id: int) -> set[int]:
    """Return whom a case is about."""
    return set(
        db.session.scalars(select(CaseSubject.user_id).where(CaseSubject.case_id == case_id))
    )


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
    names.update(_names({case.claimed_by_id, case.decided_by_id}))
    return CaseRecord(case, people, names)


def _names(user_ids: Collection[int | None]) -> dict[int, str]:
    known = [user_id for user_id in user_ids if user_id is not None]
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(known)))
    return {row.id: row.display_name for row in rows}


def get_case_of_source(source: str) -> ModerationCase | None:
    """Return the case of something that was found."""
    query = select(ModerationCase).where(ModerationCase.source == source)
    return db.session.scalar(query.execution_options(populate_existing=True))

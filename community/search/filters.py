"""Filters of a search: what they ask of the database, and what of the index."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, select

from community.boards.models import Board
from community.core.authz import STAFF_ROLES, Viewer
from community.core.db import db
from community.identity.models import User
from community.identity.queries import people_named
from community.posts.models import PostTag, Tag
from community.posts.visibility import board_is_visible
from community.questions.models import Answer, Question
from community.search.query_language import SearchRequest


@dataclass(frozen=True)
class Filters:
    """Filters of a search as conditions for the database and as terms for the index."""

    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)


def filters_of(viewer: Viewer, request: SearchRequest) -> Filters | None:
    """Return the filters, or None where a board or person named does not exist for the viewer."""
    filters = Filters()
    if request.board:
        board_id = db.session.scalar(
            select(Board.id).where(Board.slug == request.board, board_is_visible(viewer))
        )
        if board_id is None:
            return None
        _add(filters, Question.place_id == board_id, f"board:{board_id}")
    if request.user:
        user_id = db.session.scalar(
            select(User.id).where(User.id.in_(people_named([request.user])), User.active.is_(True))
        )
        if user_id is None:
            return None
        _add(filters, Question.author_id == user_id, f"user:{user_id}")
    _add_plain_filters(filters, request)
    return filters


def _add(filters: Filters, condition: ColumnElement[bool], *group: str) -> None:
    filters.conditions.append(condition)
    if group:
        filters.groups.append(group)


def _add_plain_filters(filters: Filters, request: SearchRequest) -> None:
    if request.statuses:
        wanted = sorted(request.statuses)
        _add(filters, Question.status.in_(wanted), *(f"is:{status}" for status in wanted))
    for name in request.tags:
        tagged = select(PostTag.post_id).join(Tag, Tag.id == PostTag.tag_id).where(Tag.name == name)
        _add(filters, Question.id.in_(tagged), f"tag:{name}")
    if request.language:
        _add(filters, Question.language == request.language, f"lang:{request.language}")
    if request.by_staff:
        _add(filters, _has_staff_answer(), "staff:yes")
    if request.not_before:
        _add(filters, Question.asked_at >= request.not_before)
    if request.until:
        _add(filters, Question.asked_at < request.until)


def _has_staff_answer() -> ColumnElement[bool]:
    return exists(
        select(Answer.id)
        .join(User, User.id == Answer.author_id)
        .where(
            Answer.root_id == Question.id,
            Answer.visibility == "published",
            User.role.in_(STAFF_ROLES),
        )
    )

"""Reads of what says whether and until when questions wait."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select

from community.core.db import db
from community.escalation.calendars.business_time import OpeningHours
from community.escalation.calendars.queries import get_opening_hours
from community.escalation.cases.models import Escalation
from community.escalation.teams.queries import get_team_of_board
from community.escalation.triggers.due import OLDEST, Waiting, due_within_days
from community.escalation.triggers.queries.rules import get_rule
from community.identity.models import User
from community.posts.models import PostTag, Tag
from community.questions.models import Question

UNANSWERED = "unanswered"


def get_waiting(question: Question) -> Waiting:
    """Return what says whether a question waits, as it is now."""
    active = select(User.active).where(User.id == question.author_id)
    before = exists().where(Escalation.question_id == question.id, Escalation.trigger == UNANSWERED)
    asker_is_active, was_handed_over = db.session.execute(
        select(active.scalar_subquery(), before)
    ).one()
    return Waiting(
        asked_at=question.asked_at,
        visibility=question.visibility,
        status=question.status,
        is_answered=question.first_answer_at is not None,
        is_locked=question.is_locked,
        awaits_asker=question.awaits_asker,
        asker_is_active=asker_is_active,
        was_handed_over=was_handed_over,
        tags=tags_of(question.id),
        rule=get_rule(question.board_id),
    )


def tags_of(question_id: int) -> frozenset[str]:
    """Return the names of a question's tags."""
    names = select(Tag.name).join(PostTag, PostTag.tag_id == Tag.id)
    return frozenset(db.session.scalars(names.where(PostTag.post_id == question_id)))


def get_hours_of_board(board_id: int) -> OpeningHours:
    """Return when the team works that answers for a board."""
    team = get_team_of_board(board_id)
    return get_opening_hours(team.calendar_id if team else None)


def find_due_if_asked(board_id: int, now: datetime) -> datetime | None:
    """Return when a question asked now on a board would be handed over; None where it is not."""
    rule = get_rule(board_id)
    if not rule.is_on:
        return None
    return due_within_days(now, rule, (), get_hours_of_board(board_id))


def list_recent_open(
    now: datetime, *, board_id: int | None = None, asker_id: int | None = None
) -> Sequence[int]:
    """Return the open questions that are young enough to wait, of all, a board or an asker."""
    query = select(Question.id).where(Question.status == "open", Question.asked_at >= now - OLDEST)
    if board_id is not None:
        query = query.where(Question.place_id == board_id)
    if asker_id is not None:
        query = query.where(Question.author_id == asker_id)
    return db.session.scalars(query.order_by(Question.asked_at, Question.id)).all()

"""Who may do what with questions and answers. Pure: records are loaded by the caller."""

from datetime import datetime, timedelta
from typing import Protocol

from community.core import clock
from community.core.authz import Viewer, is_moderating, is_staff
from community.posts.policies import PostFacts, can_write, is_author
from community.questions.models import POSITIVE_CLOSE_REASONS

REOPEN_DAYS = 30


class QuestionFacts(PostFacts, Protocol):
    """What a policy needs to know of a question."""

    @property
    def status(self) -> str: ...

    @property
    def is_locked(self) -> bool: ...

    @property
    def awaits_asker(self) -> bool: ...


def can_answer_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may answer (or comment): not on locked or closed questions."""
    open_to_posts = not question.is_locked and question.status != "closed"
    return can_write(viewer) and question.visibility == "published" and open_to_posts


def can_comment(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may comment below the question or its answers."""
    return can_write(viewer) and question.visibility == "published" and not question.is_locked


def can_accept_answer(viewer: Viewer, question: QuestionFacts, answer: PostFacts) -> bool:
    """Say whether the viewer may accept this answer: the asker at any time, staff at once.

    Source: product rules 2.6.
    """
    if question.visibility != "published" or answer.visibility != "published":
        return False
    if is_staff(viewer, question.board_id):
        return True
    return can_write(viewer) and is_author(viewer, question) and not question.is_locked


def can_unaccept_answer(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may take an acceptance back."""
    if is_staff(viewer, question.board_id):
        return True
    return can_write(viewer) and is_author(viewer, question) and not question.is_locked


def can_close_question(viewer: Viewer, question: QuestionFacts, reason: str | None = None) -> bool:
    """Say whether the viewer may resolve or close: askers for reasons of their own, staff any."""
    if question.visibility != "published" or question.status in ("closed", "solved"):
        return False
    if is_staff(viewer, question.board_id):
        return True
    reason_fits = reason is None or reason in POSITIVE_CLOSE_REASONS
    mine = can_write(viewer) and is_author(viewer, question)
    return mine and reason_fits and not question.is_locked


def can_reopen_question(
    viewer: Viewer, question: QuestionFacts, *, closed_at: datetime | None
) -> bool:
    """Say whether the viewer may reopen: staff always, the asker within 30 days of the closing."""
    if question.status != "closed" or question.visibility != "published" or closed_at is None:
        return False
    if is_staff(viewer, question.board_id):
        return True
    recent = clock.now() - closed_at <= timedelta(days=REOPEN_DAYS)
    return can_write(viewer) and is_author(viewer, question) and recent and not question.is_locked


def can_request_info(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may ask for more facts: superusers and staff, not the asker."""
    helper = is_staff(viewer, question.board_id) or "superuser" in viewer.role_names
    waiting_makes_sense = question.status in ("open", "answered") and not question.awaits_asker
    return (
        helper
        and can_write(viewer)
        and question.visibility == "published"
        and not is_author(viewer, question)
        and waiting_makes_sense
    )


def can_say_me_too(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may add themselves: the asker counts already."""
    return (
        can_write(viewer) and question.visibility == "published" and not is_author(viewer, question)
    )


def can_lock_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may stop all writing on a question."""
    return is_moderating(viewer, question.board_id)

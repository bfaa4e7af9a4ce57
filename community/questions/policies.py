"""Who may do what with questions and answers. Pure: records are loaded by the caller."""

from datetime import datetime, timedelta
from typing import Protocol

from community.boards.models import Board
from community.core import clock
from community.core.authz import Viewer, is_moderating, is_staff
from community.core.privileges import Privilege
from community.identity.privileges import has_privilege
from community.identity.superusers import has_tool
from community.posts.policies import (
    PostFacts,
    TextFacts,
    can_edit_post,
    can_write,
    is_author,
)
from community.questions.models import POSITIVE_CLOSE_REASONS

REOPEN_DAYS = 30
# So long the answer is the asker's alone to judge. Source: product rules 2.6.
CONFIRM_AFTER = timedelta(days=7)


class QuestionFacts(PostFacts, Protocol):
    """What a policy needs to know of a question."""

    @property
    def status(self) -> str: ...

    @property
    def is_locked(self) -> bool: ...

    @property
    def awaits_asker(self) -> bool: ...

    @property
    def ended_at(self) -> datetime | None: ...


def can_answer_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may answer (or comment): not on locked or closed questions."""
    open_to_posts = not question.is_locked and not is_closed(question)
    return can_write(viewer) and question.visibility == "published" and open_to_posts


def can_use_templates(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may begin an answer with a shared text: staff, superusers by tier.

    Source: product rules, feature F2.
    """
    by_role = is_staff(viewer, question.board_id) or has_tool(viewer, "use_templates")
    return by_role and can_answer_question(viewer, question)


def is_closed(question: QuestionFacts) -> bool:
    """Say whether a question takes no more answers: closed by somebody, or solved long ago."""
    return question.status == "closed" or question.ended_at is not None


def takes_comments(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether a question takes comments of somebody who has the standing."""
    return can_write(viewer) and question.visibility == "published" and not question.is_locked


def comment_privilege(viewer: Viewer, question: QuestionFacts, parent: PostFacts) -> Privilege:
    """Return the power it takes to comment on a post: below what is one's own, next to none."""
    own = is_author(viewer, question) or is_author(viewer, parent)
    return Privilege.COMMENT_OWN if own else Privilege.COMMENT


def can_comment(viewer: Viewer, question: QuestionFacts, parent: PostFacts) -> bool:
    """Say whether the viewer may comment on ``parent``, the question or one of its answers."""
    needed = comment_privilege(viewer, question, parent)
    return takes_comments(viewer, question) and has_privilege(viewer, needed, question.board_id)


def can_accept_answer(viewer: Viewer, question: QuestionFacts, answer: PostFacts) -> bool:
    """Say whether the viewer may accept this answer: the asker at any time, staff at once.

    Who has the standing may confirm somebody else's answer when the asker said nothing for seven
    days. Source: product rules 2.6 and 2.2.
    """
    if question.visibility != "published" or answer.visibility != "published":
        return False
    if is_staff(viewer, question.board_id):
        return True
    if not can_write(viewer) or question.is_locked:
        return False
    return is_author(viewer, question) or can_confirm_answer(viewer, question, answer)


def can_confirm_answer(viewer: Viewer, question: QuestionFacts, answer: PostFacts) -> bool:
    """Say whether the viewer may confirm an answer in the asker's stead, by standing alone.

    Only where nothing is accepted yet: nobody corrects the asker. Never an own answer.
    """
    silent = clock.now() - answer.created_at >= CONFIRM_AFTER
    third = not is_author(viewer, question) and not is_author(viewer, answer)
    undecided = question.status == "answered"
    return (
        silent
        and third
        and undecided
        and has_privilege(viewer, Privilege.CONFIRM, question.board_id)
    )


def can_refuse_solution(viewer: Viewer, question: QuestionFacts, answer: PostFacts) -> bool:
    """Say whether the viewer may say that an answer was no solution: who may accept it."""
    undecided = question.status == "answered" and not is_author(viewer, answer)
    return undecided and can_accept_answer(viewer, question, answer)


def can_see_likely_solutions(viewer: Viewer) -> bool:
    """Say whether there may be anything to confirm for the viewer: on the site, or on a board."""
    boards = (None, *viewer.board_roles)
    return any(can_confirm_on(viewer, board_id) for board_id in boards)


def can_confirm_on(viewer: Viewer, board_id: int | None) -> bool:
    """Say whether the viewer may confirm solutions in others' questions on a board."""
    return can_write(viewer) and has_privilege(viewer, Privilege.CONFIRM, board_id)


def can_unaccept_answer(
    viewer: Viewer, question: QuestionFacts, *, accepted_by_id: int | None = None
) -> bool:
    """Say whether the viewer may take an acceptance back: the asker, staff, and who gave it."""
    if is_staff(viewer, question.board_id):
        return True
    mine = accepted_by_id is not None and viewer.viewer_id == accepted_by_id
    asked = is_author(viewer, question)
    return can_write(viewer) and (asked or mine) and not question.is_locked


def can_retag_question(viewer: Viewer, question: TextFacts, *, is_locked: bool) -> bool:
    """Say whether the viewer may change the tags: who may edit, and who has the standing."""
    if can_edit_post(viewer, question, is_locked=is_locked):
        return True
    if question.visibility != "published" or is_locked or is_staff(viewer, question.board_id):
        return False
    return can_write(viewer) and has_privilege(viewer, Privilege.RETAG, question.board_id)


def can_judge_duplicate(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer's word counts when a question was asked before: staff, and who has the
    standing. Source: product rules 2.2.
    """
    if question.visibility != "published" or question.status in ("closed", "solved"):
        return False
    if is_staff(viewer, question.board_id):
        return True
    standing = has_privilege(viewer, Privilege.CLOSE_DUPLICATE, question.board_id)
    return can_write(viewer) and standing and not question.is_locked


def can_propose_duplicate(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may propose, or second, that a question was asked before."""
    return can_judge_duplicate(viewer, question) and not is_author(viewer, question)


def can_close_as_duplicate(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may close it so without a second voice, by their role alone.

    Who knows the topic may as well (``queries.duplicates.closes_alone``).
    """
    by_role = is_staff(viewer, question.board_id) or has_tool(viewer, "close_as_duplicate")
    return by_role and can_judge_duplicate(viewer, question)


def can_answer_proposal(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer is the asker, who says whether the other question helps."""
    is_open = question.visibility == "published" and question.status not in ("closed", "solved")
    return is_open and can_write(viewer) and is_author(viewer, question) and not question.is_locked


def can_withdraw_proposal(viewer: Viewer, question: QuestionFacts, *, proposed_by_id: int) -> bool:
    """Say whether the viewer may take a proposal back: their own, and moderators anybody's."""
    mine = can_write(viewer) and viewer.viewer_id == proposed_by_id
    return mine or is_moderating(viewer, question.board_id)


def can_decide_proposal(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer decides where asker and others disagree."""
    return is_moderating(viewer, question.board_id)


def can_close_question(viewer: Viewer, question: QuestionFacts, reason: str | None = None) -> bool:
    """Say whether the viewer may resolve or close: askers for reasons of their own, staff any."""
    if reason == "duplicate":
        return can_close_as_duplicate(viewer, question)
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
    closed_at = question.ended_at or closed_at
    if not is_closed(question) or question.visibility != "published" or closed_at is None:
        return False
    if is_staff(viewer, question.board_id):
        return True
    recent = clock.now() - closed_at <= timedelta(days=REOPEN_DAYS)
    return can_write(viewer) and is_author(viewer, question) and recent and not question.is_locked


def can_follow_up(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may ask on where a question ended, in one of their own."""
    return can_write(viewer) and question.visibility == "published" and is_closed(question)


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


def can_slow_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may let everybody wait between two posts on a question."""
    return is_moderating(viewer, question.board_id)


def can_pin_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may let a question stand first in its board's list."""
    return is_moderating(viewer, question.board_id)


def can_pin_everywhere(viewer: Viewer) -> bool:
    """Say whether the viewer may let a question stand first in the lists of the whole site."""
    return is_moderating(viewer)


def can_move_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may move a question away from its board: who moderates it, and
    superusers by tier. Where to is another matter (``can_move_between``)."""
    if is_moderating(viewer, question.board_id):
        return True
    return _has_free_hand(viewer, question) and has_tool(viewer, "move_to_board")


def _has_free_hand(viewer: Viewer, question: QuestionFacts) -> bool:
    return can_write(viewer) and question.visibility == "published" and not question.is_locked


def can_move_between(viewer: Viewer, board: Board, target: Board) -> bool:
    """Say whether the viewer, who sees both boards, may move questions from one to the other.

    Moderators of the whole site, and of both boards, may. Others move only between boards that the
    same people read, and none that is for some alone: nobody else makes public what was not.
    """
    if board.id == target.id:
        return False
    if is_moderating(viewer, board.id) and is_moderating(viewer, target.id):
        return True
    return board.audience == target.audience and target.audience in ("public", "members")


def can_regroup_question(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether the viewer may merge, split and turn what stands in a question: who moderates its
    board, and superusers by tier."""
    if is_moderating(viewer, question.board_id):
        return True
    return _has_free_hand(viewer, question) and has_tool(viewer, "merge")


def can_merge_between(viewer: Viewer, board: Board, target: Board) -> bool:
    """Say whether the viewer, who sees both boards, may merge questions across them."""
    return board.id == target.id or can_move_between(viewer, board, target)


def can_undo_regrouping(viewer: Viewer, question: QuestionFacts, *, made_by_id: int) -> bool:
    """Say whether the viewer may undo it: moderators anybody's, superusers their own."""
    mine = viewer.viewer_id == made_by_id
    return is_moderating(viewer, question.board_id) or (
        mine and can_regroup_question(viewer, question)
    )


def can_use_tools(viewer: Viewer, question: QuestionFacts, post: PostFacts) -> bool:
    """Say whether there is anything on the team's page about this post for the viewer."""
    if is_moderating(viewer, question.board_id):
        return True
    moving = post is question and can_move_question(viewer, question)
    return moving or can_regroup_question(viewer, question)

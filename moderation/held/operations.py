"""What waits on a board, and what a decision about a held post does."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from community.boards.models import Board
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid
from community.core.settings import MOST_FIRST_POSTS
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import hide_post, release_post, restore_post
from moderation.cases.kinds import Decision
from moderation.cases.models import ModerationCase
from moderation.held.models import WHOSE, BoardScreening
from moderation.held.policies import can_change_screening
from moderation.sanctions.operations.statements import issue_statement

HIDDEN, RESTORED = "post_hidden", "post_restored"


class ScreeningUnknown(Invalid):
    """A board holds nobody's, newcomers' or everybody's texts, and up to three first ones."""

    message = _l("Choose whose texts wait, and how many first ones.")


class NothingWaits(Conflict):
    """The post was published, taken back or removed meanwhile."""

    message = _l("Somebody has taken this post back or removed it meanwhile.")


def change_screening(actor: Viewer, board: Board, held: str, first_posts: int | None) -> None:
    """Decide whose texts wait on a board; ``first_posts`` None: as many as the site has it.

    What waits already goes on waiting. Raises ``NotAllowed``, ``ScreeningUnknown``.
    """
    require(can_change_screening(actor, board.id))
    if held not in WHOSE:
        raise ScreeningUnknown(errors={"held": ScreeningUnknown.message})
    if first_posts is not None and not 0 <= first_posts <= MOST_FIRST_POSTS:
        raise ScreeningUnknown(errors={"first_posts": ScreeningUnknown.message})
    row = _screening_of(board)
    before = {"held": row.held, "first_posts": row.first_posts}
    after = {"held": held, "first_posts": first_posts}
    if before == after:
        return
    row.held, row.first_posts, row.changed_at = held, first_posts, clock.now()
    db.session.flush()
    record(actor, Action.SCREENING_CHANGED, subject=("board", board.id), before=before, after=after)


def _screening_of(board: Board) -> BoardScreening:
    # The board's row is locked: of two who change it at once, one waits.
    db.session.execute(lock_row(select(Board.id).where(Board.id == board.id)))
    row = db.session.get(BoardScreening, board.id, populate_existing=True)
    if row is None:
        row = BoardScreening(board_id=board.id, held="nobody", first_posts=None)
        db.session.add(row)
    return row


def decide_held(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Publish a held post, or refuse it and tell its author why; its thread is locked.

    Raises ``NothingWaits``.
    """
    question, post = _thread_of(case)
    if post.visibility != "held":
        raise NothingWaits()
    if decision.is_violation:
        hide_post(actor, question, post, note)
        _tell(actor, case, post, HIDDEN, rule, note)
    else:
        release_post(actor, question, post, note)


def decide_shown(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Let a published post stand that was looked at, or hide it; its thread is locked.

    Raises ``NothingWaits`` where it is not public any more.
    """
    question, post = _thread_of(case)
    if not decision.is_violation:
        return
    if not post.is_published:
        raise NothingWaits()
    hide_post(actor, question, post, note)
    _tell(actor, case, post, HIDDEN, rule, note)


def undo_held(actor: User, case: ModerationCase, note: str) -> None:
    """Publish after all what was refused; its author is told. Raises ``NothingWaits``."""
    question, post = _thread_of(case)
    if post.visibility != "hidden":
        raise NothingWaits()
    restore_post(actor, question, post, note)
    _tell(actor, case, post, RESTORED, case.rule or "", note)


def _tell(
    actor: User, case: ModerationCase, post: Post, measure: str, rule: str, facts: str
) -> None:
    issue_statement(
        actor,
        user_id=post.author_id,
        measure=measure,
        rule=rule,
        facts=facts,
        post_id=post.id,
        # Who holds first posts, or all of a board, has found nothing yet.
        automated=not case.evidence.get("by_rule"),
        case_id=case.id,
    )


def _thread_of(case: ModerationCase) -> tuple[Question, Post]:
    assert case.post_id is not None
    post = db.session.get_one(Post, case.post_id, populate_existing=True)
    question = lock_question(post.root_id or post.id)
    return question, question if post.id == question.id else post

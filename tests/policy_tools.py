"""Requests about what the team does with questions and posts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.questions.models import Question
from community.questions.operations.duplicates import propose_duplicate
from community.questions.operations.regrouping import lock_questions, merge_question
from tests.factories.community import make_question


def make_regrouping(moderator: User, board: Board) -> int:
    """Merge two questions of a board, and return what can be undone."""
    source, target = make_question(board=board), make_question(board=board)
    with transaction():
        found = lock_questions(source.id, target.id)
        return merge_question(moderator, found[source.id], found[target.id], "The same").id


def propose_original(proposer: User, question: Question) -> None:
    """Propose that a question was asked before."""
    original = make_question(board=db.session.get_one(Board, question.board_id))
    with transaction():
        found = lock_questions(question.id, original.id)
        propose_duplicate(proposer, found[question.id], found[original.id])


def tool_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    soon = (clock.now() + timedelta(days=3)).date().isoformat()
    return {
        **_question_requests(),
        "tools.merge_question": lambda c: (
            f"/questions/{c.question('bare')}/merge",
            {"into": str(c.question()), "reason": "Because"},
        ),
        "tools.split_question": lambda c: (
            f"/questions/{c.question()}/split",
            {
                "post": str(c.answer()),
                "title": "A title that is long enough",
                "reason": "Because",
            },
        ),
        "tools.turn_post": lambda c: (
            f"/posts/{c.answer()}/kind",
            {"kind": "comment", "reason": "Because"},
        ),
        "tools.undo_regrouping": lambda c: (
            f"/regroupings/{c.world.regroupings[c.target]}",
            {"reason": "Because"},
        ),
        "tools.pin_question": lambda c: (
            f"/questions/{c.question()}/pin",
            {"scope": "board", "until": soon, "reason": "Because"},
        ),
        "tools.unpin_question": lambda c: (f"/questions/{c.question()}/pin", {"reason": "Because"}),
        "tools.slow_question": lambda c: (
            f"/questions/{c.question()}/slow-mode",
            {"minutes": "5", "reason": "Because"},
        ),
        "tools.unslow_question": lambda c: (
            f"/questions/{c.question()}/slow-mode",
            {"reason": "Because"},
        ),
        "tools.move_question": lambda c: (
            f"/questions/{c.question()}/board",
            {"board": "there" if c.board.slug == "here" else "here", "reason": "Because"},
        ),
    }


def _question_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    return {
        "questions.propose_duplicate": lambda c: (
            f"/questions/{c.question()}/duplicate-proposal",
            {"duplicate_of": str(c.question("bare"))},
        ),
        "questions.withdraw_proposal": lambda c: (
            f"/questions/{c.question('proposed')}/duplicate-proposal",
            {},
        ),
        "questions.support_proposal": lambda c: (
            f"/questions/{c.question('proposed')}/duplicate-proposal/voices",
            {},
        ),
        "questions.answer_proposal": lambda c: (
            f"/questions/{c.question('proposed')}/duplicate-proposal/verdict",
            {"helps": "no", "note": "Mine is about a tablet"},
        ),
        "questions.lock_writing": lambda c: (
            f"/questions/{c.question()}/lock",
            {"reason": "Because"},
        ),
        "questions.unlock_writing": lambda c: (
            f"/questions/{c.question('locked')}/lock",
            {"reason": "Because"},
        ),
        "replies.hide_post": lambda c: (f"/posts/{c.post()}/hiding", {"reason": "Because"}),
        "replies.restore_post": lambda c: (
            f"/posts/{c.post('hidden')}/hiding",
            {"reason": "Because"},
        ),
    }

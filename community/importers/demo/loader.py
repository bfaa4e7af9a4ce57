"""Loads the demo community into an empty database, once, and silently.

Each board is one transaction: killed at any moment, the next run adds what is missing. Nothing is
emitted, so nobody is mailed about a fortnight of answers.
"""

import re
from collections.abc import Sequence

from sqlalchemy import select, update

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import unheard
from community.identity.models import User
from community.importers.demo.boards import DEMO_BOARDS
from community.importers.demo.content import DemoContent, DemoQuestion, read_content
from community.importers.demo.moderation import load_cases
from community.importers.demo.notices import load_notices
from community.importers.demo.payback import load_charities, start_payback
from community.importers.demo.people import load_people
from community.importers.demo.records import keep_record, source_ids_of
from community.importers.demo.support import load_support
from community.importers.demo.writing import Writing, write_question
from community.questions.models import Closure, DuplicateLink, Question
from community.questions.rebuild import rebuild_totals
from reputation.badges.operations.granting import rebuild_badges
from reputation.leaderboards.rebuild import rebuild_leaderboards
from reputation.ledger.rebuild import rebuild_ledger
from reputation.ranks.operations import rebuild_ranks

COMPLETE = "complete"


class NotADemo(RuntimeError):
    """The database holds a community that is not the demo's."""


def is_demo_loaded() -> bool:
    """Say whether the whole demo is here; raises ``NotADemo`` for somebody else's database."""
    if source_ids_of(COMPLETE):
        return True
    has_people = db.session.scalar(select(User.id).limit(1)) is not None
    if has_people and not source_ids_of("user"):
        raise NotADemo("This database holds a community of its own; the demo stays out of it.")
    return False


def load_demo() -> int:
    """Load what is not here yet; returns the number of questions added. Raises ``NotADemo``."""
    if is_demo_loaded():
        return 0
    content, now = read_content(), clock.now()
    with transaction():
        people = load_people(content.members, now)
        boards = _load_boards()
    added = 0
    for slug, board_id in boards.items():
        questions = [question for question in content.questions if question.board == slug]
        with transaction():
            added += _load_questions(questions, Writing(people, board_id, now))
    for _ in rebuild_totals():
        pass
    with transaction():
        start_payback()
    # Its kudos and acceptances earn as if they had been given here.
    with unheard():
        rebuild_ledger()
    rebuild_ranks()
    rebuild_leaderboards()
    rebuild_badges()
    with transaction():
        _point_duplicates_at_originals(content)
        load_charities()
        load_cases(people, now)
        load_support(people)
        load_notices(people, now)
        keep_record(COMPLETE, COMPLETE)
    return added


def _load_boards() -> dict[str, int]:
    known = dict(db.session.execute(select(Board.slug, Board.id)).all())
    for position, demo in enumerate(DEMO_BOARDS, start=1):
        if demo.slug not in known:
            board = Board(
                slug=demo.slug,
                names=dict(zip(("de", "en"), demo.names, strict=True)),
                descriptions=dict(zip(("de", "en"), demo.descriptions, strict=True)),
                icon=demo.icon,
                audience=demo.audience,
                position=position,
            )
            db.session.add(board)
            db.session.flush()
            known[demo.slug] = board.id
    return known


def _load_questions(questions: Sequence[DemoQuestion], writing: Writing) -> int:
    known = source_ids_of("question")
    # Oldest first, as they would have come: ids and times then agree.
    missing = [q for q in questions if q.source_id not in known]
    missing.sort(key=lambda question: -question.hours_ago)
    for demo in missing:
        question = write_question(demo, writing)
        keep_record("question", demo.source_id, post_id=question.id)
    return len(missing)


def _point_duplicates_at_originals(content: DemoContent) -> None:
    """Link each duplicate to the question whose title its closing note quotes."""
    by_title = dict(db.session.execute(select(Question.title, Question.id)).all())
    for demo in content.questions:
        if demo.closure is None or demo.closure.reason != "duplicate":
            continue
        original_id = _quoted_question(demo.closure.note, by_title)
        question_id = by_title[demo.title]
        if original_id is None:
            continue
        db.session.add(DuplicateLink(question_id=question_id, original_id=original_id))
        db.session.execute(
            update(Closure)
            .where(Closure.question_id == question_id)
            .values(duplicate_of_id=original_id)
        )


def _quoted_question(note: str, by_title: dict[str, int]) -> int | None:
    """Return the question whose title (or its beginning) stands in quotation marks in a note."""
    quoted = [_letters_of(part) for part in re.split('[„“”"]', note)[1::2]]
    for title, question_id in by_title.items():
        if any(part and _letters_of(title).startswith(part) for part in quoted):
            return question_id
    return None


def _letters_of(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())

"""Derived data computed anew, a few statements in all: what ``questions.status`` keeps in steps.

Statements are plain SQL that SQLite and PostgreSQL both read; each runs in a transaction of its
own, so that a running site waits for one of them at most. A test proves that they compute what
the operations count.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from community.boards.models import BoardStats
from community.core import clock
from community.core.db import db, transaction
from community.questions.excerpts import excerpt_of
from community.questions.models import STATUSES, Question
from community.questions.operations.topics import rebuild_topics

WAIT_DAYS = 30
EXCERPT_BATCH = 500

POSTS = """
UPDATE posts SET
  kudos_count = imported_up
    + (SELECT count(*) FROM votes WHERE votes.post_id = posts.id AND votes.value = 1),
  comments_count =
    (SELECT count(*) FROM posts AS comment
     WHERE comment.parent_id = posts.id AND comment.kind = 'comment'
       AND comment.visibility = 'published')
"""

QUESTIONS = """
UPDATE questions SET
  answers_count = facts.answers_count,
  first_answer_at = facts.first_answer_at,
  last_activity_at = coalesce(facts.last_activity_at, facts.asked_at),
  last_by_asker = coalesce(facts.last_author_id = facts.asker_id, true),
  me_too_count = imported_me_toos
    + (SELECT count(*) FROM me_toos WHERE me_toos.question_id = questions.id),
  is_locked = EXISTS (SELECT 1 FROM locks WHERE locks.question_id = questions.id),
  awaits_asker = EXISTS
    (SELECT 1 FROM info_requests
     WHERE info_requests.question_id = questions.id AND info_requests.answered_at IS NULL),
  solved_at =
    (SELECT min(acceptances.accepted_at) FROM acceptances
     JOIN posts AS answer ON answer.id = acceptances.answer_id
     WHERE acceptances.question_id = questions.id AND answer.visibility = 'published')
FROM (
  SELECT question.id, question.author_id AS asker_id, question.created_at AS asked_at,
    count(CASE WHEN reply.kind = 'answer' THEN 1 END) AS answers_count,
    min(CASE WHEN reply.kind = 'answer' AND reply.author_id <> question.author_id
        THEN reply.created_at END) AS first_answer_at,
    max(reply.created_at) AS last_activity_at,
    (SELECT newest.author_id FROM posts AS newest
     WHERE newest.root_id = question.id AND newest.id <> question.id
       AND newest.visibility = 'published'
       AND (newest.parent_id = question.id OR EXISTS
         (SELECT 1 FROM posts AS parent
          WHERE parent.id = newest.parent_id AND parent.visibility = 'published'))
     ORDER BY newest.created_at DESC, newest.id DESC LIMIT 1) AS last_author_id
  FROM posts AS question
  LEFT JOIN posts AS reply ON reply.root_id = question.id AND reply.id <> question.id
    AND reply.visibility = 'published'
    AND (reply.parent_id = question.id OR EXISTS
      (SELECT 1 FROM posts AS parent
       WHERE parent.id = reply.parent_id AND parent.visibility = 'published'))
  WHERE question.kind = 'question'
  GROUP BY question.id, question.author_id, question.created_at
) AS facts
WHERE facts.id = questions.id
"""

STATUS = """
UPDATE questions SET status = CASE
  WHEN solved_at IS NOT NULL THEN 'solved'
  WHEN questions.ended_at IS NOT NULL
    OR EXISTS (SELECT 1 FROM closures WHERE closures.question_id = questions.id) THEN 'closed'
  WHEN support_since IS NOT NULL THEN 'support'
  WHEN first_answer_at IS NOT NULL THEN 'answered'
  ELSE 'open' END
"""

MISSING_BOARD_STATS = """
INSERT INTO board_stats
  (board_id, open_count, answered_count, solved_count, support_count, closed_count)
SELECT boards.id, 0, 0, 0, 0, 0 FROM boards
WHERE NOT EXISTS (SELECT 1 FROM board_stats WHERE board_stats.board_id = boards.id)
"""

_PUBLISHED_WITH_STATUS = """
    (SELECT count(*) FROM questions JOIN posts ON posts.id = questions.id
     WHERE questions.place_id = board_stats.board_id AND questions.status = '{status}'
       AND posts.visibility = 'published')"""

BOARD_STATS = "UPDATE board_stats SET" + ",".join(
    f"\n  {status}_count ={_PUBLISHED_WITH_STATUS.format(status=status)}" for status in STATUSES
)

_TAG_TOTALS = """
  SELECT post_tags.tag_id, questions.place_id AS board_id, count(*) AS questions_count
  FROM post_tags
  JOIN posts ON posts.id = post_tags.post_id
  JOIN questions ON questions.id = posts.id
  WHERE posts.visibility = 'published'
  GROUP BY post_tags.tag_id, questions.place_id
"""

STALE_TAG_COUNTS = "UPDATE board_tag_counts SET questions_count = 0"

TAG_COUNTS = f"""
INSERT INTO board_tag_counts (tag_id, board_id, questions_count)
SELECT tag_id, board_id, questions_count FROM ({_TAG_TOTALS}) AS totals WHERE true
ON CONFLICT (tag_id, board_id) DO UPDATE SET questions_count = excluded.questions_count
"""

# Only what is public counts, and an own answer counts for nobody (see ``questions.standing``).
USERS = """
UPDATE users SET
  kudos_count = coalesce(
    (SELECT sum(posts.kudos_count) FROM posts
     JOIN posts AS root ON root.id = posts.root_id
     LEFT JOIN posts AS parent ON parent.id = posts.parent_id
     WHERE posts.author_id = users.id AND posts.visibility IN ('published', 'merged')
       AND root.visibility = 'published'
       AND coalesce(parent.visibility, 'published') = 'published'), 0),
  solved_count =
    (SELECT count(*) FROM acceptances
     JOIN posts AS answer ON answer.id = acceptances.answer_id
     JOIN posts AS question ON question.id = acceptances.question_id
     WHERE answer.author_id = users.id
       AND coalesce(acceptances.asker_id, question.author_id) <> users.id
       AND answer.visibility = 'published' AND question.visibility = 'published')
"""

STEPS: dict[str, tuple[str, ...]] = {
    "posts": (POSTS,),
    "questions": (QUESTIONS, STATUS),
    "boards": (MISSING_BOARD_STATS, BOARD_STATS),
    "tags": (STALE_TAG_COUNTS, TAG_COUNTS),
    "users": (USERS,),
}


def rebuild_totals() -> Iterator[tuple[str, float]]:
    """Rebuild all that plain SQL can; yields what was done and the seconds it took.

    Nothing is left to do after an interruption but to run it again.
    """
    for name, statements in STEPS.items():
        started = time.monotonic()
        with transaction():
            for statement in statements:
                db.session.execute(text(statement))
        yield name, time.monotonic() - started
    started = time.monotonic()
    with transaction():
        rebuild_topics()
    yield "best answers on topics", time.monotonic() - started
    started = time.monotonic()
    with transaction():
        rebuild_waits(clock.now())
    yield "waits for a first answer", time.monotonic() - started


def rebuild_all() -> Iterator[tuple[str, float]]:
    """Rebuild totals, then the excerpts, which are cut from the stored HTML."""
    yield from rebuild_totals()
    started = time.monotonic()
    rebuild_excerpts()
    yield "excerpts", time.monotonic() - started


def rebuild_waits(now: datetime) -> None:
    """Set each board's median wait, in minutes, for a first answer to questions of 30 days.

    Questions nobody else has answered yet are left out. The transaction is the caller's.
    """
    waits: dict[int, list[float]] = defaultdict(list)
    answered = select(Question.place_id, Question.asked_at, Question.first_answer_at).where(
        Question.visibility == "published",
        Question.asked_at > now - timedelta(days=WAIT_DAYS),
        Question.first_answer_at.is_not(None),
    )
    for board_id, asked_at, first_answer_at in db.session.execute(answered):
        wait = (first_answer_at or asked_at) - asked_at
        waits[board_id].append(max(0.0, wait.total_seconds() / 60))
    db.session.execute(update(BoardStats).values(first_answer_minutes=None))
    for board_id, minutes in waits.items():
        median = round(statistics.median(minutes))
        db.session.execute(
            update(BoardStats)
            .where(BoardStats.board_id == board_id)
            .values(first_answer_minutes=median)
        )


def refresh_waits() -> None:
    """Bring the boards' waits up to date (periodic task)."""
    rebuild_waits(clock.now())


def rebuild_excerpts() -> None:
    """Cut all excerpts anew, a batch a transaction."""
    last_id = 0
    while True:
        with transaction():
            batch = db.session.execute(
                select(Question.id, Question.html, Question.excerpt)
                .where(Question.id > last_id)
                .order_by(Question.id)
                .limit(EXCERPT_BATCH)
            ).all()
            _store_excerpts([(i, html, excerpt) for i, html, excerpt in batch])
        if not batch:
            return
        last_id = batch[-1][0]


def _store_excerpts(batch: list[tuple[int, str, str]]) -> None:
    table = Question.__table__
    for question_id, html, excerpt in batch:
        fresh = excerpt_of(html)
        if fresh != excerpt:
            db.session.execute(
                update(table).where(table.c.id == question_id).values(excerpt=fresh)  # type: ignore[arg-type]
            )

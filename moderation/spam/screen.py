"""What the spam score makes of a text before it is published."""

import time

from community.core.authz import is_staff
from community.core.db import time_limit
from community.posts.screening import HOLD, REVIEW, Finding, Submission
from moderation.spam.bayes import HELD, REVIEWED
from moderation.spam.operations.scoring import score_text
from moderation.spam.queries import Place, has_learned

CODE = "spam"
# Posting waits for it. A score that takes longer is given up, and a person looks instead.
LONGEST_SECONDS = 0.5


class ScoringTooSlow(RuntimeError):
    """A score took longer than an author can wait for it."""


def screen_spam(submission: Submission) -> Finding | None:
    """Say that a text looks like spam: 75 and more wait, from 60 on somebody looks afterwards.

    Raises whatever a broken model brings, which lets the text wait for a person.
    """
    if is_staff(submission.author, submission.board_id) or not has_learned():
        return None
    begun = time.monotonic()
    place = Place(submission.kind, submission.language, submission.question_id)
    with time_limit(LONGEST_SECONDS):
        score = score_text(
            submission.author,
            submission.title,
            submission.body,
            place=place,
            post_id=submission.post_id,
        )
    if time.monotonic() - begun > LONGEST_SECONDS:
        raise ScoringTooSlow()
    return finding_of(score)


def finding_of(score: int | None) -> Finding | None:
    """Return what a score asks for."""
    if score is None or score < REVIEWED:
        return None
    return Finding(CODE, HOLD if score >= HELD else REVIEW, score)

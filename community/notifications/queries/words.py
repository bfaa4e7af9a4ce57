"""What a mail quotes: the start of the post, or the words that came with an event."""

from sqlalchemy import select

from community.core import markup
from community.core.db import db
from community.notifications.queries.entries import Entry
from community.posts.models import Post
from community.questions.models import Answer, InfoRequest, Question

EXCERPT_CHARS = 300


def offers_answer(entry: Entry, reader_id: int) -> bool:
    """Say whether a mail tells who asked of an answer that they could accept."""
    if entry.kind not in ("answer", "mention"):
        return False
    asked = select(Question.id).where(
        Question.id == entry.question_id,
        Question.author_id == reader_id,
        Question.is_locked.is_(False),
    )
    answer = select(Answer.id).where(Answer.id == entry.post_id)
    return None not in (db.session.scalar(asked), db.session.scalar(answer))


def get_words(entry: Entry) -> str:
    """Return what a mail quotes as plain text on one line; empty where there is nothing to add.

    The caller has checked that the reader may see the post.
    """
    if entry.kind == "info_request":
        note = db.session.scalar(
            select(InfoRequest.note)
            .where(InfoRequest.question_id == entry.question_id)
            .order_by(InfoRequest.id.desc())
            .limit(1)
        )
        return markup.excerpt(note or "", EXCERPT_CHARS)
    if entry.kind in ("answer", "comment", "mention", "new_question"):
        html = db.session.scalar(select(Post.html).where(Post.id == entry.post_id))
        return markup.excerpt(markup.stored(html or ""), EXCERPT_CHARS)
    return ""

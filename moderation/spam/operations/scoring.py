"""Scoring a text before it is published, or a post that is stored."""

from community.core import clock
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.posts.models import Post
from moderation.spam.bayes import score_of
from moderation.spam.hashing import opened_salt
from moderation.spam.queries import (
    Place,
    evidence_in,
    get_model,
    read_post,
    read_text,
)


def score_text(
    author: User, title: str, body: str, *, place: Place, post_id: int | None = None
) -> int | None:
    """Return how much a text looks like spam, from 0 to 100; None while too little was learned.

    Raises what a broken model brings: the caller lets the text go to review then.
    """
    model = get_model()
    if model is None or not model.totals.are_enough:
        return None
    salt = opened_salt(model.salt)
    reading = read_text(
        author, title, body, at=clock.now(), salt=salt, place=place, post_id=post_id
    )
    return score_of(evidence_in(model, reading), model.scale)


def score_of_post(post_id: int) -> int | None:
    """Return the score of a post as it was when it was written; None while too little was learned.

    Raises ``NotFound``, and what ``score_text`` raises.
    """
    post = db.session.get(Post, post_id)
    if post is None:
        raise NotFound()
    model = get_model()
    if model is None or not model.totals.are_enough:
        return None
    reading = read_post(post, opened_salt(model.salt))
    return score_of(evidence_in(model, reading), model.scale)

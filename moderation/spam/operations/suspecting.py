"""Opening the case of a post that may be spam; who finds more adds to it."""

from typing import Any

from community.core.db import db
from community.posts.models import Post
from moderation.cases.operations import open_case
from moderation.cases.queries import get_case_of_source
from moderation.spam.bayes import REVIEWED

KIND = "spam"


def note_score(post_id: int, score: int) -> None:
    """Have a moderator look at a post because of its score."""
    _open(post_id, {"score": score})


def note_service(post_id: int, name: str) -> None:
    """Have a moderator look at a post because a service knows it, or its author, for spam."""
    _open(post_id, {"services": [name]})


def _open(post_id: int, found: dict[str, Any]) -> None:
    post = db.session.get(Post, post_id)
    if post is None:
        return
    source = f"{KIND}:{post_id}"
    known = get_case_of_source(source)
    evidence = _joined(known.evidence if known else {}, found)
    open_case(
        KIND,
        source,
        subject_ids=[post.author_id],
        evidence=evidence,
        post_id=post_id,
        priority=int(evidence.get("score", REVIEWED)),
    )


def _joined(known: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    services = sorted({*known.get("services", []), *found.get("services", [])})
    joined = {**known, **found}
    return {**joined, "services": services} if services else joined

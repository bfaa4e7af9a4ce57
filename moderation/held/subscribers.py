"""Reactions to held posts: a case for each, by what weighs most, gone when the post is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.db import db
from community.events import PostHeld, PostSuspected, PostVisibilityChanged
from community.posts.models import HeldPost, Post
from moderation.cases.operations import drop_case, open_case
from moderation.held.queries import list_waiting_sources

SPAM, FIRST_POST, HELD, WORD = "spam", "first_post", "held", "word"
NEWCOMER = "newcomer"
# What says that somebody is new here or where something was written, and nothing of the text.
RULES = frozenset({"first_post", "board", "board_newcomers"})
# Before these come what was reported and what looks like spam.
PRIORITIES = {NEWCOMER: 0, FIRST_POST: 10, WORD: 30, HELD: 30}


def on_post_held(event: PostHeld, *, event_id: int) -> None:
    """Open the case of a post that waits, or bring it up to date; one that is out has none."""
    hold, post = db.session.get(HeldPost, event.post_id), db.session.get(Post, event.post_id)
    if hold is None or post is None or post.visibility != "held":
        return
    kind, score = _kind_of(hold.findings)
    open_case(
        kind,
        # It may be held again when it was published and edited: then it is another case.
        f"held:{post.id}:{int(hold.held_at.timestamp() * 1_000_000)}",
        subject_ids=[post.author_id],
        evidence=_evidence(hold.findings, score),
        post_id=post.id,
        priority=score or PRIORITIES[kind],
    )


def _kind_of(findings: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    scores = [int(found["score"]) for found in findings if found["code"] == SPAM]
    if scores:
        return SPAM, max(scores)
    codes = {found["code"] for found in findings}
    return (FIRST_POST if codes == {FIRST_POST} else HELD), 0


def _evidence(findings: Sequence[Mapping[str, Any]], score: int) -> dict[str, Any]:
    return {
        "codes": sorted({found["code"] for found in findings}),
        "words": sorted({found["reference"] for found in findings if found["reference"]}),
        "score": score,
        "by_rule": {found["code"] for found in findings} <= RULES,
    }


def on_post_suspected(event: PostSuspected, *, event_id: int) -> None:
    """Have a moderator look at a published post with a watched word, or of a new member."""
    found = [each for each in event.findings if each["code"] in (WORD, FIRST_POST)]
    post = db.session.get(Post, event.post_id)
    if not found or post is None or not post.is_published:
        return
    kind = WORD if any(each["code"] == WORD for each in found) else NEWCOMER
    open_case(
        kind,
        f"{kind}:{post.id}:{event_id}",
        subject_ids=[post.author_id],
        evidence=_evidence(found, 0),
        post_id=post.id,
        priority=PRIORITIES[kind],
    )


def on_visibility_changed(event: PostVisibilityChanged, *, event_id: int) -> None:
    """Drop the case of a post that does not wait, or does not stand there, any more."""
    post = db.session.get(Post, event.post_id)
    if post is None:
        return
    over = [] if post.visibility == "held" else [HELD]
    over += [] if post.is_published else [WORD, NEWCOMER]
    for source in list_waiting_sources(event.post_id, *over):
        drop_case(source, f"post {post.visibility}")


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    PostHeld: [on_post_held],
    PostSuspected: [on_post_suspected],
    PostVisibilityChanged: [on_visibility_changed],
}

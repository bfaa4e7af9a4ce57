"""Reactions to pictures, and to appeals about those that were taken down."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.authz import SYSTEM
from community.core.db import db
from community.events import AppealDecided, ImageAdded
from community.identity.queries import get_user
from community.posts.limits import is_newcomer_on
from community.posts.models import Attachment, Post
from moderation.cases.models import ModerationCase
from moderation.cases.operations import open_case
from moderation.images.kinds import EVIDENCE, undo_image
from moderation.sanctions.models import IMAGE_REMOVED, Statement

OVERTURNED = "overturned"
# As the audit log keeps it; what the appeal was answered stands with the appeal.
REASON = "An appeal was right."


def on_image_added(event: ImageAdded, *, event_id: int) -> None:
    """Let a moderator look at a picture that somebody shows who is new on the board.

    Where its post waits, whoever judges that sees the picture in it: one case is enough.
    """
    image = db.session.get(Attachment, event.attachment_id)
    post = db.session.get(Post, image.post_id) if image is not None and image.post_id else None
    author = get_user(event.author_id)
    if image is None or post is None or author is None or post.visibility == "held":
        return
    if is_newcomer_on(author, post.board_id):
        open_case(
            "image",
            f"image:{image.id}",
            subject_ids=[author.id],
            evidence={EVIDENCE: image.id},
            post_id=post.id,
        )


def on_appeal_decided(event: AppealDecided, *, event_id: int) -> None:
    """Bring a picture back that should not have been taken down."""
    statement = db.session.get(Statement, event.statement_id)
    if event.outcome != OVERTURNED or statement is None or statement.measure != IMAGE_REMOVED:
        return
    case = db.session.get(ModerationCase, statement.case_id) if statement.case_id else None
    if case is not None:
        undo_image(SYSTEM, case, REASON)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    ImageAdded: [on_image_added],
    AppealDecided: [on_appeal_decided],
}

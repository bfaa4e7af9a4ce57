"""Build suggested changes through the product's own operations."""

from community.core.db import db, transaction
from community.events.edits import EditSuggested
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit
from community.posts.screening import Finding, Submission, Verdict
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import keep_edit, suggest_edit
from community.questions.operations.versions import EditForm
from community.questions.queries.texts import texts_of
from moderation.cases.models import ModerationCase
from moderation.cases.queries import get_case_of_source
from moderation.edits.subscribers import on_edit_suggested

BODY = "Switch flight mode on, wait for a minute, then switch it off again."


def make_suggestion(
    actor: User, post: Post, body: str = BODY, *, note: str = "Clearer", **texts: str
) -> SuggestedEdit:
    """Suggest another text of a post; title and tags stay unless they are given."""
    with transaction():
        question = lock_question(post.root_id or post.id)
        post = question if post.id == question.id else db.session.get_one(Post, post.id)
        now = texts_of(post)
        form = {"title": now.title, "tags": now.tag_line, **texts}
        return suggest_edit(actor, question, post, EditForm(body=body, note=note, **form))


def hold_edit(
    actor: User, post: Post, body: str = BODY, code: str = "screen_failed"
) -> SuggestedEdit:
    """Let an edit of a post wait for a moderator, as if its screening had found something."""
    with transaction():
        question = lock_question(post.root_id or post.id)
        post = question if post.id == question.id else db.session.get_one(Post, post.id)
        now = texts_of(post)
        sent = Submission(
            author=actor,
            board_id=post.board_id,
            kind=post.kind,
            language=post.language,
            title=now.title,
            body=body,
            tags=now.tags,
            post_id=post.id,
        )
        return keep_edit(actor, question, post, Verdict("held", (Finding(code),), sent), "")


def open_case_of(suggestion_id: int) -> ModerationCase:
    """Open the case of a change that waits, without waiting for the worker."""
    with transaction():
        made = db.session.get_one(SuggestedEdit, suggestion_id)
        ids = (made.id, made.post_id, made.post_id, made.author_id)
        on_edit_suggested(EditSuggested(*ids, made.is_held), event_id=0)
        case = get_case_of_source(f"edit:{made.id}")
        assert case is not None
        return case

"""Reactions to changes that wait: a case for each, gone when it is decided elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from community.core.db import db
from community.core.errors import Conflict, NotFound
from community.events import AppealDecided, PostEdited, PostVisibilityChanged
from community.events.edits import EditDecided, EditSuggested
from community.posts.models import Post, SuggestedEdit
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import outdate_suggestions
from moderation.cases.models import ModerationCase
from moderation.cases.operations import drop_case, open_case
from moderation.edits.kinds import EDIT, HELD_EDIT
from moderation.edits.operations import publish_refused
from moderation.sanctions.models import EDIT_REFUSED, Statement

# Before what others only wish to be better comes what nobody can read yet.
PRIORITIES = {EDIT: 0, HELD_EDIT: 30}
OVERTURNED = "overturned"


def on_edit_suggested(event: EditSuggested, *, event_id: int) -> None:
    """Open the case of a change that waits; one that was decided meanwhile has none."""
    suggestion = db.session.get(SuggestedEdit, event.suggestion_id)
    if suggestion is None or not suggestion.is_waiting:
        return
    kind = HELD_EDIT if suggestion.is_held else EDIT
    open_case(
        kind,
        _source(suggestion.id),
        subject_ids=[suggestion.author_id],
        evidence={
            "suggestion": suggestion.id,
            "codes": sorted({found["code"] for found in suggestion.findings}),
        },
        post_id=suggestion.post_id,
        priority=PRIORITIES[kind],
    )


def on_edit_decided(event: EditDecided, *, event_id: int) -> None:
    """Drop the case of a change that its post's author decided, or that is no more."""
    drop_case(_source(event.suggestion_id), f"edit {event.outcome}")


def _source(suggestion_id: int) -> str:
    return f"edit:{suggestion_id}"


def on_post_changed(event: PostEdited | PostVisibilityChanged, *, event_id: int) -> None:
    """Give up changes that do not fit a post any more, or whose post is gone."""
    waits = select(SuggestedEdit.id).where(
        SuggestedEdit.post_id == event.post_id, SuggestedEdit.state == "waiting"
    )
    if db.session.scalar(waits.limit(1)) is None:
        return
    post = db.session.get_one(Post, event.post_id)
    question = lock_question(post.root_id or post.id)
    db.session.refresh(post)
    outdate_suggestions(question, post)


def on_appeal_decided(event: AppealDecided, *, event_id: int) -> None:
    """Publish a change that should not have been refused, where the post still has room for it."""
    statement = db.session.get(Statement, event.statement_id)
    if event.outcome != OVERTURNED or statement is None or statement.measure != EDIT_REFUSED:
        return
    case = db.session.get(ModerationCase, statement.case_id) if statement.case_id else None
    if case is not None:
        # What the post has outgrown, or what was forgotten, its author may write anew.
        with suppress(Conflict, NotFound), db.session.begin_nested():
            publish_refused(case)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    EditSuggested: [on_edit_suggested],
    EditDecided: [on_edit_decided],
    AppealDecided: [on_appeal_decided],
    PostEdited: [on_post_changed],
    PostVisibilityChanged: [on_post_changed],
}

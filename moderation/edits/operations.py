"""What a decision about a change that waits does."""

from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import accept_suggestion, reject_suggestion
from moderation.cases.kinds import Decision
from moderation.cases.models import ModerationCase

ACCEPT, REFUSE = "accept", "refuse"


def decide_edit(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Publish a change, or refuse it: who made it reads the note; the thread is locked.

    Raises ``SuggestionDecided``, ``SuggestionOutdated``.
    """
    suggestion = get_suggestion_of(case)
    question, post = get_place_of(suggestion)
    if decision.key == ACCEPT:
        accept_suggestion(actor, question, post, suggestion)
    else:
        reject_suggestion(actor, question, post, suggestion, note)


def get_suggestion_of(case: ModerationCase) -> SuggestedEdit:
    """Return the change a case is about; raises ``NotFound`` where it was forgotten."""
    suggestion_id = case.evidence["suggestion"]
    found = db.session.get(SuggestedEdit, suggestion_id, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def get_place_of(suggestion: SuggestedEdit) -> tuple[Question, Post]:
    """Return question and post of a change; the question's row is locked."""
    post = db.session.get_one(Post, suggestion.post_id, populate_existing=True)
    question = lock_question(post.root_id or post.id)
    return question, question if post.id == question.id else post

"""What a decision about a change that waits does."""

from community.core.authz import SYSTEM, Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import (
    accept_suggestion,
    reject_suggestion,
    revive_suggestion,
)
from moderation.cases.kinds import Decision
from moderation.cases.models import ModerationCase
from moderation.sanctions.models import EDIT_REFUSED
from moderation.sanctions.operations.statements import issue_statement, undo_statement
from moderation.sanctions.queries.statements import list_statements_of_case

ACCEPT, REFUSE = "accept", "refuse"
# Who is new and where it was written; everything else a check found in the text.
BY_RULE = frozenset({"first_post", "board", "board_newcomers"})


def decide_edit(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Publish a change, or refuse it: who made it reads the note; the thread is locked.

    Who broke a rule with it is told as of a hidden post, and may appeal. Raises
    ``SuggestionDecided``, ``SuggestionOutdated``.
    """
    suggestion = get_suggestion_of(case)
    question, post = get_place_of(suggestion)
    if decision.key == ACCEPT:
        accept_suggestion(actor, question, post, suggestion)
    else:
        reject_suggestion(actor, question, post, suggestion, note)
        if decision.is_violation:
            _tell(actor, case, suggestion, rule, note)


def _tell(
    actor: User, case: ModerationCase, suggestion: SuggestedEdit, rule: str, facts: str
) -> None:
    issue_statement(
        actor,
        user_id=suggestion.author_id,
        measure=EDIT_REFUSED,
        rule=rule,
        facts=facts,
        post_id=suggestion.post_id,
        automated=not BY_RULE.issuperset(case.evidence["codes"]),
        case_id=case.id,
    )


def undo_refusal(actor: User, case: ModerationCase, note: str) -> None:
    """Publish after all what was refused; raises as ``decide_edit`` does, and ``NotFound``."""
    publish_refused(case, actor)
    for statement in list_statements_of_case(case.id):
        undo_statement(actor, statement.id, note)


def publish_refused(case: ModerationCase, actor: Viewer = SYSTEM) -> None:
    """Make a post say what was refused; raises ``SuggestionDecided``, ``SuggestionOutdated``.

    A change that was forgotten meanwhile raises ``NotFound``.
    """
    suggestion = get_suggestion_of(case)
    question, post = get_place_of(suggestion)
    revive_suggestion(actor, question, post, suggestion)


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

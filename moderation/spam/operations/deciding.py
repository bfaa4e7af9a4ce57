"""What a decision about a spam suspect does to the post; what it teaches, events bring about."""

from community.core.db import db
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import change_visibility, hide_post, restore_post
from moderation.cases.kinds import Decision
from moderation.cases.models import ModerationCase
from moderation.sanctions.models import POST_HIDDEN
from moderation.sanctions.operations.statements import issue_statement
from moderation.spam.queries import SPAM_RULE


def decide_spam(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Hide what is spam, publish what was held and is not; its question's row is locked."""
    question, post = _thread_of(case)
    if decision.is_violation and post.visibility in ("published", "held"):
        hide_post(actor, question, post, note)
        issue_statement(
            actor,
            user_id=post.author_id,
            measure=POST_HIDDEN,
            rule=rule or SPAM_RULE,
            facts=note,
            post_id=post.id,
            # Decided by a person, but found by the score.
            automated=True,
            case_id=case.id,
        )
    elif not decision.is_violation and post.visibility == "held":
        change_visibility(actor, question, post, "published", note)


def undo_spam(actor: User, case: ModerationCase, note: str) -> None:
    """Bring back what a decision hid, unless somebody removed it otherwise since."""
    question, post = _thread_of(case)
    if post.visibility == "hidden":
        restore_post(actor, question, post, note)


def _thread_of(case: ModerationCase) -> tuple[Question, Post]:
    assert case.post_id is not None
    post = db.session.get_one(Post, case.post_id, populate_existing=True)
    return lock_question(post.root_id or post.id), post

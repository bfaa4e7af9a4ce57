"""Writing where a mail about a post was answered: exactly what the page's forms do."""

from community.core.errors import Conflict
from community.identity.models import User
from community.posts.models import Post
from community.questions.operations.answers import post_answer, post_comment
from community.questions.operations.questions import lock_question
from community.questions.queries.replying import get_reply_place


def reply_to_post(actor: User, post_id: int, body: str) -> Post:
    """Post a reply to a post as the answer or comment that it is; it may be held.

    Raises ``NotFound`` and what ``post_answer`` and ``post_comment`` raise.
    """
    seen = get_reply_place(actor, post_id)
    lock_question(seen.question.id)
    # It may have moved while we waited for the lock.
    place = get_reply_place(actor, post_id)
    if place.question.id != seen.question.id:
        raise Conflict()
    if place.is_answer:
        return post_answer(actor, place.question, body)
    return post_comment(actor, place.question, place.parent, body)

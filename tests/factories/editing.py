"""Changing what was written, as its edit form does."""

from typing import Any

from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.edits import edit_post
from community.questions.operations.versions import EditForm


def edit_question(actor: User, question: Question, **texts: Any) -> bool:
    """Change a locked question within the caller's transaction; ``texts`` are the form's fields."""
    return edit_post(actor, question, question, EditForm(**texts))


def edit_reply(actor: User, question: Question, post: Post, **texts: Any) -> bool:
    """Change an answer or a comment of a locked question."""
    return edit_post(actor, question, post, EditForm(**texts))

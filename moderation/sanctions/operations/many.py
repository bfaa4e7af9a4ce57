"""Statements about many posts of one member at once.

Each post has its own, with its own appeal. But the member is told by one letter, the one about the
account, rather than by a thousand.
"""

from sqlalchemy import update

from community.core import clock
from community.core.authz import Viewer, require
from community.core.db import count_changed
from community.posts.models import Post
from moderation.sanctions.models import POST_HIDDEN, Statement
from moderation.sanctions.operations.statements import check_statement, word_statement
from moderation.sanctions.policies import can_issue_statement
from moderation.sanctions.queries.statements import find_statement_of_removal, get_newest_removal


def state_hiding(actor: Viewer, post: Post, *, rule: str, facts: str, automated: bool) -> None:
    """Keep why a post was just hidden; the second time changes nothing. Raises ``NotAllowed``."""
    require(can_issue_statement(actor))
    removal = get_newest_removal(post.id, POST_HIDDEN)
    if removal is None or find_statement_of_removal(removal.id) is not None:
        return
    statement = Statement(
        user_id=post.author_id,
        measure=POST_HIDDEN,
        rule=rule,
        facts=check_statement(POST_HIDDEN, rule, facts),
        automated=automated,
        post_id=post.id,
        removal_id=removal.id,
    )
    word_statement(actor.viewer_id, statement)


def withdraw_hiding(actor: Viewer, removal_id: int) -> None:
    """Note that a post is about to be shown again: its statement stands no longer."""
    require(can_issue_statement(actor))
    standing = update(Statement).where(
        Statement.removal_id == removal_id, Statement.undone_at.is_(None)
    )
    count_changed(standing.values(undone_at=clock.now()))

"""How much one member may write. Source: product rules 2.3 (newcomer limits)."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from community.core import clock
from community.core.authz import is_staff
from community.core.db import db
from community.core.settings import current_settings
from community.identity.models import User
from community.posts.errors import WritingTooFast
from community.posts.models import Post

DAY = timedelta(days=1)
POSTS_PER_DAY = 200


def check_question_limit(actor: User) -> None:
    """Raise ``WritingTooFast`` when the member has asked enough for today."""
    settings = current_settings()
    if is_staff(actor) or not settings.rate_limits:
        return
    newcomer = clock.now() - actor.created_at < DAY
    limit = settings.questions_first_day if newcomer else settings.questions_per_day
    _check(_recent_posts(actor).where(Post.kind == "question"), limit)


def check_post_limit(actor: User) -> None:
    """Raise ``WritingTooFast`` when the member has answered and commented enough for today."""
    settings = current_settings()
    if is_staff(actor) or not settings.rate_limits:
        return
    newcomer = clock.now() - actor.created_at < DAY
    limit = settings.posts_first_day if newcomer else POSTS_PER_DAY
    _check(_recent_posts(actor).where(Post.kind != "question"), limit)


def _recent_posts(actor: User) -> Select[datetime]:
    since = clock.now() - DAY
    return select(Post.created_at).where(Post.author_id == actor.id, Post.created_at > since)


def _check(recent: Select[datetime], limit: int) -> None:
    # Reads at most `limit` index entries, however much the member has ever written.
    found = select(func.count()).select_from(recent.limit(limit).subquery())
    if db.session.scalar(found) == limit:
        raise WritingTooFast(retry_after_seconds=3600)

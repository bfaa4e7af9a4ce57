"""How much and how fast one member may write, and what newcomers may put into a text.

Staff are exempt, those of one board on that board, and so is everything that does not come by these
operations (imports, the demo).
Source: product rules 2.3 (newcomer limits) and row A9.
"""

from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, func, select

from community.core import clock, markup
from community.core.authz import is_staff
from community.core.db import AnySelect, db
from community.core.privileges import Privilege
from community.core.settings import Settings, current_settings
from community.identity.models import User
from community.identity.privileges import has_privilege, missing_words
from community.posts.errors import (
    EnoughRepliesHere,
    SlowedDown,
    TextRepeated,
    UnfitText,
    WritingTooFast,
    WritingTooSoon,
)
from community.posts.models import Post
from community.posts.policies import NEWCOMER_POSTS, is_first_day, is_newcomer, is_trusted

DAY = timedelta(days=1)
POSTS_PER_DAY = 200
# "Thank you!" may be said to two people.
SHORTEST_REPEATED_CHARS = 20

IS_QUESTION: ColumnElement[bool] = Post.kind == "question"
IS_REPLY: ColumnElement[bool] = Post.kind != "question"


def check_question_limit(actor: User, board_id: int, body: str) -> None:
    """Raise ``WritingTooFast`` or ``UnfitText`` when the member may not ask this now."""
    settings = current_settings()
    if _is_exempt(actor, board_id, settings):
        return
    is_new = _is_newcomer(actor, board_id)
    _check_links(actor, board_id, body, is_new=is_new)
    _check_images(body, settings)
    pause_seconds = settings.question_pause_seconds
    per_day = settings.questions_per_day
    if is_new:
        _check_excess(body, settings)
        pause_seconds = settings.newcomer_question_pause_seconds
        per_day = settings.questions_first_day if is_first_day(actor) else per_day
    _check_pause(actor, IS_QUESTION, pause_seconds)
    _check_day(actor, IS_QUESTION, per_day)
    _check_repetition(actor, body, settings)


def check_reply_limit(actor: User, board_id: int, root_id: int, body: str) -> None:
    """Raise ``WritingTooFast`` or ``UnfitText`` when an answer or comment may not be written now.

    ``root_id`` is the question it belongs to.
    """
    settings = current_settings()
    if _is_exempt(actor, board_id, settings):
        return
    is_new = _is_newcomer(actor, board_id)
    _check_links(actor, board_id, body, is_new=is_new)
    _check_images(body, settings)
    pause_seconds, per_day = settings.post_pause_seconds, POSTS_PER_DAY
    if is_new:
        _check_excess(body, settings)
        _check_room_for_others(actor, root_id, settings.newcomer_replies_per_question)
        pause_seconds = settings.newcomer_post_pause_seconds
        per_day = settings.posts_first_day if is_first_day(actor) else per_day
    _check_pause(actor, IS_REPLY, pause_seconds)
    _check_day(actor, IS_REPLY, per_day)
    _check_repetition(actor, body, settings)


def check_pause_here(actor: User, board_id: int, root_id: int, minutes: int) -> None:
    """Raise ``SlowedDown`` where the member wrote below this question less than so long ago."""
    if is_staff(actor, board_id):
        return
    newest = db.session.scalar(
        select(func.max(Post.created_at)).where(
            Post.root_id == root_id, Post.author_id == actor.id, IS_REPLY
        )
    )
    left = timedelta() if newest is None else newest + timedelta(minutes=minutes) - clock.now()
    if left > timedelta():
        raise SlowedDown(retry_after_seconds=_seconds(left))


def check_text_limit(actor: User, board_id: int, body: str) -> None:
    """Raise ``UnfitText`` when an edited text holds more than newcomers may put into one."""
    settings = current_settings()
    if _is_exempt(actor, board_id, settings):
        return
    is_new = _is_newcomer(actor, board_id)
    _check_links(actor, board_id, body, is_new=is_new)
    _check_images(body, settings)
    if is_new:
        _check_excess(body, settings)


def _is_exempt(actor: User, board_id: int, settings: Settings) -> bool:
    return is_staff(actor, board_id) or not settings.rate_limits


def is_newcomer_on(member: User, board_id: int | None) -> bool:
    """Say whether a member is new on a board, or on the whole site (None)."""
    return _is_newcomer(member, board_id)


def _is_newcomer(actor: User, board_id: int | None) -> bool:
    published = (
        select(Post.id)
        .where(Post.author_id == actor.id, Post.visibility == "published")
        .limit(NEWCOMER_POSTS)
    )
    return is_newcomer(actor, _count(published), board_id)


def _check_links(actor: User, board_id: int, body: str, *, is_new: bool) -> None:
    settings = current_settings()
    if is_new or is_trusted(actor, board_id) or has_privilege(actor, Privilege.LINKS, board_id):
        return
    if _count_links(body, settings) > settings.newcomer_links:
        raise UnfitText(errors={"body": missing_words(Privilege.LINKS, actor)})


def _check_excess(body: str, settings: Settings) -> None:
    if settings.newcomer_excess == "refuse" and (excess := excess_of(body, settings)):
        raise UnfitText(errors={"body": next(iter(excess.values()))})


def excess_of(body: str, settings: Settings) -> dict[str, LazyString]:
    """Return what a newcomer's text holds too much of, with the words that refuse it.

    Source: product rules 2.3.
    """
    links, media = settings.newcomer_links, settings.newcomer_media
    mentions = settings.newcomer_mentions
    found = {
        "links": (
            _count_links(body, settings) > links,
            _l(
                "While you are new here, a text can hold %(num)s links to other sites. "
                "Please leave the others out.",
                num=links,
            ),
        ),
        "media": (
            _count_pictures(body) > media,
            _l(
                "While you are new here, a text can hold %(num)s picture. "
                "Please leave the others out.",
                num=media,
            ),
        ),
        "mentions": (
            len(markup.mentioned_names(body)) > mentions,
            _l(
                "While you are new here, a text can mention %(num)s people. "
                "Please leave the others out.",
                num=mentions,
            ),
        ),
    }
    return {code: words for code, (is_too_much, words) in found.items() if is_too_much}


def _check_images(body: str, settings: Settings) -> None:
    if _count_pictures(body) > settings.images_per_post:
        raise UnfitText(
            errors={
                "body": _l(
                    "A text can hold %(num)s pictures. Please leave the others out.",
                    num=settings.images_per_post,
                )
            }
        )


def _count_pictures(body: str) -> int:
    if markup.PICTURE_ADDRESS not in body:
        return 0
    return len(markup.shown_pictures(markup.render(body)))


def _count_links(body: str, settings: Settings) -> int:
    own_host = urlsplit(settings.site_url).netloc
    return sum(urlsplit(url).netloc != own_host for url in markup.linked_addresses(body))


def _check_room_for_others(actor: User, root_id: int, limit: int) -> None:
    """Let newcomers write without end only where they are the asker."""
    replies = select(Post.id).where(Post.root_id == root_id, Post.author_id == actor.id, IS_REPLY)
    if _count(replies.limit(limit)) < limit:
        return
    if db.session.scalar(select(Post.author_id).where(Post.id == root_id)) == actor.id:
        return
    until_known = actor.created_at + DAY - clock.now()
    raise EnoughRepliesHere(retry_after_seconds=max(3_600, _seconds(until_known)))


def _check_pause(actor: User, kind: ColumnElement[bool], pause_seconds: int) -> None:
    newest = db.session.scalar(
        select(Post.created_at)
        .where(Post.author_id == actor.id, kind)
        .order_by(Post.created_at.desc())
        .limit(1)
    )
    if newest is None:
        return
    left = newest + timedelta(seconds=pause_seconds) - clock.now()
    if left > timedelta():
        raise WritingTooSoon(retry_after_seconds=_seconds(left))


def _check_day(actor: User, kind: ColumnElement[bool], limit: int) -> None:
    # Reads at most `limit` index entries, however much the member has ever written.
    recent = (
        select(Post.created_at)
        .where(Post.author_id == actor.id, Post.created_at > clock.now() - DAY, kind)
        .order_by(Post.created_at.desc())
        .limit(limit)
    )
    written = db.session.scalars(recent).all()
    if len(written) == limit:
        # There is room again when the oldest of these is a day old.
        oldest = written[-1] if written else clock.now()
        raise WritingTooFast(retry_after_seconds=_seconds(oldest + DAY - clock.now()))


def _check_repetition(actor: User, body: str, settings: Settings) -> None:
    if len(body) < SHORTEST_REPEATED_CHARS:
        return
    period = timedelta(minutes=settings.same_text_minutes)
    recent = select(Post.created_at, Post.body).where(
        Post.author_id == actor.id, Post.created_at > clock.now() - period
    )
    wanted = _folded(body)
    for written_at, text in db.session.execute(recent):
        if _folded(text) == wanted:
            raise TextRepeated(retry_after_seconds=_seconds(written_at + period - clock.now()))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _count(rows: AnySelect) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _seconds(left: timedelta) -> int:
    return max(1, ceil(left.total_seconds()))

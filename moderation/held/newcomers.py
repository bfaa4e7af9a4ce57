"""The screen for texts of new members, and for boards where a moderator sees everything first.

Staff, superusers and members from trust level 2 on are known to somebody: of all this only a board
that holds everybody's texts concerns them, and staff not even that. Source: PRODUCT F3, G3, 2.3.
"""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from community.core.authz import is_staff
from community.core.settings import MOST_FIRST_POSTS, current_settings
from community.posts.limits import excess_of
from community.posts.policies import NEWCOMER_POSTS, is_newcomer, is_trusted
from community.posts.screening import HOLD, REVIEW, Finding, Screening, Submission, TextRefused
from moderation.held.models import EVERYBODY, NEWCOMERS
from moderation.held.queries import BoardRules, count_posts, get_board_rules

# Nobody types a question faster. Source: product rules 2.3.
FASTEST_SECONDS = 3.0
# So many first texts of one member may wait; what is more helps nobody to judge them.
MOST_WAITING = MOST_FIRST_POSTS
WAITING = _l(
    "Your first texts still wait for a moderator. When they are out, you can send this; "
    "it stays here until then."
)


def screen_newcomers(sent: Submission) -> Screening:
    """Say what of a text must wait because of who wrote it, or where.

    Raises ``TextRefused`` for one more first text than may wait.
    """
    if is_staff(sent.author, sent.board_id):
        return Screening(sent)
    rules = get_board_rules(sent.board_id)
    codes = list(_codes(sent, rules))
    waits = current_settings().first_posts_review == "before"
    if "first_post" in codes and waits:
        _check_room(sent)
    effects = {"first_post": HOLD if waits else REVIEW}
    return Screening(sent, tuple(Finding(code, effects.get(code, HOLD)) for code in codes))


def _codes(sent: Submission, rules: BoardRules) -> Iterator[str]:
    if rules.held == EVERYBODY:
        yield "board"
    if is_trusted(sent.author, sent.board_id):
        return
    published = count_posts(sent.author.id, "published", NEWCOMER_POSTS)
    if not sent.is_edit:
        yield from _codes_of_first(sent, rules, published)
    if is_newcomer(sent.author, published, sent.board_id):
        if rules.held == NEWCOMERS:
            yield "board_newcomers"
        if current_settings().newcomer_excess == "hold":
            yield from excess_of(sent.body, current_settings())


def _codes_of_first(sent: Submission, rules: BoardRules, published: int) -> Iterator[str]:
    reviewed = current_settings().first_posts_reviewed
    if rules.first_posts is not None:
        reviewed = rules.first_posts
    if published < reviewed:
        yield "first_post"
    typed = sent.typed_seconds
    if not published and typed is not None and typed < FASTEST_SECONDS:
        yield "typed_fast"


def _check_room(sent: Submission) -> None:
    if count_posts(sent.author.id, "held", MOST_WAITING) >= MOST_WAITING:
        raise TextRefused(errors={"body": WAITING})

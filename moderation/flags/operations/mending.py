"""Mending a post that flags have hidden: once, after a pause; it is published again at once."""

from math import ceil

from flask_babel import gettext as _

from community.core import clock
from community.core.authz import SYSTEM, require
from community.core.db import db
from community.core.i18n import speaking
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.edits import change_post
from community.questions.operations.removals import change_visibility
from community.questions.operations.versions import EditForm, version_of
from moderation.flags.errors import MendingTooSoon, NothingMended
from moderation.flags.models import Flag, FlagHiding
from moderation.flags.operations.queueing import open_post_case
from moderation.flags.policies import MENDING_PAUSE, can_mend_post
from moderation.flags.queries import newest_hiding, open_round
from moderation.sanctions.queries.texts import language_of


def access_mending(actor: User, post: Post) -> FlagHiding:
    """Return how the post was hidden that the actor may mend.

    Raises ``NotAllowed``, ``MendingTooSoon``.
    """
    hiding = newest_hiding(post.id)
    require(can_mend_post(actor, post, hiding))
    assert hiding is not None
    left = hiding.hidden_at + MENDING_PAUSE - clock.now()
    if left.total_seconds() > 0:
        raise MendingTooSoon(retry_after_seconds=ceil(left.total_seconds()))
    return hiding


def mend_post(actor: User, question: Question, post: Post, form: EditForm) -> None:
    """Mend a hidden post; its question's row is locked.

    Raises as ``access_mending`` and ``edit_post`` do, and ``NothingMended``.
    """
    hiding = access_mending(actor, post)
    before = version_of(post)
    _publish(question, post)
    change_post(actor, question, post, form)
    _note_mending(post, hiding, before)


def _publish(question: Question, post: Post) -> None:
    """Bring the post back first: whoever screens the new text may hold it again."""
    with speaking(language_of(post.author_id)):
        reason = _("You changed it.")
    change_visibility(SYSTEM, question, post, "published", reason)


def _note_mending(post: Post, hiding: FlagHiding, before: str) -> None:
    if version_of(post) == before:
        raise NothingMended(errors={"body": NothingMended.message})
    hiding.mended_at = clock.now()
    db.session.flush()
    waiting = open_round(Flag.post_id == post.id)
    if waiting.flags and waiting.number == hiding.round:
        open_post_case(post, hiding.round)

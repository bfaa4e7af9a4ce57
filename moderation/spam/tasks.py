"""Work that may take a while: on what was learned, and asking services elsewhere."""

from community.core.db import db, forget_changes, transaction
from community.core.jobs import external
from community.core.settings import current_settings
from community.identity.models import User
from community.posts.models import Post
from community.posts.visibility import PUBLISHED
from community.questions.models import Question
from moderation.spam.operations.scoring import list_judged, put_on_scale
from moderation.spam.operations.suspecting import note_service
from moderation.spam.outside import Suspect, services_of


@external
def calibrate_scores() -> None:
    """Put the scale where past decisions allow it (periodic).

    Judging every lesson takes seconds, so no writer waits for it.
    """
    judged = list_judged()
    forget_changes()
    with transaction():
        put_on_scale(judged)


@external
def ask_service(post_id: int, service: str) -> None:
    """Ask a service about a post, and open a case if it knows that for spam.

    Nothing is asked of a post that is not public any more, nor where the operator turned the
    service off since. Raises ``RequestFailed``: the job is tried again, the post stays.
    """
    chosen = [each for each in services_of(current_settings()) if each.name == service]
    suspect = _suspect(post_id)
    forget_changes()
    if suspect is None or not chosen or not chosen[0].calls_it_spam(suspect):
        return
    with transaction():
        note_service(post_id, service)


def _suspect(post_id: int) -> Suspect | None:
    post = db.session.get(Post, post_id)
    author = db.session.get(User, post.author_id) if post else None
    if post is None or author is None or post.visibility != PUBLISHED or author.erased_at:
        return None
    return Suspect(
        kind=post.kind,
        title=post.title if isinstance(post, Question) else "",
        body=post.body,
        language=post.language,
        author_name=author.display_name,
        author_email=author.email,
    )

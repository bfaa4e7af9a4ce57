"""Work that may take a while: on what was learned, and asking services elsewhere."""

from community.core.db import db, forget_changes, transaction
from community.core.jobs import external
from community.core.settings import current_settings
from community.identity.models import User
from community.posts.models import Post
from community.posts.visibility import PUBLISHED
from community.questions.models import Question
from moderation.spam.operations.calibrating import (
    give_weights,
    list_samples,
    list_weighing_keys,
    put_on_scale,
)
from moderation.spam.operations.suspecting import note_service
from moderation.spam.outside import Suspect, services_of
from moderation.spam.weighing import judge_each, weigh

WEIGHED_AT_ONCE = 100


@external
def calibrate_scores() -> None:
    """Weigh lessons against each other and put the scale where they allow it (periodic).

    That takes seconds, so no writer waits for it; what comes out is written in short steps.
    """
    samples = list_samples()
    # Older lessons than the latest do not count any more.
    given = dict.fromkeys(list_weighing_keys(), 0)
    given.update(zip(samples, weigh(list(samples.values())), strict=True))
    judged = judge_each(list(samples.values()))
    forget_changes()
    keys = list(given)
    for at in range(0, len(keys), WEIGHED_AT_ONCE):
        with transaction():
            give_weights({key: given[key] for key in keys[at : at + WEIGHED_AT_ONCE]})
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

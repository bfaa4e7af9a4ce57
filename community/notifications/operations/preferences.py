"""What a member wants to hear of, and how; leaving a mailing by its token."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select, update

from community.core.authz import is_signed_in, require
from community.core.db import db, insert_ignoring_conflicts
from community.identity.models import User
from community.identity.operations.preferences import Preferences, change_preferences, stop_digest
from community.notifications.models import KINDS, NotificationSetting
from community.notifications.operations.digests import begin_digests
from community.notifications.operations.unread import recount_unread
from community.notifications.tokens import DIGEST, EVERYTHING, Unsubscription
from community.posts.operations import unwatch


class Choice(NamedTuple):
    """By which ways a member hears of one kind."""

    bell: bool
    mail: bool


def save_choices(actor: User, choices: Mapping[str, Choice]) -> None:
    """Store the actor's choices by kind; unknown kinds are ignored."""
    require(is_signed_in(actor))
    for kind in KINDS:
        if kind in choices:
            _store(actor.id, kind, choices[kind]._asdict())
    recount_unread([actor.id])


def save_mail_times(actor: User, times: Preferences) -> None:
    """Store how often the actor wants a digest, and when no mails."""
    require(is_signed_in(actor))
    if times["digest"] != actor.digest:
        begin_digests(actor, times["digest"])
    change_preferences(actor, times)


def stop_mails(what: Unsubscription) -> None:
    """End the watch or the mails that a token names; a second time changes nothing."""
    if db.session.scalar(select(User.id).where(User.id == what.user_id)) is None:
        return
    if what.question_id is not None:
        unwatch(what.user_id, post_id=what.question_id)
    elif what.kind == DIGEST:
        stop_digest(what.user_id)
    else:
        for kind in KINDS if what.kind == EVERYTHING else (what.kind,):
            _store(what.user_id, kind, {"mail": False})


def _store(user_id: int, kind: str, values: Mapping[str, bool]) -> None:
    db.session.execute(
        insert_ignoring_conflicts(NotificationSetting).values(
            user_id=user_id, kind=kind, **{"bell": True, "mail": True, **values}
        )
    )
    db.session.execute(
        update(NotificationSetting)
        .where(NotificationSetting.user_id == user_id, NotificationSetting.kind == kind)
        .values(**values)
        .execution_options(synchronize_session=False)
    )

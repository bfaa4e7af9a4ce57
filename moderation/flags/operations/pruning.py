"""Forgetting flags that were decided long ago, with the cases they led to."""

from datetime import timedelta

from sqlalchemy import delete, exists

from community.core import clock
from community.core.db import db
from moderation.cases.models import CaseSubject, ModerationCase
from moderation.flags.models import Flag
from moderation.flags.operations.queueing import MEMBER_KIND, POST_KIND


def prune_flags(age: timedelta) -> None:
    """Forget flags that were decided so long ago.

    Those of a target that has a case stay: its rounds go on being counted from them.
    """
    of_post = exists().where(
        ModerationCase.kind == POST_KIND, ModerationCase.post_id == Flag.post_id
    )
    of_member = exists().where(
        ModerationCase.kind == MEMBER_KIND,
        CaseSubject.case_id == ModerationCase.id,
        CaseSubject.user_id == Flag.member_id,
    )
    old = Flag.decided_at < clock.now() - age
    db.session.execute(delete(Flag).where(old, ~of_post, ~of_member))

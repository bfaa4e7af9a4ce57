"""Reactions to appeals: flags that led to a wrong decision were wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.db import db
from community.events import AppealDecided
from moderation.cases.models import ModerationCase
from moderation.flags.models import Flag
from moderation.flags.operations.deciding import reject_flags
from moderation.flags.operations.queueing import MEMBER_KIND, POST_KIND
from moderation.sanctions.models import Statement


def on_appeal_decided(event: AppealDecided, *, event_id: int) -> None:
    """Count the flags as wrong that led to a decision which did not stand."""
    statement = db.session.get(Statement, event.statement_id)
    if event.outcome != "overturned" or statement is None or statement.case_id is None:
        return
    case = db.session.get(ModerationCase, statement.case_id)
    if case is None or case.kind not in (POST_KIND, MEMBER_KIND):
        return
    target = (
        Flag.post_id == case.post_id
        if case.kind == POST_KIND
        else Flag.member_id == int(case.evidence["member_id"])
    )
    reject_flags(target, int(case.evidence["round"]))


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    AppealDecided: [on_appeal_decided],
}

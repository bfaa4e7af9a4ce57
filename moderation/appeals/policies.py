"""Who may appeal against a decision, and who may decide about that. Pure."""

from datetime import datetime

from community.core.authz import Viewer, is_moderating, is_signed_in
from moderation.appeals.models import DecisionAppeal
from moderation.sanctions.models import Statement


def can_appeal_decision(viewer: Viewer, statement: Statement, now: datetime) -> bool:
    """Say whether the decision is about the viewer, stands, and is not older than six months.

    A suspended member may: who it is was shown by password or by a mail, not by a session.
    """
    in_time = statement.appeal_until is not None and now <= statement.appeal_until
    mine = viewer.viewer_id is not None and viewer.viewer_id == statement.user_id
    return mine and in_time and not statement.is_undone


def can_decide_appeal(viewer: Viewer, appeal: DecisionAppeal, statement: Statement) -> bool:
    """Say whether the viewer may judge: a person with no part in it, moderating the whole site."""
    if not (is_signed_in(viewer) and is_moderating(viewer)):
        return False
    return viewer.viewer_id not in (appeal.user_id, statement.user_id, statement.decided_by_id)

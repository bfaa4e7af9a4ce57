"""Who may adjust points and answer appeals: whole-site moderators and administrators.

Nobody has a hand in their own account, and no line is judged by who had a part in it.
"""

from collections.abc import Collection

from community.core.authz import Viewer, is_admin, is_moderating, is_signed_in
from community.core.settings import Settings
from reputation.adjustments.models import BOOKED, PROPOSED, Adjustment, PointsAppeal


def can_see_adjustments(viewer: Viewer) -> bool:
    """Say whether the viewer may see adjustments and appeals of everybody."""
    return is_signed_in(viewer) and is_moderating(viewer)


def can_propose_adjustment(viewer: Viewer, user_id: int) -> bool:
    """Say whether the viewer may propose to adjust this member's points."""
    return can_see_adjustments(viewer) and viewer.viewer_id != user_id


def can_book_adjustment(viewer: Viewer, adjustment: Adjustment) -> bool:
    """Say whether the viewer may confirm an adjustment as the second person."""
    involved = (adjustment.user_id, adjustment.proposed_by_id)
    return is_signed_in(viewer) and is_admin(viewer) and viewer.viewer_id not in involved


def can_refuse_adjustment(viewer: Viewer, adjustment: Adjustment) -> bool:
    """Say whether the viewer may refuse an adjustment; its proposer may take it back."""
    if not can_see_adjustments(viewer) or viewer.viewer_id == adjustment.user_id:
        return False
    return is_admin(viewer) or viewer.viewer_id == adjustment.proposed_by_id


def awaits_second_person(adjustment: Adjustment) -> bool:
    """Say whether an adjustment waits to be confirmed."""
    return adjustment.state == PROPOSED


def can_undo_adjustment(viewer: Viewer, adjustment: Adjustment) -> bool:
    """Say whether the viewer may propose to take an adjustment back.

    One that took another one back is not taken back in turn: propose a new one.
    """
    if adjustment.state != BOOKED or adjustment.undoes_id is not None:
        return False
    return can_propose_adjustment(viewer, adjustment.user_id)


def limit_of(viewer: Viewer, currency: str, settings: Settings) -> int:
    """Return how many points the viewer may adjust alone, for one member within thirty days."""
    role = "admin" if is_admin(viewer) else "moderator"
    limit: int = getattr(settings, f"adjust_{currency}_{role}")
    return limit


def can_appeal(viewer: Viewer, owner_id: int) -> bool:
    """Say whether a line is the viewer's own."""
    return is_signed_in(viewer) and viewer.viewer_id == owner_id


def can_answer_appeal(viewer: Viewer, appeal: PointsAppeal, makers: Collection[int]) -> bool:
    """Say whether the viewer may judge a line; ``makers`` are those who had a part in it."""
    if not can_see_adjustments(viewer):
        return False
    return viewer.viewer_id != appeal.user_id and viewer.viewer_id not in makers

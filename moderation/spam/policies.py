"""Who may clean up after a spammer, and take that back."""

from community.core.authz import Viewer, is_signed_in
from moderation.sanctions.models import SUSPENSION
from moderation.sanctions.policies import Target, can_impose_sanction, can_lift_sanction


def can_clean_up(viewer: Viewer, target: Target) -> bool:
    """Say whether the viewer may hide all a member wrote: who may suspend them."""
    return is_signed_in(viewer) and can_impose_sanction(viewer, target, SUSPENSION)


def can_undo_cleanup(viewer: Viewer, target: Target) -> bool:
    """Say whether the viewer may take a clean-up back: who may lift the suspension."""
    return is_signed_in(viewer) and can_lift_sanction(viewer, target)

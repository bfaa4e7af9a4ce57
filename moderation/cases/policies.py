"""Who may look at cases and judge them."""

from collections.abc import Collection

from community.boards.policies import moderated_board_ids
from community.core.authz import Viewer, is_admin, is_moderating, is_signed_in


def can_see_cases(viewer: Viewer) -> bool:
    """Moderators and administrators; those of one board see the cases about its posts."""
    return is_signed_in(viewer) and (is_moderating(viewer) or bool(moderated_board_ids(viewer)))


def can_judge_case(
    viewer: Viewer, subject_ids: Collection[int], *, board_id: int | None = None
) -> bool:
    """Nobody judges a case about themselves, nor sees it; ``board_id`` is where its post stands."""
    judges = is_signed_in(viewer) and is_moderating(viewer, board_id)
    return judges and viewer.viewer_id not in subject_ids


def can_escalate_case(
    viewer: Viewer, subject_ids: Collection[int], *, board_id: int | None = None
) -> bool:
    """Above administrators there is nobody to hand a case over to."""
    return can_judge_case(viewer, subject_ids, board_id=board_id) and not is_admin(viewer)

"""Who may look at cases and judge them."""

from collections.abc import Collection

from community.boards.policies import moderated_board_ids
from community.core.authz import Viewer, is_admin, is_moderating, is_signed_in
from community.posts.policies import can_review


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


def can_review_case(viewer: Viewer, subject_ids: Collection[int], *, board_id: int) -> bool:
    """Say whether the viewer's voice counts about a case of a board: never about themselves."""
    return can_review(viewer, board_id) and viewer.viewer_id not in subject_ids


def can_see_reviews(viewer: Viewer) -> bool:
    """Say whether there may be anything to review for the viewer: on the site, or on a board."""
    boards = (None, *viewer.board_roles)
    return any(can_review(viewer, board_id) for board_id in boards)

"""Who may watch what."""

from community.core.authz import Viewer, is_signed_in


def can_watch_person(viewer: Viewer, person_id: int) -> bool:
    """Say whether the viewer may watch a member: not themselves."""
    return is_signed_in(viewer) and viewer.viewer_id != person_id

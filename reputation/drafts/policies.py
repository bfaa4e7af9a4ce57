"""Who may change the rules: administrators."""

from community.core.authz import Viewer, is_admin, is_signed_in


def can_edit_rules(viewer: Viewer) -> bool:
    """Say whether the viewer may draft, simulate, publish and withdraw rules."""
    return is_signed_in(viewer) and is_admin(viewer)

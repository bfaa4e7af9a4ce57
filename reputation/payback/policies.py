"""Who may do what with payback. Pure."""

from community.core.authz import Viewer, is_admin, is_signed_in


def can_run_payback(viewer: Viewer) -> bool:
    """Say whether the viewer may move periods on and see what is owed in all."""
    return is_admin(viewer)


def can_choose_payback(viewer: Viewer) -> bool:
    """Say whether the viewer may say what becomes of their own points."""
    return is_signed_in(viewer)


def can_propose_charities(viewer: Viewer) -> bool:
    """Say whether the viewer may propose charities and vote for them."""
    return is_signed_in(viewer)


def can_decide_on_charities(viewer: Viewer) -> bool:
    """Say whether the viewer may put charities on the list and take them off."""
    return is_admin(viewer)


def can_hold_payback(viewer: Viewer) -> bool:
    """Say whether the viewer may keep somebody's points from being paid; the system may."""
    return is_admin(viewer)

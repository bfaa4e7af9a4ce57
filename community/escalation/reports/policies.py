"""Who reads how promises were kept."""

from collections.abc import Collection

from community.core.authz import Viewer, is_admin
from community.escalation.teams.policies import can_use_desk


def can_see_report(viewer: Viewer, led_ids: Collection[int]) -> bool:
    """Say whether the viewer reads the report: administrators, and who leads a team.

    ``led_ids`` are the teams the viewer leads; those are all that a lead reads of.
    """
    return can_use_desk(viewer) and (is_admin(viewer) or bool(led_ids))

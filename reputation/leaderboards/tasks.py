"""Periodic work."""

from community.core.jobs import external
from reputation.leaderboards.rebuild import rebuild_leaderboards


@external
def check_leaderboards() -> None:
    """Forget periods that are over, and add everybody up anew (periodic).

    Nothing is found wrong unless the site's zone was changed or somebody wrote by hand.
    """
    rebuild_leaderboards()

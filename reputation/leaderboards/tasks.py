"""Deferred and periodic work."""

from datetime import timedelta

from community.core.jobs import external
from reputation.leaderboards.operations import refresh_scores
from reputation.leaderboards.rebuild import rebuild_leaderboards

# Kudos come in bursts, and who has many entries takes a while to add up.
GATHERED_FOR = timedelta(minutes=1)


def refresh_member(user_id: int) -> None:
    """Add up the scores of one member."""
    refresh_scores([user_id])


@external
def check_leaderboards() -> None:
    """Forget periods that are over, and add everybody up anew (periodic).

    Nothing is found wrong unless the site's zone was changed or somebody wrote by hand.
    """
    rebuild_leaderboards()

"""Work on what was learned that may take a while."""

from community.core.db import forget_changes, transaction
from community.core.jobs import external
from moderation.spam.operations.scoring import list_judged, put_on_scale


@external
def calibrate_scores() -> None:
    """Put the scale where past decisions allow it (periodic).

    Judging every lesson takes seconds, so no writer waits for it.
    """
    judged = list_judged()
    forget_changes()
    with transaction():
        put_on_scale(judged)

"""Adding up all scores anew, batch by batch, while the site runs."""

from dataclasses import dataclass

from community.core.db import transaction
from reputation.leaderboards.operations import forget_past_scores, refresh_scores
from reputation.leaderboards.queries import list_accounts_after

BATCH = 100


@dataclass(frozen=True)
class Rebuilt:
    """Members looked at and rows that had to be changed."""

    members: int
    rows: int


def rebuild_leaderboards() -> Rebuilt:
    """Derive every score from the ledger; on a site whose events were worked off: no change."""
    members = rows = last_id = 0
    with transaction():
        forget_past_scores()
    while True:
        with transaction():
            batch = list_accounts_after(last_id, BATCH)
            rows += refresh_scores(batch) if batch else 0
        if not batch:
            return Rebuilt(members, rows)
        members += len(batch)
        last_id = batch[-1]

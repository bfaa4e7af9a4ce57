"""Closing the books of a time, so that what was paid for is never taken back silently."""

from datetime import datetime

from community.core.db import db, insert_ignoring_conflicts
from reputation.ledger.models import LedgerClosing


def close_books(currency: str, before: datetime) -> None:
    """Let nothing that was earned before an instant be booked or reversed any more.

    It holds from the commit on, for every account that is locked afterwards: commit it, and only
    then lock accounts and add them up. A second time changes nothing; nothing opens books again.
    """
    db.session.execute(
        insert_ignoring_conflicts(LedgerClosing).values(currency=currency, before=before)
    )

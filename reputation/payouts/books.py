"""What always holds about payouts, as queries that find what breaks it. Nothing is changed.

Plain SQL that SQLite and PostgreSQL both read, quick enough to be asked before money moves and once
a minute. ``reputation verify`` asks much more of the ledger; a halt is lifted only after both.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import text

from community.core.db import db
from reputation.ledger.verify import SUMS, Broken, Invariant, verify_ledger

INVARIANTS = (
    Invariant(
        "balances of payback are the sums of the entries",
        f"""SELECT coalesce(account.user_id, sums.user_id) FROM {SUMS}
        LEFT JOIN ledger_accounts AS account ON account.user_id = sums.user_id
        WHERE account.user_id IS NULL OR account.payback <> sums.payback""",
    ),
    Invariant(
        # Who is corrected below zero sets it off against what they earn; everybody else is paid.
        "no payback account is below zero where nothing was taken by hand",
        """SELECT user_id FROM ledger_accounts AS account
        WHERE payback < 0 AND user_id IN (SELECT user_id FROM payout_lines)
          AND NOT EXISTS (SELECT 1 FROM ledger_entries AS entry
            WHERE entry.user_id = account.user_id AND entry.currency = 'payback'
              AND entry.cause = 'adjustment' AND entry.amount < 0)""",
    ),
    Invariant(
        "every settled line is booked once, with what was paid",
        """SELECT line.id FROM payout_lines AS line
        LEFT JOIN ledger_entries AS entry ON entry.key = 'payout:' || line.id
        WHERE line.state = 'settled' AND (entry.id IS NULL OR entry.cause <> 'payout'
          OR entry.currency <> 'payback' OR entry.user_id <> line.user_id
          OR entry.amount <> line.expired - line.amount)""",
        "line",
    ),
    Invariant(
        "what is booked as paid belongs to a settled line",
        """SELECT entry.id FROM ledger_entries AS entry
        LEFT JOIN payout_lines AS line
          ON entry.key = 'payout:' || line.id AND line.state = 'settled'
        WHERE entry.cause = 'payout' AND line.id IS NULL""",
        "entry",
    ),
    Invariant(
        "a line is in one file at a time, in the state the file says",
        """SELECT line.id FROM payout_lines AS line LEFT JOIN
          (SELECT line_id, count(*) AS live, max(state) AS state FROM payout_items
           WHERE state <> 'failed' GROUP BY line_id) AS item ON item.line_id = line.id
        WHERE (line.state IN ('exported', 'settled')
            AND (item.live IS NULL OR item.live <> 1 OR item.state <> line.state))
          OR (line.state NOT IN ('exported', 'settled') AND item.live IS NOT NULL)""",
        "line",
    ),
    Invariant(
        "a payment is worth its line",
        """SELECT item.id FROM payout_items AS item
        JOIN payout_lines AS line ON line.id = item.line_id
        JOIN payout_batches AS batch ON batch.id = item.batch_id
        WHERE item.amount <> line.amount - line.expired OR item.matched <> line.matched
          OR line.period_id <> batch.period_id
          OR line.choice IS NULL OR line.choice <> batch.form""",
        "payment",
    ),
    Invariant(
        "a file's sums are those of its payments",
        """SELECT batch.id FROM payout_batches AS batch LEFT JOIN
          (SELECT batch_id, count(*) AS number, sum(amount) AS points, sum(amount + matched)
             AS total FROM payout_items GROUP BY batch_id) AS item ON item.batch_id = batch.id
        WHERE item.number IS NULL OR item.number <> batch.items_count
          OR item.points <> batch.points OR item.total <> batch.total""",
        "file",
    ),
    Invariant(
        "a second person has approved what is paid",
        """SELECT period.id FROM payback_periods AS period
        WHERE period.state IN ('approved', 'paying', 'paid', 'closed')
          AND (period.prepared_by_id IS NULL OR period.approved_by_id IS NULL
            OR period.prepared_by_id = period.approved_by_id)""",
        "period",
    ),
)


def find_break() -> Broken | None:
    """Return the first invariant of payouts that does not hold, and where; None if all hold."""
    return next((broken for _, broken in _check(INVARIANTS) if broken), None)


def check_everything() -> Iterator[tuple[str, Broken | None]]:
    """Yield every invariant of ledger and payouts, with what breaks it."""
    return chain(verify_ledger(), _check(INVARIANTS))


def _check(invariants: tuple[Invariant, ...]) -> Iterator[tuple[str, Broken | None]]:
    for invariant in invariants:
        found: Any = db.session.execute(text(f"{invariant.query} LIMIT 1")).scalar()
        where = f"{invariant.numbers} {found}"
        yield invariant.says, None if found is None else Broken(invariant.says, where)

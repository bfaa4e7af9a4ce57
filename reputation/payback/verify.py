"""Every invariant of payback as one query that finds what breaks it; nothing is changed.

Beside ``ledger.verify``, whose words and ways these are. Plain SQL that both databases read; only
the digests of locked lists are computed here.
"""

from collections.abc import Iterator

from sqlalchemy import select

from community.core.db import db
from reputation.ledger.rules import EARNED
from reputation.ledger.verify import SUMS, Broken, Invariant, check
from reputation.payback.models import PaybackPeriod
from reputation.payback.operations.shares import compute_digest

CAUSES = ", ".join(map(repr, EARNED))

# What members earned before the end of each locked period, and what their lines up to it count.
EARNED_BY = f"""(
  SELECT period.id AS period_id, entry.user_id, sum(entry.amount) AS total
  FROM payback_periods AS period
  JOIN ledger_entries AS entry ON entry.occurred_at < period.ends_at
    AND entry.currency = 'payback' AND entry.cause IN ({CAUSES})
  WHERE period.locked_at IS NOT NULL GROUP BY period.id, entry.user_id
) AS earned"""
COUNTED_BY = """(
  SELECT period.id AS period_id, line.user_id, sum(line.earned) AS total
  FROM payback_periods AS period
  JOIN payback_periods AS earlier ON earlier.ends_at <= period.ends_at
  JOIN payout_lines AS line ON line.period_id = earlier.id
  WHERE period.locked_at IS NOT NULL GROUP BY period.id, line.user_id
) AS counted"""
# The latest final line of each member, and what of it is still theirs.
LAST = """(
  SELECT line.user_id,
    CASE WHEN line.state = 'settled' THEN 0 ELSE line.amount - line.expired END AS rest
  FROM payout_lines AS line JOIN payback_periods AS period ON period.id = line.period_id
  WHERE line.locked_at IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM payout_lines AS later
     JOIN payback_periods AS after ON after.id = later.period_id
     WHERE later.user_id = line.user_id AND later.locked_at IS NOT NULL
       AND after.begins_at > period.begins_at)
) AS last"""
COUNTED = """(
  SELECT user_id, sum(earned) AS total FROM payout_lines
  WHERE locked_at IS NOT NULL GROUP BY user_id
) AS counted"""
TOTALS = f"""(
  SELECT user_id, sum(amount) AS total FROM ledger_entries
  WHERE currency = 'payback' AND cause IN ({CAUSES}) GROUP BY user_id
) AS earned"""

INVARIANTS = (
    Invariant(
        "every period begins where the one before ends",
        """SELECT period.id FROM payback_periods AS period
        WHERE period.begins_at >= period.ends_at
          OR (EXISTS (SELECT 1 FROM payback_periods AS other
                WHERE other.begins_at < period.begins_at)
            AND NOT EXISTS (SELECT 1 FROM payback_periods AS other
                WHERE other.ends_at = period.begins_at))""",
        "period",
    ),
    Invariant(
        "a balance of payback is what is open and what the last line left",
        f"""SELECT sums.user_id FROM {SUMS}
        LEFT JOIN {TOTALS} ON earned.user_id = sums.user_id
        LEFT JOIN {COUNTED} ON counted.user_id = sums.user_id
        LEFT JOIN {LAST} ON last.user_id = sums.user_id
        WHERE sums.payback <> coalesce(earned.total, 0) - coalesce(counted.total, 0)
          + coalesce(last.rest, 0)""",
    ),
    Invariant(
        "locked lines count all that was earned up to their period, and nothing else",
        f"""SELECT earned.user_id FROM {EARNED_BY}
        LEFT JOIN {COUNTED_BY}
          ON counted.period_id = earned.period_id AND counted.user_id = earned.user_id
        WHERE earned.total <> coalesce(counted.total, 0)""",
    ),
    Invariant(
        "nobody is owed for a locked period who earned nothing before its end",
        f"""SELECT counted.user_id FROM {COUNTED_BY}
        LEFT JOIN {EARNED_BY}
          ON earned.period_id = counted.period_id AND earned.user_id = counted.user_id
        WHERE earned.user_id IS NULL AND counted.total <> 0""",
    ),
    Invariant(
        "a line carries what the line before left",
        """SELECT line.id FROM payout_lines AS line
        JOIN payback_periods AS period ON period.id = line.period_id
        LEFT JOIN payback_periods AS earlier ON earlier.ends_at = period.begins_at
        LEFT JOIN payout_lines AS before
          ON before.period_id = earlier.id AND before.user_id = line.user_id
        WHERE line.locked_at IS NOT NULL AND line.carried <>
          CASE WHEN before.id IS NULL OR before.state = 'settled' THEN 0
            ELSE before.amount - before.expired END""",
        "line",
    ),
    Invariant(
        "what is owed for a period is carried on by everybody who did not get it",
        """SELECT before.id FROM payout_lines AS before
        JOIN payback_periods AS earlier ON earlier.id = before.period_id
        JOIN payback_periods AS period ON period.begins_at = earlier.ends_at
        LEFT JOIN payout_lines AS line
          ON line.period_id = period.id AND line.user_id = before.user_id
        WHERE period.locked_at IS NOT NULL AND line.id IS NULL
          AND before.state <> 'settled' AND before.amount <> before.expired""",
        "line",
    ),
    Invariant(
        "no more lapses than was rolled over before, and never from what is paid",
        """SELECT id FROM payout_lines WHERE expired > lapsing
          OR (expired > 0 AND (decided NOT IN ('rolled', 'expired') OR expired > amount))""",
        "line",
    ),
    Invariant(
        "what lapsed is booked once",
        """SELECT line.id FROM payout_lines AS line
        LEFT JOIN ledger_entries AS entry ON entry.key = 'expired:' || line.id
        WHERE line.expired > 0 AND (entry.id IS NULL OR entry.amount <> -line.expired
          OR entry.user_id <> line.user_id OR entry.cause <> 'expired'
          OR entry.currency <> 'payback')""",
        "line",
    ),
    Invariant(
        "nothing else lapsed",
        """SELECT entry.id FROM ledger_entries AS entry
        LEFT JOIN payout_lines AS line
          ON entry.key = 'expired:' || line.id AND line.expired = -entry.amount
        WHERE entry.cause = 'expired' AND entry.reverses_id IS NULL AND line.id IS NULL""",
        "entry",
    ),
    Invariant(
        "what is paid was decided when the list was locked",
        """SELECT id FROM payout_lines
        WHERE state IN ('approved', 'exported', 'settled', 'failed', 'retried')
          AND (locked_at IS NULL OR decided <> 'chosen'
            OR choice NOT IN ('credit', 'cash', 'charity') OR amount - expired <= 0)""",
        "line",
    ),
    Invariant(
        "no more is paid than the line says, and only what is settled",
        """SELECT entry.id FROM ledger_entries AS entry
        LEFT JOIN ledger_entries AS reversal ON reversal.reverses_id = entry.id
        LEFT JOIN payout_lines AS line ON entry.key = 'payout:' || line.id
          AND line.user_id = entry.user_id AND line.state = 'settled'
        WHERE entry.cause = 'payout' AND entry.reverses_id IS NULL AND reversal.id IS NULL
          AND (line.id IS NULL OR -entry.amount <> line.amount - line.expired)""",
        "entry",
    ),
    Invariant(
        "nothing was booked in a locked period after it was locked",
        f"""SELECT entry.id FROM ledger_entries AS entry
        JOIN payback_periods AS period ON entry.occurred_at < period.ends_at
          AND entry.created_at > period.locked_at
        WHERE entry.currency = 'payback' AND entry.cause IN ({CAUSES})""",
        "entry",
    ),
    Invariant(
        "the books of a period are closed before its list is final",
        """SELECT period.id FROM payback_periods AS period
        WHERE period.locking_at IS NOT NULL AND NOT EXISTS
          (SELECT 1 FROM ledger_closings AS closing
           WHERE closing.currency = 'payback' AND closing.before >= period.ends_at)""",
        "period",
    ),
    Invariant(
        "whoever locks a list does not approve it",
        """SELECT id FROM payback_periods
        WHERE approved_by_id = prepared_by_id
          OR (approved_at IS NOT NULL AND approved_by_id IS NULL)""",
        "period",
    ),
    Invariant(
        "a closed month adds up to what it did when it was closed",
        f"""SELECT month.id FROM month_closes AS month
        LEFT JOIN ledger_entries AS entry ON entry.currency = 'payback'
          AND entry.cause IN ({CAUSES})
          AND entry.created_at >= month.begins_at AND entry.created_at < month.ends_at
        GROUP BY month.id, month.gained, month.taken_back, month.entries_count
        HAVING count(entry.id) <> month.entries_count
          OR coalesce(sum(entry.amount), 0) <> month.gained + month.taken_back""",
        "month",
    ),
)
DIGEST = "a locked list is still the one that was locked"


def verify_payback() -> Iterator[tuple[str, Broken | None]]:
    """Check one invariant after the other; yields what each says, and how it is broken."""
    for invariant in INVARIANTS:
        yield invariant.says, check(invariant)
    yield DIGEST, _find_changed_list()


def _find_changed_list() -> Broken | None:
    query = select(PaybackPeriod.id, PaybackPeriod.list_digest)
    query = query.where(PaybackPeriod.list_digest.is_not(None)).order_by(PaybackPeriod.id)
    for period_id, digest in db.session.execute(query).all():
        if compute_digest(period_id) != digest:
            return Broken(DIGEST, f"period {period_id}")
    return None

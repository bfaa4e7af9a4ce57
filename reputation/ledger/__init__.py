"""Points as a ledger: entries are added, never changed; a mistake is corrected by a reversal.

Two currencies that never mix: ``reputation`` (standing) and ``payback`` (money, in minor units).
Owns the tables ``ledger_entries``, ``ledger_accounts``, ``ledger_closings``, ``ledger_exclusions``,
``rule_versions``, ``promotion_budgets`` and ``promotion_shares``. Emits that points have changed;
hears of acceptances, kudos, removals and confirmed accounts.

Nobody books a single event. ``operations.settle_posts`` compares what ought to be booked for some
posts, by the rows of the database as they are now (``gains``), with what stands in the ledger, and
books or reverses the difference. So the order and the repetition of events do not matter, and a
rebuild computes the same by construction.
"""

"""Points, ranks, badges, leaderboards and payback.

May import ``community.questions`` and what lies below it. Inside: payback, leaderboards and
badges → ranks → ledger; each says which tables it owns, what it emits and hears.
"""

"""Points, ranks, badges, leaderboards and payback; empty so far.

May import ``community.questions`` and what lies below it. Inside: payback, leaderboards and
badges → ranks → ledger. Tables owned, events emitted, events heard: none yet.
"""

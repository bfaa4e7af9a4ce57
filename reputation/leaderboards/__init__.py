"""Who gained most points in a day, a week, a month or ever, on the whole site and on each board.

Owns the table ``leaderboard_scores``. Emits nothing; hears that somebody's points changed, and a
minute later adds up that member's entries anew (``operations.refresh_scores``), so that the order
and repetition of events do not matter and a rebuild computes the same by construction. Who is left
out (staff, the erased, whoever does not want to be listed) is decided when a leaderboard is read.
"""

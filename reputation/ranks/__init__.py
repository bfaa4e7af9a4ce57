"""Ranks: a ladder of a few names, each with what it takes to stand there.

Owns the table ``ranks`` and fills ``User.rank_level``. Emits nothing; hears of points, acceptances,
kudos and removals. A rank is derived: it follows its criteria both ways, so whoever lost what
earned it, or stands on a ladder that was made steeper, goes down as surely as others go up.
"""

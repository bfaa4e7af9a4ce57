"""Badges: small thanks for something one has done, by a rule or by hand, once or many times.

Owns the tables ``badges`` and ``badge_grants``. Emits ``BadgeGranted``; hears of points, answers,
acceptances, kudos, shared problems and removals. What a rule grants follows its measure both ways;
what a person grants only a person takes back, and what a person took back no rule grants again.
"""

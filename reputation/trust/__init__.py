"""Trust levels 0 to 4: what somebody's reading, helping and conduct over time add up to.

Levels come from ``measures`` by the pure rules in ``rules``: upward at once, downward after a grace
of fourteen days with notice. The page ``/privileges`` says what opens when; powers themselves go by
points (``identity.privileges``), a level only says who is new no more.

Owns the table ``visit_days`` and fills ``users.trust_level`` and what belongs to it. Emits
``TrustLevelChanged`` and ``TrustLevelAtRisk``; hears of acceptances and of rights.

Reading is counted in this process first (``reading``) and written a few minutes later, so a page
that is read waits for nothing. Which pages somebody read is never written, only how many.
"""

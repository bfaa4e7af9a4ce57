"""Drafts of new rules: edited by administrators, tried out on a past time, then published.

The simulator replays what members did in a past time under a draft and under the rules in force,
with the pure rules of the ledger (``ledger.gains``), and writes nothing but its own summary.
Publishing adds a version to the ledger's rules; one that has not begun can be withdrawn.

Owns the tables ``rule_drafts`` and ``rule_simulations``. Emits ``PointRulesAnnounced`` and
``PointRulesWithdrawn``; hears nothing.
"""

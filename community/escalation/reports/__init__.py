"""How well promises were kept: deadlines met and missed, each number with the list behind it.

Owns no table: it reads the clocks of ``sla``. Figures are those of teams, never of one agent. What
counts as met, missed, cancelled and open, and in which month, is said once, in ``counting``;
``docs/sla.md`` says the same to people. Source: PRODUCT M3, 2.10.
"""

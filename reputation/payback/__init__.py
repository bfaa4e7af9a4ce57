"""Payback: points that are owed as money, settled twice a year.

A period collects what was earned in half a year. When it has ended, members choose what becomes of
their share (a credit, cash, a charity, or to leave it for the next period), the list is locked, a
second person approves it, and it is paid. Money is counted in whole minor units of the site's
currency; one point is one unit.

Owns the tables ``payback_periods``, ``month_closes``, ``payout_lines``, ``charities``,
``charity_votes``, ``payout_details``, ``payback_holds`` and ``payback_notices``. Reads the ledger;
what is paid or lapses is booked there by the ledger's own operations. A periodic
task drives what needs nobody's decision. Hears of ``SanctionStarted`` and ``SanctionEnded``: the
payback of suspended members waits.
"""

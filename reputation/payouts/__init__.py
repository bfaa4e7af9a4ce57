"""Payouts: how the money of a locked payback period leaves the house, exactly once.

A second person approves the frozen list; each form (credit, cash, charity) is exported as a file
whose payments carry keys of their own; what bank or billing report back settles a payment or lets
it fail; what settles is booked in the ledger in the same transaction. A failed payment is tried
again in another file or waits for the next period. While the books do not add up, nothing leaves.
"""

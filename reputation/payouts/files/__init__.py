"""What leaves the house at a payout: files for bank, billing and charities, as pure functions.

No database, no clock: the same batch gives the same bytes, on any machine and at any time.
"""

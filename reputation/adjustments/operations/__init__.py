"""What is done with adjustments and appeals.

Locks are taken in this order: the member's account in the ledger, the adjustment, the appeal. So
of two people who decide at once the second sees what the first did.
"""

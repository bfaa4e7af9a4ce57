"""Changes to the ledger: settling what the facts say, and what people and payouts book."""

from reputation.ledger.operations.accounts import lock_accounts
from reputation.ledger.operations.closing import close_books
from reputation.ledger.operations.exclusions import exclude_pairs, lift_exclusions
from reputation.ledger.operations.postings import (
    BooksClosed,
    KeyTaken,
    Overdrawn,
    book,
    book_opening,
    reverse,
)
from reputation.ledger.operations.rules import add_rules, withdraw_rules
from reputation.ledger.operations.settling import settle_members, settle_posts
from reputation.ledger.rows import Posting

__all__ = [
    "BooksClosed",
    "KeyTaken",
    "Overdrawn",
    "Posting",
    "add_rules",
    "book",
    "book_opening",
    "close_books",
    "exclude_pairs",
    "lift_exclusions",
    "lock_accounts",
    "reverse",
    "settle_members",
    "settle_posts",
    "withdraw_rules",
]

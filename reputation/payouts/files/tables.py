"""Tables as files (CSV, RFC 4180): for billing, and for whoever transfers donations. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from community.core.csv_files import csv_file
from reputation.payouts.files.amounts import decimal_text


@dataclass(frozen=True)
class Credit:
    """What a member is credited with; ``customer`` is who they are in the operator's systems."""

    reference: str
    member_id: int
    customer: str
    amount: int


@dataclass(frozen=True)
class Donation:
    """What all members together give a charity, and what the operator adds to it."""

    reference: str
    charity: str
    members: int
    given: int
    matched: int

    @property
    def amount(self) -> int:
        """What is transferred to the charity."""
        return self.given + self.matched


def credit_file(credits: Sequence[Credit], *, currency: str, text: str) -> bytes:
    """Return the table that billing reads: one line a member, ``text`` as the line's reason."""
    header = ("line_key", "member_id", "customer", "amount_minor", "amount", "currency", "text")
    rows = [
        (
            one.reference,
            str(one.member_id),
            one.customer,
            str(one.amount),
            decimal_text(one.amount, currency),
            currency,
            text,
        )
        for one in credits
    ]
    return _table(header, rows)


def charity_file(donations: Sequence[Donation], *, currency: str) -> bytes:
    """Return the summary of what each charity receives."""
    header = (
        *("line_key", "charity", "members", "given_minor", "matched_minor"),
        *("amount_minor", "amount", "currency"),
    )
    rows = [
        (
            one.reference,
            one.charity,
            str(one.members),
            str(one.given),
            str(one.matched),
            str(one.amount),
            decimal_text(one.amount, currency),
            currency,
        )
        for one in donations
    ]
    return _table(header, rows)


def settlement_template(payments: Iterable[tuple[str, int, str]]) -> bytes:
    """Return a report to be filled in: key, status (empty where none came) and amount of each."""
    rows = [
        (reference, "" if state == "exported" else state, str(amount), "")
        for reference, amount, state in payments
    ]
    return _table(("line_key", "status", "amount_minor", "reason"), rows)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    return csv_file(header, rows).encode()

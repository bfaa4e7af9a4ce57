"""What a file holds: one payment a line, or a charity, with the key its report comes back under."""

from collections.abc import Sequence
from typing import NamedTuple

from community.core.settings import current_settings
from reputation.payback.accounts import open_account
from reputation.payback.iban import NoIban, tidy_iban
from reputation.payback.models import Charity, Choice, PayoutLine
from reputation.payback.queries.shares import list_details
from reputation.payouts.errors import OnlyEuros, PayerMissing
from reputation.payouts.files.credit_transfer import (
    CURRENCY,
    Order,
    Payer,
    Transfer,
    credit_transfer_file,
)
from reputation.payouts.files.tables import Credit, Donation, charity_file, credit_file
from reputation.payouts.models import PayoutBatch
from reputation.payouts.queries import count_attempts, list_charities, list_customers


class Row(NamedTuple):
    """One payment of one line, as ``payout_items`` keeps it."""

    line_id: int
    reference: str
    amount: int
    matched: int = 0


class Content(NamedTuple):
    """A file and the payments in it."""

    file: bytes
    extension: str
    rows: Sequence[Row]


def content_of(batch: PayoutBatch, lines: Sequence[PayoutLine]) -> Content:
    """Return what a new batch of these lines holds; raises ``PayerMissing`` or ``OnlyEuros``."""
    makers = {Choice.CREDIT: _credit, Choice.CASH: _cash, Choice.CHARITY: _charity}
    return makers[Choice(batch.form)](batch, lines)


def _rows(lines: Sequence[PayoutLine]) -> list[Row]:
    """Each attempt has a reference of its own, so a late report on a former one is told apart."""
    before = count_attempts([line.id for line in lines])
    return [
        Row(line.id, f"PB-{line.id}-{before.get(line.id, 0) + 1}", line.payable) for line in lines
    ]


def _text(batch: PayoutBatch) -> str:
    return f"{current_settings().site_name} Payback {batch.made_at:%m/%Y}"


def _credit(batch: PayoutBatch, lines: Sequence[PayoutLine]) -> Content:
    rows = _rows(lines)
    customers = list_customers([line.user_id for line in lines])
    credits = [
        Credit(row.reference, line.user_id, customers.get(line.user_id, ""), row.amount)
        for row, line in zip(rows, lines, strict=True)
    ]
    return Content(credit_file(credits, currency=batch.currency, text=_text(batch)), "csv", rows)


def _cash(batch: PayoutBatch, lines: Sequence[PayoutLine]) -> Content:
    rows = _rows(lines)
    order = Order(batch.message_id, batch.made_at, batch.execute_on, get_payer(), _text(batch))
    details = list_details([line.user_id for line in lines])
    transfers = []
    for row, line in zip(rows, lines, strict=True):
        account = open_account(details[line.user_id])
        transfers.append(Transfer(row.reference, account.holder, account.iban, row.amount))
    return Content(credit_transfer_file(order, transfers), "xml", rows)


def get_payer() -> Payer:
    """Return the account that cash is paid from; raises ``PayerMissing`` or ``OnlyEuros``."""
    settings = current_settings()
    if settings.currency != CURRENCY:
        raise OnlyEuros()
    try:
        iban = tidy_iban(settings.payout_iban)
    except NoIban as error:
        raise PayerMissing() from error
    if not settings.payout_name:
        raise PayerMissing()
    return Payer(settings.payout_name, iban, settings.payout_bic)


def _charity(batch: PayoutBatch, lines: Sequence[PayoutLine]) -> Content:
    charities = list_charities({line.charity_id for line in lines if line.charity_id})
    rows: list[Row] = []
    of_charity: dict[Charity, list[Row]] = {}
    for line in lines:
        charity = charities[line.charity_id or 0]
        reference = f"PB{batch.period_id}-{batch.number}-C{charity.id}"
        row = Row(line.id, reference, line.payable, line.matched)
        rows.append(row)
        of_charity.setdefault(charity, []).append(row)
    donations = [
        Donation(
            reference=gifts[0].reference,
            charity=charity.name,
            members=len(gifts),
            given=sum(row.amount for row in gifts),
            matched=sum(row.matched for row in gifts),
        )
        for charity, gifts in sorted(of_charity.items(), key=lambda pair: pair[0].id)
    ]
    return Content(charity_file(donations, currency=batch.currency), "csv", rows)

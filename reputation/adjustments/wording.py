"""What pages and mails call adjustments, appeals and the lines they are about."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from reputation.adjustments.models import (
    BOOKED,
    IN_REVIEW,
    OPENED,
    PROPOSED,
    REFUSED,
    REJECTED,
    UPHELD,
)
from reputation.ledger.models import LedgerEntry
from reputation.ledger.rules import PAYBACK
from reputation.ledger.wording import cause_words

STATE_WORDS: dict[str, LazyString] = {
    PROPOSED: _l("Waits for a second person"),
    BOOKED: _l("Booked"),
    REFUSED: _l("Refused"),
}
APPEAL_WORDS: dict[str, LazyString] = {
    OPENED: _l("Waits for an answer"),
    IN_REVIEW: _l("Being looked at"),
    UPHELD: _l("You were right: corrected"),
    REJECTED: _l("Stays as it is"),
}


def points_words(amount: int, currency: str) -> str:
    """Return an amount with its sign and kind, as "+25 points" or "−3 payback points"."""
    signed = f"+{amount}" if amount > 0 else f"−{-amount}"
    if currency == PAYBACK:
        return str(
            ngettext(
                "%(signed)s payback point",
                "%(signed)s payback points",
                abs(amount),
                signed=signed,
            )
        )
    return str(ngettext("%(signed)s point", "%(signed)s points", abs(amount), signed=signed))


def entry_words(entry: LedgerEntry) -> str:
    """Say what an entry is for, or what it takes back."""
    return cause_words(entry.cause, is_reversal=entry.reverses_id is not None)

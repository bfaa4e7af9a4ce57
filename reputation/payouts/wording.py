"""Words for what a report got wrong, and for where a payment stands."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

UNREADABLE: dict[str, LazyString] = {
    "too_large": _l("The file is too large. Split it; the parts may come in any order."),
    "not_utf8": _l("The file is no text in UTF-8."),
    "not_csv": _l("The file is no table with commas (CSV)."),
    "columns": _l(
        "The first line must name the columns: line_key and status, and if wanted amount_minor "
        "and reason."
    ),
}
FAULTS: dict[str, LazyString] = {
    "shape": _l("The line has too many or too few columns, or too long a text."),
    "status": _l("The status is neither settled nor failed."),
    "amount": _l("The amount is no whole number of cents."),
    "contradiction": _l("Another line of this file says something else about this payment."),
    "unknown": _l("There is no such payment in this file."),
    "other_amount": _l("The amount is not what was to be paid."),
    "decided_otherwise": _l("An earlier report says otherwise about this payment."),
    "overdrawn": _l("The account holds less than was paid. Correct it by hand, then come again."),
}
LINE_STATES: dict[str, LazyString] = {
    "unchosen": _l("Not chosen"),
    "chosen": _l("Waits for approval"),
    "held": _l("Held"),
    "approved": _l("Approved"),
    "exported": _l("In a file"),
    "settled": _l("Paid"),
    "failed": _l("Failed"),
    "retried": _l("Tried again"),
    "rolled": _l("Left for the next period"),
    "expired": _l("Lapsed"),
}


def unreadable_words(why: str) -> LazyString:
    """Say why a report cannot be read at all."""
    return UNREADABLE[why]


def fault_words(why: str) -> LazyString:
    """Say why a line of a report was refused."""
    return FAULTS[why]

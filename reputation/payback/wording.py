"""How amounts, periods and states of payback are called for people."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.settings import current_settings, site_zone
from community.core.spans import Span
from community.core.wording import date_words, present_wording
from reputation.payback.models import Choice, LineState, PaybackPeriod, PeriodState

STATE_WORDS: dict[str, LazyString] = {
    PeriodState.OPEN: _l("Points are being collected"),
    PeriodState.CALCULATED: _l("Calculated"),
    PeriodState.STATEMENTS_ISSUED: _l("Statements are issued"),
    PeriodState.CHOICE_WINDOW: _l("Members choose"),
    PeriodState.LOCKING: _l("The list is being locked"),
    PeriodState.LOCKED: _l("The list is locked"),
    PeriodState.APPROVED: _l("Approved by a second person"),
    PeriodState.PAYING: _l("Being paid"),
    PeriodState.PAID: _l("Paid"),
    PeriodState.CLOSED: _l("Closed"),
}
CHOICE_WORDS: dict[str, LazyString] = {
    Choice.CREDIT: _l("Credit on your bill"),
    Choice.CASH: _l("Bank transfer"),
    Choice.CHARITY: _l("Given to a charity"),
    Choice.ROLL: _l("Left for the next period"),
}
LINE_WORDS: dict[str, LazyString] = {
    LineState.UNCHOSEN: _l("Not chosen yet"),
    LineState.CHOSEN: _l("Chosen"),
    LineState.HELD: _l("Waits: your account is being looked into"),
    LineState.APPROVED: _l("Approved, to be paid soon"),
    LineState.EXPORTED: _l("On its way"),
    LineState.SETTLED: _l("Paid"),
    LineState.FAILED: _l("Could not be paid yet"),
    LineState.RETRIED: _l("On its way again"),
    LineState.ROLLED: _l("Carried over to the next period"),
    LineState.EXPIRED: _l("Lapsed"),
}
CAUSE_WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "accepted": (_l("Your answer was accepted"), _l("Accepted answer, taken back")),
    "acceptance_given": (_l("You accepted an answer"), _l("Your acceptance, taken back")),
    "kudos_answer": (_l("Kudos for your answer"), _l("Kudos for your answer, taken back")),
    "kudos_question": (_l("Kudos for your question"), _l("Kudos for your question, taken back")),
    "confirmed": (
        _l("E-mail address confirmed"),
        _l("E-mail address not confirmed any more"),
    ),
    "edit_taken": (
        _l("The change you suggested was accepted"),
        _l("The change you suggested, taken back"),
    ),
    "spotlit": (_l("Answered in the spotlight"), _l("Answer in the spotlight, taken back")),
    "accepted_bonus": (
        _l("Promotion: more for your accepted answer"),
        _l("Promotion: more for your accepted answer, taken back"),
    ),
    "acceptance_bonus": (
        _l("Promotion: more for accepting an answer"),
        _l("Promotion: more for accepting an answer, taken back"),
    ),
    "opening": (_l("Brought along from before"), _l("Brought along from before, taken back")),
    "adjustment": (_l("Corrected by hand"), _l("Correction by hand, taken back")),
    "payout": (_l("Paid"), _l("Payment, taken back")),
    "expired": (_l("Lapsed"), _l("Lapse, taken back")),
}


def cause_words(cause: str, *, is_reversal: bool) -> str:
    """Say in plain words what an entry is for, or what it takes back."""
    words = CAUSE_WORDS.get(cause)
    return cause if words is None else str(words[is_reversal])


def money(points: int) -> str:
    """Return what points are worth, as the reader writes the site's currency."""
    currency = current_settings().currency
    amount = Decimal(points).scaleb(-get_currency_precision(currency))
    # British English writes the day before the month as we do, and money alike.
    locale = "de_DE" if present_wording().language == "de" else "en_GB"
    return format_currency(amount, currency, locale=locale)


def local_day(moment: datetime) -> date:
    """Return the day of an instant by the site's clocks."""
    return moment.astimezone(site_zone()).date()


def day_words(moment: datetime, form: str = "long") -> str:
    """Return the day of an instant by the site's clocks, in words."""
    return date_words(present_wording().language, local_day(moment), form)


def last_day_words(ends_at: datetime, form: str = "long") -> str:
    """Return the last day before an instant, in words: what ends at midnight ends on that day."""
    return day_words(ends_at - timedelta(seconds=1), form)


def period_words(period: PaybackPeriod) -> str:
    """Return a period by its first and last day."""
    return _(
        "%(first)s to %(last)s",
        first=day_words(period.begins_at, "d. MMM y" if _is_german() else "d MMM y"),
        last=last_day_words(period.ends_at, "d. MMM y" if _is_german() else "d MMM y"),
    )


def _is_german() -> bool:
    return present_wording().language == "de"


def month_words(month: Span) -> str:
    """Return a month and its year."""
    return date_words(present_wording().language, month.begins_on, "LLLL y")


def month_short(month: Span) -> str:
    """Return a month in three letters or so, for a chart."""
    return date_words(present_wording().language, month.begins_on, "LLL")

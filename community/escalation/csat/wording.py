"""Marks, averages and months in words."""

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.i18n import reader_language

MARK_WORDS: dict[int, LazyString] = {
    5: _l("Very satisfied"),
    4: _l("Satisfied"),
    3: _l("Neither satisfied nor dissatisfied"),
    2: _l("Dissatisfied"),
    1: _l("Very dissatisfied"),
}


def month_words(first: date) -> str:
    """Return a month with its year in the reader's language."""
    return str(format_date(first, "LLLL y", locale=reader_language()))


def average_words(average: float) -> str:
    """Return an average mark with one decimal place, as the reader's language writes it."""
    return str(format_decimal(average, "0.0", locale=reader_language()))

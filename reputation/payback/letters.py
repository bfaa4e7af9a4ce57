"""What the mails about payback say. Each function is called while its reader's language is spoken.

A letter that asks for something says until when; what it says happens without it is what happens.
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from community.core.spans import Span
from community.identity.letters import Letter
from reputation.payback.lines import Why
from reputation.payback.models import PaybackPeriod, PayoutLine
from reputation.payback.wording import (
    day_words,
    last_day_words,
    money,
    month_words,
    period_words,
)


def month_statement(month: Span, gained: int) -> Letter:
    """A month was closed in which something was booked for the reader."""
    return Letter(
        _("Your payback statement for %(month)s", month=month_words(month)),
        (
            ngettext(
                "in %(month)s %(num)s payback point was booked for you.",
                "in %(month)s %(num)s payback points were booked for you.",
                gained,
                month=month_words(month),
            ),
        ),
        _("To the statement"),
    )


def period_statement(period: PaybackPeriod, line: PayoutLine) -> Letter:
    """The statements of a period are published."""
    return Letter(
        _("Your payback statement: %(period)s", period=period_words(period)),
        (
            _(
                "the period has ended. You have %(points)s payback points, worth %(money)s.",
                points=line.amount,
                money=money(line.amount),
            ),
            _("You will soon be able to say what becomes of them. We will mail you when."),
        ),
        _("To the statement"),
    )


def choice_opened(period: PaybackPeriod, line: PayoutLine) -> Letter:
    """The reader can choose from now on."""
    return Letter(
        _("Choose what becomes of your payback"),
        (
            _(
                "you have %(points)s payback points, worth %(money)s. Until %(day)s you can "
                "choose: a credit, a bank transfer, a gift to a charity, or the next period.",
                points=line.amount,
                money=money(line.amount),
                day=_until(period),
            ),
        ),
        _("Choose now"),
        _without_choice(line),
    )


def choice_reminder(period: PaybackPeriod, line: PayoutLine) -> Letter:
    """The reader has not chosen yet."""
    return Letter(
        _("You can choose until %(day)s what becomes of your payback", day=_until(period)),
        (
            _(
                "you have not said yet what shall become of your %(points)s payback points, "
                "worth %(money)s.",
                points=line.amount,
                money=money(line.amount),
            ),
        ),
        _("Choose now"),
        _without_choice(line),
    )


def _until(period: PaybackPeriod) -> str:
    assert period.choice_ends_at is not None
    return last_day_words(period.choice_ends_at)


def _without_choice(line: PayoutLine) -> str:
    if line.lapsing > 0:
        return _(
            "Without a choice %(points)s points lapse, because they were carried over once "
            "before; the others are carried over.",
            points=min(line.lapsing, line.amount),
        )
    return _("Without a choice they are carried over to the next period, and lapse after that one.")


def lapse(points: int, day: datetime) -> Letter:
    """Points that were carried over lapse at the end of this period."""
    return Letter(
        ngettext(
            "%(num)s payback point lapses soon",
            "%(num)s payback points lapse soon",
            points,
        ),
        (
            _(
                "%(points)s of your payback points, worth %(money)s, were carried over from the "
                "period before. They lapse on %(day)s at the earliest, unless you choose a "
                "credit, a bank transfer or a charity when the choice opens.",
                points=points,
                money=money(points),
                day=day_words(day),
            ),
        ),
        _("To your payback"),
    )


def verdict(line: PayoutLine, why: Why) -> Letter:
    """What the reader chose could not be done, or points have lapsed."""
    if line.expired:
        return _lapsed(line)
    reasons = {
        Why.BELOW_FLOOR: _("after corrections there were too few points for a bank transfer."),
        Why.NO_ACCOUNT: _("there were no bank details of yours any more."),
        Why.NO_CHARITY: _("the charity you chose is on the list no more."),
    }
    return Letter(
        _("Your payback is carried over"),
        (
            reasons[why],
            _(
                "Your %(points)s points, worth %(money)s, are carried over to the next period and "
                "do not lapse at its end because of this.",
                points=line.payable,
                money=money(line.payable),
            ),
        ),
        _("To your payback"),
    )


def _lapsed(line: PayoutLine) -> Letter:
    return Letter(
        _("Payback points have lapsed"),
        (
            ngettext(
                "%(num)s payback point that had been carried over before has lapsed, because "
                "nothing was chosen for it.",
                "%(num)s payback points that had been carried over before have lapsed, because "
                "nothing was chosen for them.",
                line.expired,
            ),
        ),
        _("To your payback"),
    )


def details_changed(ending: str) -> Letter:
    """The bank details of the reader were saved."""
    return Letter(
        _("Your bank details for payback were changed"),
        (
            _(
                "payback by bank transfer now goes to the account whose number ends in %(ending)s.",
                ending=ending,
            ),
        ),
        _("To your bank details"),
        _("If it was not you, change your password and your bank details at once."),
    )

"""What a payout run refuses, in words that say what to do next."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed


class PayoutsHalted(Conflict):
    """The books did not add up, or do not now."""

    message = _l("Payouts are halted: the books do not add up. Find out why before you go on.")


class BooksBroken(Conflict):
    """A halt cannot be lifted while an invariant is broken."""

    message = _l("The books still do not add up, so payouts stay halted.")


class SamePerson(NotAllowed):
    """Four eyes: who prepared a list never approves it."""

    message = _l("Somebody else than who locked the list must approve it.")


class NotLocked(Conflict):
    """Only a locked list is approved."""

    message = _l("This list is not locked, or was approved already.")


class ListChanged(Conflict):
    """The list is not the one that was locked, or not the one that was looked at."""

    message = _l("This is not the list that was locked. Look at it again before you approve it.")


class NotApproved(Conflict):
    """Nothing leaves before a second person has approved."""

    message = _l("This list has not been approved.")


class NothingToExport(Conflict):
    """No line of this form waits to be paid, and no file was made for one."""

    message = _l("There is nothing to pay in this form.")


class PayerMissing(Conflict):
    """Cash needs an account to be paid from."""

    message = _l(
        "Set FORUM_PAYOUT_NAME and FORUM_PAYOUT_IBAN: without them there is no account to pay from."
    )


class OnlyEuros(Conflict):
    """SEPA carries euros alone."""

    message = _l("Cash can be paid in euros only.")


class FileGone(Conflict):
    """Every payment is decided, so the file with the bank details is gone."""

    message = _l("Every payment in this file is decided, so it is no longer kept.")


class ReportUnreadable(Invalid):
    """A settlement report as a whole cannot be read."""

    message = _l("This is no report on payments that can be read.")


class NotFailed(Conflict):
    """Only a failed payment is tried again or left for the next period."""

    message = _l("This payment has not failed, or was dealt with already.")


class NotFinished(Conflict):
    """A period is closed once every line is paid or left for the next period."""

    message = _l("Some payments of this period are not decided yet.")


class NotReconciled(Conflict):
    """A period is closed only when lines, files and ledger name the same sums."""

    message = _l("Lines, files and ledger do not name the same sums, so the period stays open.")

"""Why something about payback is refused; each says what to do instead."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed


class AlreadyStarted(Conflict):
    """There is a first period already."""

    message = _l("Payback was started before.")


class WrongState(Conflict):
    """A period is not where this step begins."""

    message = _l("The period is not ready for this step. Look at its state.")


class PeriodChanged(Conflict):
    """Somebody else moved the period on in the meantime."""

    message = _l("Somebody else has just changed this period. Please look again.")


class PeriodRuns(Conflict):
    """A period is calculated when it has ended."""

    message = _l("The period has not ended yet.")


class MonthsOpen(Conflict):
    """All months are closed before a period is calculated."""

    message = _l("Not all months are closed yet; a task closes them an hour after they end.")


class ChoiceRuns(Conflict):
    """The list is locked when nobody can choose any more."""

    message = _l("Members can still choose. The list is locked when the choice has ended.")


class NotMature(Conflict):
    """Points that can still be taken back are not paid."""

    message = _l("Some points of this period can still be taken back. Wait until they are firm.")


class LedgerBehind(Conflict):
    """What happened and is not booked yet could be paid for, or not be paid."""

    message = _l(
        "The ledger has not heard of everything that happened. Look at the worker, and try again."
    )


class EarlierUnfinished(Conflict):
    """The period before is not paid, so nobody knows yet what it leaves."""

    message = _l("The period before is not paid yet. Finish it first.")


class ChoiceClosed(Conflict):
    """Members choose in the choice window, neither before nor after."""

    message = _l("You cannot choose now. The page says when you can.")


class NothingToChoose(Conflict):
    """There is nothing to decide on."""

    message = _l("There are no points of yours to choose about in this period.")


class BelowFloor(Invalid):
    """Too little for a bank transfer."""

    message = _l("There are too few points for a bank transfer.")


class StrongSignInNeeded(NotAllowed):
    """Who receives money has shown a second factor in this session."""

    message = _l(
        "For a bank transfer sign in with a second factor. You can set one up on the page about "
        "your account."
    )


class DetailsMissing(Invalid):
    """There is no bank account to transfer to."""

    message = _l("Enter your bank details first.")


class CharityNotOnList(Invalid):
    """Points are given to charities on the list alone."""

    message = _l("Choose a charity from the list.")


class CharityKnown(Conflict):
    """The charity was proposed before."""

    message = _l("This charity was proposed before. Vote for it.")


class TooManyProposals(Conflict):
    """Somebody has proposed enough that nobody has decided on."""

    message = _l("Three of your proposals wait already. Please wait until they are decided on.")

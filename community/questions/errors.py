"""Refusals of operations on questions and answers."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed


class NotOpenToAnswers(NotAllowed):
    """The question is locked or closed."""

    message = _l("This question takes no more answers.")


class AnswerNotOnThisQuestion(Conflict):
    """The answer belongs elsewhere, or is not public."""

    message = _l("This answer can no longer be accepted.")


class TooManySolutions(Conflict):
    """A question holds at most three accepted answers."""

    message = _l("There are three solutions already. Take one back first.")


class AlreadyClosed(Conflict):
    """The question is closed or solved already."""

    message = _l("This question is closed already.")


class UnknownCloseReason(Invalid):
    """The reason is not one of the list, or not one for this person."""

    message = _l("Please choose a reason.")


class UnknownOriginal(Invalid):
    """The question named as the original does not exist for this person, or is this one."""

    message = _l("Please give the number or the address of the original question.")


class UnknownBoard(Invalid):
    """The board does not exist, or not for this person."""

    message = _l("Please choose a board.")


class UnfitPin(Invalid):
    """A question is pinned until a day to come, at most a year ahead."""

    message = _l("Please choose a day from today on, at most a year ahead.")


class UnfitPause(Invalid):
    """Slow mode knows some pauses and no others."""

    message = _l("Please choose how long everybody waits between two posts.")

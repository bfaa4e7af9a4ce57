"""Refusals of mail that comes in."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed


class WrongSignature(NotAllowed):
    """A request is not signed with the key that we share, or not lately."""

    message = _l("The signature is wrong, or too old.")


class RepliesOff(NotAllowed):
    """The operator takes no posts by mail."""

    message = _l("Answering by mail is switched off here.")


class ReplyTooLate(Conflict):
    """What is answered went out too long ago, or to an address that is the account's no more."""

    message = _l(
        "The mail that you answered is more than 90 days old, or went to an address that is no "
        "longer yours."
    )


class NotTheirAddress(NotAllowed):
    """A reply came from elsewhere than the account's address."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _l(
                "It came from %(email)s. Only what comes from your account's address is posted.",
                email=email,
            )
        )


class StaffByMail(NotAllowed):
    """Who works for the operator acts with a second factor, which no mail has."""

    message = _l("Whoever works for the team writes in the community alone, signed in.")


class ReadsOnly(NotAllowed):
    """The member may read but not write for a while."""

    message = _l("You can read but not write at the moment.")


class NothingNew(Invalid):
    """A mail that holds nothing but what it quotes."""

    message = _l(
        "We found nothing new in it. Write above what is quoted, and above the line that says so."
    )


class StillQuoted(Invalid):
    """What a mail quotes of ours could not be told from its author's words."""

    message = _l(
        "It still holds parts of our mail that are for you alone. Reply once more without what is "
        "quoted, or write on the page."
    )


class QuestionGone(Conflict):
    """What was written about is not there any more, or not for this member."""

    message = _l("What you answered is no longer there, or you cannot read it any more.")

"""What the operations of the scheme refuse."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid


class NotEligible(Conflict):
    """Staff, and accounts that are not open, cannot be superusers."""

    message = _l("Only members whose account is open, and who are not staff, can be superusers.")


class AlreadyUnderWay(Conflict):
    """Something is open between this member and the scheme already."""

    message = _l("This member has applied already, or is a superuser already.")


class StandingTooLow(Conflict):
    """Who applies must have helped others for a while, without trouble."""

    message = _l("You cannot apply at the moment.")


class NothingToAnswer(Conflict):
    """There is no invitation any more that could be accepted."""

    message = _l("This invitation is no longer open.")


class AgreementChanged(Conflict):
    """Another text is in force than the one that was read."""

    message = _l("The agreement has changed meanwhile. Please read it again.")


class DecidedAlready(Conflict):
    """Somebody else has decided otherwise."""

    message = _l("Somebody has decided this already. Please look again.")


class NotASuperuser(Conflict):
    """The membership is not active any more, or not yet."""

    message = _l("This person is not a superuser at the moment.")


class MotiveUnfit(Invalid):
    """An application without words."""

    message = _l("Tell us in 20 to 2,000 characters why you would like to do this.")


class TopicsUnfit(Invalid):
    """An application without topics, or with too many words about them."""

    message = _l("Name the topics you know best, in up to 200 characters.")


class NoteUnfit(Invalid):
    """A note that is too long."""

    message = _l("Up to 500 characters, please.")


class TierUnknown(Invalid):
    """There are two tiers."""

    message = _l("Choose tier 1 or tier 2.")

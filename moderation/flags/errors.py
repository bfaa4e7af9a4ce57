"""What refuses a flag, or the mending of a flagged post."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed, RateLimited


class FlagUnfit(Invalid):
    """A flag names a reason, and says more where the reason says too little."""


class OwnFlag(NotAllowed):
    """Nobody reports themselves."""

    message = _l("This is your own. You can edit or delete it instead.")


class AlreadyFlagged(Conflict):
    """The same member has an open flag on it."""

    message = _l("You have reported this already. Moderators will look at it and tell you.")


class FlaggedLately(RateLimited):
    """The same member flagged it within a day, and it is still as it was."""

    message = _l(
        "You reported this within the last day, and it has not been changed since. "
        "You can report it again %(wait)s."
    )


class TooManyFlags(RateLimited):
    """The member has given as many flags today as one may."""

    message = _l("You have reported a lot today. You can go on %(wait)s.")


class MendingTooSoon(RateLimited):
    """There is a pause between hiding and mending, so that nobody answers in anger."""

    message = _l("Take a moment first: you can change this post %(wait)s.")


class NothingMended(Invalid):
    """What is to be mended has to change."""

    message = _l("Nothing is different yet. Please change what was reported.")

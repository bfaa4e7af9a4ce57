"""Refusals of operations on posts."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed, RateLimited


class OwnPost(NotAllowed):
    """Nobody thanks themselves."""

    message = _l("You cannot give kudos to your own post.")


class KudosSettled(Conflict):
    """The time to take kudos back has passed."""

    message = _l("These kudos can no longer be taken back.")


class QuestionLocked(NotAllowed):
    """A locked question takes no more posts."""

    message = _l("This question is locked. Nothing more can be written here.")


class TooManyComments(Conflict):
    """A post holds a limited number of comments."""

    message = _l("There are enough comments here. Please write an answer instead.")


class WritingTooFast(RateLimited):
    """The member has reached a limit on questions or posts."""

    message = _l(
        "You have written a lot for today. You can send this %(wait)s; your text stays here."
    )


class WritingTooSoon(WritingTooFast):
    """The member's last question or post is only moments old."""

    message = _l("That was quick. You can send this %(wait)s; your text stays here.")


class SlowedDown(WritingTooFast):
    """The question is in slow mode, and the member wrote here a short while ago."""

    message = _l(
        "Slow mode is on under this question: everybody waits between two posts. "
        "You can send this %(wait)s; your text stays here."
    )


class EnoughRepliesHere(WritingTooFast):
    """A newcomer has written enough below one question of somebody else."""

    message = _l(
        "While you are new here, leave room for others under this question. "
        "You can send this %(wait)s; your text stays here."
    )


class TextRepeated(WritingTooFast):
    """The member has posted the same text a moment ago."""

    message = _l(
        "You have just posted the same text. Once is enough; others find it. "
        "If it must be, you can send it again %(wait)s."
    )


class EnoughImages(Conflict):
    """A member's pictures take all the room there is for them."""

    message = _l("There is no more room for your pictures. Take some of the older ones down first.")


class EnoughImagesToday(RateLimited):
    """A member has added as many pictures as one may in a day."""

    message = _l("You have added many pictures today. You can add more %(wait)s.")


class EditConflict(Conflict):
    """The post changed while somebody was editing it."""

    message = _l("Somebody changed this post while you were writing. Compare before you save.")


class UnfitText(Invalid):
    """A title, body or tag list does not fit; ``errors`` says which and why."""

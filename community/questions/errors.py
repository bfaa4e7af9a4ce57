"""Refusals of operations on questions and answers."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid, NotAllowed, RateLimited


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


class DuplicateCircle(Invalid):
    """The question named as the original is itself closed as a duplicate of this one."""

    message = _l("That question is closed as a duplicate of this one.")


class OriginalUnseen(Invalid):
    """The asker may not read the question named as the original."""

    message = _l("The asker cannot read that question. Name one that they can.")


class SecondVoiceNeeded(NotAllowed):
    """Who does not know the topic well proposes that a question was asked before."""

    message = _l(
        "Propose it instead: a question is closed as a duplicate once its asker or a second "
        "member agrees."
    )


class ProposedAlready(Conflict):
    """Of a question one proposal at a time is undecided."""

    message = _l("Somebody has proposed another question already.")


class JudgedDifferent(Conflict):
    """Moderators have decided that these two questions differ."""

    message = _l("Moderators have decided that these two questions are not the same.")


class ProposalGone(Conflict):
    """The proposal was withdrawn or decided meanwhile."""

    message = _l("This proposal has been withdrawn or decided meanwhile.")


class AskerDisagrees(Conflict):
    """Where the asker says theirs is different, moderators decide and no second voice."""

    message = _l("The asker says that theirs is different. Moderators decide about it now.")


class UnknownBoard(Invalid):
    """The board does not exist, or not for this person."""

    message = _l("Please choose a board.")


class UnfitPin(Invalid):
    """A question is pinned until a day to come, at most a year ahead."""

    message = _l("Please choose a day from today on, at most a year ahead.")


class UnfitEnd(Invalid):
    """A lock and slow mode last until a day to come, at most a year ahead, or have no end."""

    message = _l("Please choose a day from today on, at most a year ahead.")


class UnfitPause(Invalid):
    """Slow mode knows some pauses and no others."""

    message = _l("Please choose how long everybody waits between two posts.")


class UnknownTarget(Invalid):
    """The question to merge with does not exist for this person, or is this one."""

    message = _l("Please give the number or the address of the other question.")


class NotMergeable(Conflict):
    """One of the questions is no longer public, or the other one counts as its duplicate."""

    message = _l(
        "These questions cannot be merged: one of them is not public any more, or is closed as "
        "a duplicate of the other. Look at them again."
    )


class TooManySolutionsTogether(Conflict):
    """A question holds at most three accepted answers, also where two become one."""

    message = _l(
        "Together they would have more than three solutions. Take one back first, then try again."
    )


class NotSplittable(Conflict):
    """A post to be split off is not public, belongs elsewhere by now, or is a solution."""

    message = _l(
        "Solutions, and what is hidden or stands elsewhere by now, cannot be split off. "
        "Look at the posts again."
    )


class NotTurnable(Conflict):
    """The post is of that kind already, is not public, or is a solution."""

    message = _l(
        "This cannot be turned: it is a solution, is not public, or somebody was faster than you."
    )


class RegroupingDone(Conflict):
    """Somebody else has undone it already."""

    message = _l("This was undone already.")


class LaterFirst(Conflict):
    """What was done later with the same posts is undone first."""

    message = _l("Undo first what was done later with these questions.")


class NothingSuggested(Invalid):
    """A suggestion says what the post says already."""

    message = _l("Nothing is different yet: change what should be better.")


class EnoughSuggestions(RateLimited):
    """A member has suggested as many changes as one may in a day."""

    message = _l("You have suggested many changes today. You can send this %(wait)s.")


class SuggestionDecided(Conflict):
    """Somebody else has decided about the suggestion, or it was taken back."""

    message = _l("This suggestion is decided already, or was taken back.")


class SuggestionOutdated(Conflict):
    """The post has changed in the same place, or is not public, so the suggestion fits no more."""

    message = _l(
        "The post has changed in the same place since, or is not public any more: "
        "this suggestion does not fit it now."
    )

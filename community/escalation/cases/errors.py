"""What the support team's desk refuses, and why."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid


class CaseTaken(Conflict):
    """Somebody else owns the case."""

    message = _l("Somebody else of your team has taken this case.")


class CaseClosed(Conflict):
    """Closed is final."""

    message = _l("This case is closed, and stays so. A reply opens a new one.")


class StepNotPossible(Conflict):
    """The case is not in a state that allows this."""

    message = _l("The case has moved on meanwhile. Please look again.")


class OwnerMissing(Conflict):
    """A case is solved by whoever owns it."""

    message = _l("Take the case first: a solved case has an owner.")


class OwnerUnfit(Invalid):
    """Cases are for agents of the case's team."""

    message = _l("Choose somebody who works in this team.")


class TeamUnfit(Invalid):
    """A case is handed over to a team there is, and with a reason."""

    message = _l("Choose another team.")
    reason_missing = _l("Say why, so that the other team knows.")


class SolutionIncomplete(Invalid):
    """A solved case says what came of it and what it was about."""

    message = _l("Say what came of it, and what kind of matter it was.")


class SomethingNew(Conflict):
    """Something was written since the page was opened."""

    message = _l("Something new came in while you were writing. Read it, then send again.")


class NotTheSameCustomer(Invalid):
    """What one customer wrote is nothing for another one."""

    message = _l("Only cases of the same customer become one. For others, make an incident.")


class TwoQuestions(Invalid):
    """Both cases have a public question, and one of them is let go."""

    message = _l("Both cases have a public question. Confirm that this one’s is let go.")


class NotAnIncident(Invalid):
    """A case belongs to one incident at most, and an incident to none."""

    message = _l("Name a case that belongs to no incident; this one must be in none, and be none.")


class IncidentFull(Invalid):
    """More cases than one request can write to."""

    message = _l("This incident has as many cases as it can have. Begin another one.")


class TextMissing(Invalid):
    """Somebody would get nothing they can read."""

    message = _l("Some of the customers read this language. Please write to them, too.")


class NobodyToTell(Conflict):
    """Nobody would get a private message."""

    message = _l("Nobody would get this: the member has left.")


class NotBetweenYou(Conflict):
    """A question of the community is needed for this."""

    message = _l("This case has no public question.")

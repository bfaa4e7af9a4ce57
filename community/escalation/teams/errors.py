"""What the keeping of teams refuses, and why."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict, Invalid


class UnfitTeam(Invalid):
    """A team cannot be kept like this; ``errors`` says why, by field."""


class NoAgent(Invalid):
    """Only who may use the desk works in a team."""

    message = _l("Choose somebody who is an agent. Give them the role first, on their page.")


class UnfitAgent(Invalid):
    """What is said of an agent cannot be; ``errors`` says why, by field."""


class AbsenceUnfit(Invalid):
    """Somebody cannot be away until then."""

    message = _l("Choose a day after today, within a year.")


class TeamChanged(Conflict):
    """Somebody else changed the team since the page was opened."""

    message = _l("Somebody changed this team meanwhile. Look at what it is now, then save again.")


class TeamNeeded(Conflict):
    """Cases, or the record of them, would be nobody's."""

    message = _l(
        "Cases belong to this team. Take its boards and members away instead; the team stays for"
        " the record."
    )


class LastWorker(Conflict):
    """Cases in hand would be seen by nobody."""

    message = _l("The team has cases in hand, and nobody else works in it. Add somebody first.")


class DefaultTeamStays(Conflict):
    """There is always a team that takes what no other one does."""

    message = _l("This team takes all cases that no other one answers for. It cannot be deleted.")

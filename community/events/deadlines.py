"""What happens to calendars, SLA policies and the clocks of support cases."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CalendarChanged:
    """A calendar says something else from now on, or counts for other teams."""

    calendar_id: int


@dataclass(frozen=True)
class SlaPoliciesChanged:
    """Which policies there are, in which order, or what one of them says has changed."""

    policy_id: int


@dataclass(frozen=True)
class ClockWarned:
    """A deadline of a case is near; ``user_id`` is who has it in hand, if anybody does."""

    case_id: int
    clock_id: int
    user_id: int | None


@dataclass(frozen=True)
class ClockBreached:
    """A deadline of a case was missed, or the news of it climbed another ``step`` of the ladder.

    ``user_id`` is who is to be told: whose case it is at step 1, the team's lead at step 2; nobody
    at step 3, which goes out of the house, or where it has been answered meanwhile (step 0).
    """

    case_id: int
    clock_id: int
    step: int
    user_id: int | None


@dataclass(frozen=True)
class ClockMet:
    """What a clock of a case measures came in time."""

    case_id: int
    clock_id: int


@dataclass(frozen=True)
class TeamDeadline:
    """Somebody of a team is to hear of a deadline that nobody alone would be told of."""

    case_id: int
    user_id: int
    is_missed: bool

"""What happens to members' reports and to the cases they lead to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FlagAnswered:
    """Moderators decided about what a member had reported; ``is_upheld`` says they agreed."""

    flag_id: int
    user_id: int
    is_upheld: bool


@dataclass(frozen=True)
class CaseNoted:
    """A moderator was asked about a case by a colleague."""

    case_id: int
    user_id: int
    author_id: int


@dataclass(frozen=True)
class CaseEscalated:
    """A moderator handed a case over; this administrator may decide it."""

    case_id: int
    user_id: int
    author_id: int


@dataclass(frozen=True)
class CaseOverdue:
    """A case has waited for a day; this moderator may decide it."""

    case_id: int
    user_id: int

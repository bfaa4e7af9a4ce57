"""What is told of cases: to who moderates, to support agents and their leads, and to customers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.events.deadlines import ClockBreached, ClockWarned, TeamDeadline
from community.events.reports import CaseEscalated, CaseNoted, CaseOverdue
from community.events.support import (
    CaseMessageAdded,
    CaseOpened,
    CaseRatedLow,
    CaseSolved,
    CustomerReplied,
    DirectLineAnswered,
    PublicationAnswered,
    PublicationAsked,
    SideMailFailed,
)
from community.notifications.operations.telling import tell_personally


def on_case_overdue(event: CaseOverdue, *, event_id: int) -> None:
    """Tell a moderator of a case that has waited for a day."""
    page = f"/moderation/cases/{event.case_id}"
    note = str(event.case_id)
    tell_personally(event.user_id, "case", page=page, event_id=event_id, note=note)


def on_case_opened(event: CaseOpened, *, event_id: int) -> None:
    """Tell an asker that the support team has their question now, unless they called it."""
    if event.question_id is not None and event.actor_id != event.requester_id:
        _tell_customer(event.requester_id, event.case_id, "handed_over", event_id)


def on_case_message(event: CaseMessageAdded, *, event_id: int) -> None:
    """Tell a customer that the support team wrote to them alone; a letter holds the words."""
    if event.kind == "private" and event.direction == "out":
        _tell_customer(event.requester_id, event.case_id, "support", event_id)


def on_publication_asked(event: PublicationAsked, *, event_id: int) -> None:
    """Tell a customer that the team asks for their consent; a letter holds the text."""
    page, note = f"/cases/{event.case_id}/publication", f"consent:{event.case_id}"
    tell_personally(event.user_id, "support", page=page, event_id=event_id, note=note)


def on_publication_answered(event: PublicationAnswered, *, event_id: int) -> None:
    """Tell the team whether a customer agreed to what is to be published."""
    what = "agreed" if event.is_agreed else "declined"
    page, note = f"/desk/cases/{event.case_id}", f"{what}:{event.case_id}"
    tell_personally(event.user_id, "customer", page=page, event_id=event_id, note=note)


def on_customer_replied(event: CustomerReplied, *, event_id: int) -> None:
    """Tell whoever owns a support case that its customer wrote."""
    page, note = f"/desk/cases/{event.case_id}", str(event.case_id)
    tell_personally(event.owner_id, "customer", page=page, event_id=event_id, note=note)


def on_side_mail_failed(event: SideMailFailed, *, event_id: int) -> None:
    """Tell whoever has a support case in hand that a mail to somebody outside reached nobody."""
    page, note = f"/desk/cases/{event.case_id}/side", str(event.case_id)
    tell_personally(event.user_id, "undelivered", page=page, event_id=event_id, note=note)


def on_case_solved(event: CaseSolved, *, event_id: int) -> None:
    """Tell a customer that their case is solved."""
    _tell_customer(event.requester_id, event.case_id, "solved", event_id)


def on_line_answered(event: DirectLineAnswered, *, event_id: int) -> None:
    """Tell a superuser that the team has answered where they called it."""
    page, note = f"/questions/{event.question_id}", str(event.question_id)
    tell_personally(event.user_id, "line", page=page, event_id=event_id, note=note)


def _tell_customer(user_id: int | None, case_id: int, kind: str, event_id: int) -> None:
    if user_id is not None:
        page, note = f"/cases/{case_id}", str(case_id)
        tell_personally(user_id, kind, page=page, event_id=event_id, note=note)


def on_clock_warned(event: ClockWarned, *, event_id: int) -> None:
    """Tell whoever has a support case in hand that its deadline is near."""
    _tell_of_deadline(event.user_id, event.case_id, "near", event_id)


def on_clock_breached(event: ClockBreached, *, event_id: int) -> None:
    """Tell whoever the ladder says of a missed deadline."""
    _tell_of_deadline(event.user_id, event.case_id, "missed", event_id)


def on_team_deadline(event: TeamDeadline, *, event_id: int) -> None:
    """Tell somebody of a team that has no lead of a case that nobody owns."""
    _tell_of_deadline(
        event.user_id, event.case_id, "missed" if event.is_missed else "near", event_id
    )


def _tell_of_deadline(user_id: int | None, case_id: int, what: str, event_id: int) -> None:
    if user_id is not None:
        page, note = f"/desk/cases/{case_id}", f"{what}:{case_id}"
        tell_personally(user_id, "deadline", page=page, event_id=event_id, note=note)


def on_case_noted(event: CaseNoted, *, event_id: int) -> None:
    """Tell a moderator that a colleague asks them about a case."""
    _tell_of_case(event, "asked", event_id)


def on_case_escalated(event: CaseEscalated, *, event_id: int) -> None:
    """Tell an administrator of a case that a moderator left to them."""
    _tell_of_case(event, "escalated", event_id)


def _tell_of_case(event: CaseNoted | CaseEscalated, what: str, event_id: int) -> None:
    page, note = f"/moderation/cases/{event.case_id}", f"{what}:{event.case_id}"
    tell_personally(event.user_id, "case", page=page, event_id=event_id, note=note)


def on_rated_low(event: CaseRatedLow, *, event_id: int) -> None:
    """Tell a team's lead that a customer was dissatisfied."""
    note, page = f"C-{event.case_id}", f"/desk/satisfaction/answers?case={event.case_id}"
    tell_personally(event.user_id, "rating", page=page, event_id=event_id, note=note)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    CaseOverdue: [on_case_overdue],
    CaseOpened: [on_case_opened],
    CaseMessageAdded: [on_case_message],
    CaseSolved: [on_case_solved],
    PublicationAsked: [on_publication_asked],
    PublicationAnswered: [on_publication_answered],
    DirectLineAnswered: [on_line_answered],
    CustomerReplied: [on_customer_replied],
    SideMailFailed: [on_side_mail_failed],
    ClockWarned: [on_clock_warned],
    ClockBreached: [on_clock_breached],
    TeamDeadline: [on_team_deadline],
    CaseNoted: [on_case_noted],
    CaseEscalated: [on_case_escalated],
    CaseRatedLow: [on_rated_low],
}

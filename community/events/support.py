"""What happens to support cases: ids only, nothing of what was written in them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CaseOpened:
    """A support case was opened; ``trigger`` is the rule or the hand that did it."""

    case_id: int
    trigger: str
    question_id: int | None
    requester_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class CaseAssigned:
    """A support case has another owner; None when it was given back to its team."""

    case_id: int
    owner_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class CaseHandedOver:
    """A support case belongs to another team from now on."""

    case_id: int
    team_id: int
    actor_id: int | None


@dataclass(frozen=True)
class CustomerReplied:
    """A customer wrote in a support case, and somebody of the team is to hear of it.

    Who owns it, or while they are away whoever stands in for them.
    """

    case_id: int
    owner_id: int


@dataclass(frozen=True)
class CaseMessageAdded:
    """Something was said in a support case: ``kind`` public, private or internal.

    ``direction`` is "in" from the customer (``requester_id``), "out" from the team.
    """

    case_id: int
    message_id: int
    kind: str
    direction: str
    requester_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class CaseStateChanged:
    """A support case came from one state to another."""

    case_id: int
    state: str
    former_state: str
    actor_id: int | None


@dataclass(frozen=True)
class CaseSolved:
    """A support case was solved by its owner."""

    case_id: int
    question_id: int | None
    requester_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class CaseReturned:
    """A support case was handed back to the community as a public question; its clocks go on.

    Whoever spends a bonus on questions puts it on this one.
    """

    case_id: int
    question_id: int
    actor_id: int | None


@dataclass(frozen=True)
class PublicationAsked:
    """A customer (``user_id``) was asked whether a text out of their case may be published."""

    case_id: int
    user_id: int


@dataclass(frozen=True)
class PublicationAnswered:
    """A customer agreed to a publication or declined it; this person of the team is to hear of it.

    ``user_id`` is who.
    """

    case_id: int
    user_id: int
    is_agreed: bool


@dataclass(frozen=True)
class SideMailFailed:
    """A mail to somebody outside about a case reached nobody; this person is to hear of it."""

    case_id: int
    message_id: int
    user_id: int


@dataclass(frozen=True)
class CaseRatedLow:
    """A customer was dissatisfied with how their case was solved; this person is to look at it."""

    case_id: int
    user_id: int


@dataclass(frozen=True)
class DirectLineAnswered:
    """The team wrote for the first time after a superuser (``user_id``) had called it."""

    case_id: int
    question_id: int
    user_id: int

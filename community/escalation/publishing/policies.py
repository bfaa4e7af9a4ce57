"""Which cases can become a public question, and how long their customer can say so."""

from datetime import datetime, timedelta

from community.escalation.cases.models import SupportCase
from community.escalation.publishing.models import Publication

# So long a customer can answer: later the matter has gone on.
OPEN_FOR = timedelta(days=14)


def can_become_question(case: SupportCase) -> bool:
    """Say whether a case can be published: the team has it in hand, and it has no question."""
    return case.question_id is None and case.is_in_hand


def is_open(publication: Publication, case: SupportCase, now: datetime) -> bool:
    """Say whether the customer can still agree or decline."""
    waits = publication.answer == "" and now < publication.asked_at + OPEN_FOR
    return waits and publication.is_intact and can_become_question(case)

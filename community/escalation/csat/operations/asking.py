"""Asking customers: once a case, a day after it was solved, unless they do not want to be."""

from sqlalchemy import select

from community.core import clock
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import enqueue
from community.core.mail import enqueue_mail
from community.escalation.cases.models import SupportCase
from community.escalation.csat.letters import write_question
from community.escalation.csat.models import CsatRefusal, CsatResponse
from community.escalation.csat.queries import has_refused, list_due_cases
from community.escalation.csat.tokens import address_hash, address_hashes
from community.identity.models import User

BATCH = 200


def ask_customers(after_id: int = 0) -> None:
    """Ask about all cases that are due (periodic task), some hundreds at a time.

    Whoever stores the question sends the mail, in the same transaction: two workers ask once.
    """
    cases = list_due_cases(clock.now(), after_id=after_id, limit=BATCH)
    for case in cases:
        _ask_about(case)
    if len(cases) == BATCH:
        enqueue(ask_customers, after_id=cases[-1].id)


def _ask_about(case: SupportCase) -> None:
    customer = db.session.get(User, case.requester_id) if case.requester_id else None
    to = customer.email if customer else case.requester_email
    if not to or (customer is None and has_refused(address_hashes(to))):
        return
    asked = insert_ignoring_conflicts(CsatResponse).values(
        case_id=case.id,
        team_id=case.team_id,
        customer_id=case.requester_id,
        asked_at=clock.now(),
        comment="",
    )
    if count_changed(asked):
        made = select(CsatResponse.id).where(CsatResponse.case_id == case.id)
        response_id = db.session.scalars(made).one()
        enqueue_mail(write_question(case, response_id, to=to, customer=customer))


def refuse_questions(case: SupportCase) -> None:
    """Never ask a case's customer again; twice changes nothing."""
    who: dict[str, object] = {"user_id": case.requester_id}
    if case.requester_id is None:
        if not case.requester_email:
            return
        who = {"address_hash": address_hash(case.requester_email)}
    refused = insert_ignoring_conflicts(CsatRefusal).values(refused_at=clock.now(), **who)
    db.session.execute(refused)

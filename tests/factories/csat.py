"""Build solved cases and the questions that customers are asked about them."""

from typing import Any

from sqlalchemy import select, update

from community.core.db import db, transaction
from community.escalation.cases.models import SOLVED, SupportCase
from community.escalation.csat.models import CsatResponse
from community.escalation.csat.operations.asking import ask_customers
from community.identity.models import User
from tests.factories.community import days_ago, reload
from tests.factories.support import make_support_case


def make_solved_case(
    requester: User | None = None, *, days: float = 1.01, **values: Any
) -> SupportCase:
    """Make a case that was solved so many days ago; ``values`` are columns of it."""
    case = make_support_case(requester=requester)
    given = {"state": SOLVED, "outcome": "answered", "contact_reason": "how_to", **values}
    with transaction():
        db.session.execute(
            update(SupportCase)
            .where(SupportCase.id == case.id)
            .values(solved_at=days_ago(days), **given)
        )
    return reload(case)  # type: ignore[no-any-return]


def ask_about(case: SupportCase) -> CsatResponse:
    """Ask whoever is due to be asked, and return the question about this case."""
    with transaction():
        ask_customers()
    found = select(CsatResponse).where(CsatResponse.case_id == case.id)
    return db.session.scalars(found).one()

"""Forgetting the texts of cases that are long closed; that there was a consent stays."""

from datetime import timedelta

from sqlalchemy import select, update

from community.core import clock
from community.core.db import db
from community.escalation.cases.models import SupportCase
from community.escalation.publishing.models import Publication

EMPTIED = "–"


def forget_publications(age: timedelta) -> None:
    """Empty what was to be published out of cases closed so long ago.

    What was published stands as a question; by the hash it can be shown what was agreed to.
    """
    old = select(SupportCase.id).where(SupportCase.closed_at < clock.now() - age)
    texts = update(Publication).where(Publication.case_id.in_(old), Publication.title != EMPTIED)
    emptied = texts.values(title=EMPTIED, body="", tags="")
    db.session.execute(emptied.execution_options(synchronize_session=False))

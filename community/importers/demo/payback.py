"""Payback of the demo: it runs since the present period began, and gifts have somewhere to go."""

from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.clock import now
from community.core.db import db
from community.identity.models import User
from reputation.payback.models import Charity
from reputation.payback.operations.charities import approve_charity, propose_charity
from reputation.payback.operations.periods import start
from reputation.payback.queries.periods import get_latest_period, period_span

# Invented, like everybody here; each with what the operator adds, in percent.
CHARITIES = (("Repair-Café Hafenviertel", 100), ("Seenotwache Nordufer", 100))
PROPOSER = "kim@nordfunk.example"


def start_payback() -> None:
    """Start payback, unless that was done; what the demo's members gave earns from then on."""
    if get_latest_period() is None:
        start(SYSTEM, period_span(now()).begins_at)


def load_charities() -> None:
    """Propose and approve charities, unless there are some."""
    if db.session.scalar(select(Charity.id).limit(1)) is not None:
        return
    proposer = db.session.scalars(select(User).where(User.email == PROPOSER)).one()
    for name, match_percent in CHARITIES:
        approve_charity(SYSTEM, propose_charity(proposer, name).id, match_percent)

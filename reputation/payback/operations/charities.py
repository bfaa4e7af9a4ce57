"""Charities: proposed and voted for by members, put on the list by administrators."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, insert_ignoring_conflicts
from community.core.errors import Invalid
from community.identity.models import User
from reputation.payback.errors import CharityKnown, TooManyProposals
from reputation.payback.models import NAME_MAX_CHARS, Charity, CharityState, CharityVote
from reputation.payback.policies import can_decide_on_charities, can_propose_charities
from reputation.payback.queries.charities import count_open_proposals, get_charity

OPEN_PROPOSALS = 3
NAME_MIN_CHARS = 3
MATCH_MAX_PERCENT = 400


def propose_charity(actor: User, name: str) -> Charity:
    """Propose a charity and vote for it; raises ``CharityKnown`` or ``TooManyProposals``."""
    require(can_propose_charities(actor))
    name = " ".join(name.split())
    if not NAME_MIN_CHARS <= len(name) <= NAME_MAX_CHARS or not name.isprintable():
        raise Invalid(errors={"name": _l("Enter the name of a charity, 3 to 80 characters.")})
    if count_open_proposals(actor.id) >= OPEN_PROPOSALS:
        raise TooManyProposals()
    charity = _insert(actor, name)
    vote(actor, charity.id)
    return charity


def _insert(actor: User, name: str) -> Charity:
    values: dict[str, Any] = {
        "name": name,
        "name_key": name.casefold(),
        "state": CharityState.NOMINATED.value,
        "match_percent": 0,
        "nominated_by_id": actor.id,
        "nominated_at": clock.now(),
    }
    statement = insert_ignoring_conflicts(Charity).values(**values).returning(Charity.id)
    charity_id = db.session.scalar(statement)
    if charity_id is None:
        raise CharityKnown()
    return get_charity(charity_id)


def vote(actor: User, charity_id: int) -> None:
    """Vote for a charity; a second time changes nothing."""
    require(can_propose_charities(actor))
    charity = get_charity(charity_id)
    if charity.state != CharityState.RETIRED:
        values = {"charity_id": charity.id, "user_id": actor.id, "voted_at": clock.now()}
        db.session.execute(insert_ignoring_conflicts(CharityVote).values(**values))


def take_vote_back(actor: User, charity_id: int) -> None:
    """Take one's vote for a charity back; without one nothing changes."""
    require(can_propose_charities(actor))
    db.session.execute(
        delete(CharityVote).where(
            CharityVote.charity_id == charity_id, CharityVote.user_id == actor.id
        )
    )


def approve_charity(actor: Viewer, charity_id: int, match_percent: int) -> None:
    """Put a charity on the list; ``match_percent`` is what the operator adds to gifts."""
    require(can_decide_on_charities(actor))
    if not 0 <= match_percent <= MATCH_MAX_PERCENT:
        raise Invalid(errors={"match_percent": _l("Enter a whole number from 0 to 400.")})
    _decide(actor, charity_id, CharityState.APPROVED, match_percent, Action.CHARITY_APPROVED)


def retire_charity(actor: Viewer, charity_id: int) -> None:
    """Take a charity off the list, or refuse a proposal; gifts not locked yet are carried over."""
    require(can_decide_on_charities(actor))
    _decide(actor, charity_id, CharityState.RETIRED, 0, Action.CHARITY_RETIRED)


def _decide(
    actor: Viewer, charity_id: int, state: CharityState, match_percent: int, action: Action
) -> None:
    charity = get_charity(charity_id)
    if (charity.state, charity.match_percent) == (state, match_percent):
        return
    before = {"state": charity.state, "match_percent": charity.match_percent}
    charity.state, charity.match_percent = state.value, match_percent
    charity.decided_by_id, charity.decided_at = actor.viewer_id, clock.now()
    db.session.flush()
    after = {"state": state.value, "match_percent": match_percent}
    record(actor, action, subject=("charity", charity_id), before=before, after=after)

"""From one state to the next: only from where it is allowed, and only once."""

from typing import Any

from sqlalchemy import update

from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.db import db
from reputation.superusers.models import SuperuserMembership


def as_it_is(membership: SuperuserMembership) -> SuperuserMembership:
    """Return the membership as the database has it now; lock its member before."""
    return db.session.get_one(SuperuserMembership, membership.id, populate_existing=True)


def move(membership: SuperuserMembership, *states: str, **values: Any) -> bool:
    """Write values if the membership is in one of these states; says whether it was.

    Either way the record holds afterwards what the database does.
    """
    done = db.session.execute(
        update(SuperuserMembership)
        .where(SuperuserMembership.id == membership.id, SuperuserMembership.state.in_(states))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(membership)
    return bool(done.rowcount)  # type: ignore[attr-defined]


def note_deed(
    actor: Viewer, action: Action, membership: SuperuserMembership, **after: object
) -> None:
    """Write to the audit log what was done about a membership.

    Numbers and codes alone: what people wrote stands in the membership, which can be erased.
    """
    facts = {"membership_id": membership.id, **after}
    record(actor, action, subject=("user", membership.user_id), after=facts)

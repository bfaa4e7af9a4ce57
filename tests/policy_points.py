"""What requests about points are about: lines, adjustments and appeals, for everybody one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from community.core.db import transaction
from community.identity.models import User
from reputation.adjustments.operations.adjustments import propose_adjustment
from reputation.adjustments.operations.appeals import open_appeal, take_appeal
from reputation.drafts.operations.drafts import make_draft, publish_draft
from reputation.drafts.operations.simulations import request_simulation
from reputation.drafts.queries import today
from reputation.ledger.operations import Posting, book
from reputation.ledger.rules import SETTLED
from tests.factories.community import load_user

DRAFT = {
    **{f"value_{cause}": "3" for cause in SETTLED},
    "full_givers": "3",
    "later_kudos": "1",
    "daily_cap": "100",
    "matures_after_days": "",
    "begins_on": "2030-01-01",
}

MODERATING = ("moderator", "admin")


@dataclass
class PointsWorld:
    """Ids by role, "author" for whom everything belongs to that is nobody's of the roles.

    ``taken`` are appeals of the author that a moderator or an administrator has taken on.
    """

    entries: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    booked: dict[str, int] = field(default_factory=dict)
    own_appeals: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    draft_id: int = 0
    version_id: int = 0
    simulation_id: int = 0


def make_points(people: Mapping[str, User], author: User, other: User) -> PointsWorld:
    """Write lines, adjustments by somebody else, and appeals."""
    made = PointsWorld()
    for role, user in (*people.items(), ("author", author)):
        with transaction():
            made.entries[role] = _book(user, "line")
            appealed = _book(user, "appealed")
            made.own_appeals[role] = open_appeal(load_user(user.id), appealed, "Too few").id
            made.waiting[role] = _adjust(other, user, 5_000)
            made.booked[role] = _adjust(other, user, 10)
    for role in set(MODERATING) & set(people):
        with transaction():
            appealed = _book(author, f"taken by {role}")
            made.taken[role] = open_appeal(load_user(author.id), appealed, "Too few").id
            take_appeal(load_user(people[role].id), made.taken[role])
    _draft_rules(made, other)
    return made


def _draft_rules(made: PointsWorld, admin: User) -> None:
    with transaction():
        actor = load_user(admin.id)
        published = make_draft(actor, "reputation")
        made.version_id = publish_draft(actor, published.id).id
        draft = make_draft(actor, "reputation")
        yesterday = today() - timedelta(days=1)
        made.simulation_id = request_simulation(actor, draft.id, yesterday, yesterday).id
        draft.begins_on += timedelta(days=1)
        made.draft_id = draft.id


def _book(user: User, what: str) -> int:
    return book(Posting(user.id, "reputation", "opening", 5, f"opening:{what}:{user.id}"))


def _adjust(actor: User, user: User, amount: int) -> int:
    adjustment = propose_adjustment(
        load_user(actor.id), user.id, currency="reputation", amount=amount, reason="A prize"
    )
    return adjustment.id

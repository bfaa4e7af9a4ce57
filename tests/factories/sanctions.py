"""Build statements, sanctions and appeals through the product's own operations."""

from typing import Any

from community.core.authz import SYSTEM, Viewer
from community.core.db import transaction
from community.identity.models import User
from moderation.appeals.models import DecisionAppeal
from moderation.appeals.operations import open_appeal
from moderation.sanctions.models import Sanction, Statement
from moderation.sanctions.operations.sanctions import impose_sanction
from moderation.sanctions.operations.statements import issue_statement
from tests.factories.community import load_user, make_user

DAYS = {"read_only": 7, "suspension": 14}
FACTS = "The post praises a shop and was sent three times."


def make_sanction(
    user: User, kind: str = "warning", *, by: Viewer | None = None, **values: Any
) -> Sanction:
    """Impose a measure on a member, by a moderator where nobody else is named."""
    values.setdefault("days", DAYS.get(kind))
    actor = by or make_user(role="moderator")
    with transaction():
        return impose_sanction(actor, user.id, kind, **{"rule": "spam", "facts": FACTS, **values})


def make_statement(user: User, *, by: Viewer | None = None, **values: Any) -> Statement:
    """Tell a member of a measure about a post; the system decided where nobody is named."""
    told = {"measure": "post_hidden", "rule": "spam", "facts": FACTS, **values}
    with transaction():
        return issue_statement(by or SYSTEM, user_id=user.id, **told)


def make_appeal(statement: Statement, text: str = "I only answered a question.") -> DecisionAppeal:
    """Appeal against a decision as the member it is about."""
    with transaction():
        return open_appeal(load_user(statement.user_id), statement.id, text)

"""Build teams, agents and support cases through the product's own operations."""

from typing import Any

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations.opening import open_case
from community.escalation.teams.models import Team, TeamMember
from community.escalation.teams.operations import team_for
from community.identity.models import User
from community.questions.models import Question
from tests.factories.community import load_user, make_user


def make_team() -> Team:
    """Return the team that takes what no other one does."""
    with transaction():
        return team_for(None)


def make_other_team() -> Team:
    """Make a team that takes no cases of its own."""
    with transaction():
        team = Team(slug="other", names={"en": "Other", "de": "Andere"})
        db.session.add(team)
    return team


def make_agent(name: str | None = None, *, team: Team | None = None, **values: Any) -> User:
    """Make an agent who works in a team, the default one unless another is given."""
    team = team or make_team()
    agent = make_user(name, role="agent", **values)
    with transaction():
        db.session.add(TeamMember(team_id=team.id, user_id=agent.id))
    return load_user(agent.id)


def make_support_case(
    question: Question | None = None, requester: User | None = None, **values: Any
) -> SupportCase:
    """Open a case of a question, or a private one of a member; ``values`` go to ``open_case``."""
    given: dict[str, Any] = {
        "trigger": "unanswered" if question else "private",
        "subject": question.title if question else "Something private",
        "language": "en",
        "question_id": question.id if question else None,
        "channel": "question" if question else "form",
        **values,
    }
    if question is None:
        given["requester_id"] = (requester or make_user()).id
        given.setdefault("body", "This is between you and me.")
    with transaction():
        return open_case(SYSTEM, **given)

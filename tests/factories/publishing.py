"""Ask customers whether a text out of their case may be published."""

from community.core.db import transaction
from community.escalation.cases.models import SupportCase
from community.escalation.publishing.models import Publication
from community.escalation.publishing.operations.asking import Draft, ask_to_publish
from community.identity.models import User
from tests.factories.community import make_board
from tests.factories.support import make_agent


def a_draft(board: str) -> Draft:
    """Return a text that can be published on a board."""
    title = "Roaming stops at the border every evening"
    body = "Every evening roaming stops for me, and only a restart of the phone helps."
    return Draft(title, body, "roaming", board)


def ask_customer(
    case: SupportCase, *, agent: User | None = None, draft: Draft | None = None
) -> Publication:
    """Let an agent ask; on a new public board unless a draft says where."""
    agent, draft = agent or make_agent(), draft or a_draft(make_board().slug)
    with transaction():
        return ask_to_publish(agent, case.id, draft)

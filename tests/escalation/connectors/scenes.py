"""Cases that are mirrored, and what happens to them."""

from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from community.boards.models import Board
from community.core import clock
from community.core.db import db, forget_changes, transaction
from community.core.worker import run_due_jobs
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.connectors.models import ConnectorDelivery, ConnectorLink
from community.escalation.connectors.tasks import plan_comparison
from community.identity.models import User
from community.posts.models import Post
from tests.factories.community import make_board, make_question, make_user
from tests.factories.support import make_agent, make_support_case


def make_mirrored_case(**values: Any) -> SupportCase:
    """Open a case of a public question and let it be mirrored."""
    case = make_support_case(make_question(make_user(), **values))
    run_due_jobs()
    return case


def make_private_case() -> SupportCase:
    """Open a private case and let it be mirrored."""
    case = make_support_case(requester=make_user(), subject="Zwiebel", body="Knoblauch.")
    run_due_jobs()
    return case


def make_ada(case: SupportCase) -> User:
    """Make an agent here who is one in the helpdesk, too."""
    return make_agent("Ada", email="ada@example.org")


def make_case_for_a_few() -> SupportCase:
    """Open a case of a question on a board that only some may read, and let it be mirrored."""
    board = make_board()
    case = make_support_case(make_question(board=board))
    with transaction():
        db.session.get_one(Board, board.id).audience = "groups"
    run_due_jobs()
    return case


def do(act: Any, *arguments: Any, **values: Any) -> Any:
    """Do something in a transaction, and let the worker carry it over."""
    with transaction():
        found = act(*arguments, **values)
    run_due_jobs()
    return found


def compare(case: SupportCase) -> None:
    """Let the worker look at the other side."""
    with transaction():
        for link in db.session.scalars(_links(case)):
            plan_comparison(link.id)
    run_due_jobs()


def work_later(**wait: float) -> None:
    """Let the worker work after a while."""
    with time_machine.travel(clock.now() + timedelta(**wait), tick=True):
        run_due_jobs()


def link_of(case: SupportCase) -> ConnectorLink:
    """Return a case's link as the database has it now."""
    forget_changes()
    return db.session.scalars(_links(case).execution_options(populate_existing=True)).one()


def _links(case: SupportCase) -> Any:
    return select(ConnectorLink).where(ConnectorLink.case_id == case.id)


def state_of(case: SupportCase) -> str:
    """Return a case's state as the database has it now."""
    forget_changes()
    return db.session.scalars(select(SupportCase.state).where(SupportCase.id == case.id)).one()


def said_in(case: SupportCase) -> list[tuple[str, str, str | None, str]]:
    """Return kind, direction, author and text of everything said in a case."""
    forget_changes()
    rows = db.session.execute(
        select(CaseMessage, Post.body, User.display_name)
        .outerjoin(Post, Post.id == CaseMessage.post_id)
        .outerjoin(User, User.id == CaseMessage.author_id)
        .where(CaseMessage.case_id == case.id)
        .order_by(CaseMessage.id)
    )
    return [(row[0].kind, row[0].direction, row[2], row[1] or row[0].body) for row in rows]


def count_deliveries() -> int:
    """Return how much was carried over in either direction."""
    forget_changes()
    return len(db.session.scalars(select(ConnectorDelivery.id)).all())

"""Lists are read in the order of an index, never sorted."""

import pytest
from sqlalchemy import text

from community.core.authz import GUEST
from community.core.db import db
from community.questions.queries.lists import FILTERS, Wanted, page_of_questions
from tests.factories.community import make_board, make_question
from tests.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("show", sorted(FILTERS))
@pytest.mark.parametrize("on_board", [False, True])
def test_a_list_is_read_by_an_index(show, on_board, database_kind):
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics; only SQLite is told which index to take")
    board = make_board()
    make_question(board=board)
    wanted = Wanted(show=show, board_id=board.id if on_board else None)
    with counted_queries() as sent:
        page_of_questions(GUEST, "en", wanted)
    listing = next(statement for statement in sent if "ORDER BY questions" in statement)
    assert "INDEXED BY ix_questions_" in listing
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {listing.replace('?', '1')}")).all()
    steps = " | ".join(row[3] for row in plan)
    assert "questions USING" in steps
    assert "ORDER BY" not in steps

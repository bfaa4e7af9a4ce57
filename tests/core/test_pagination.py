"""Keyset pages: complete, without doubles, and deaf to nonsense."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.pagination import Cursor, Page, before, page_of
from community.questions.models import Question
from tests.factories.community import make_board, make_question, make_user

THEN = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)


@given(
    st.integers(-(10**15), 4 * 10**15),
    st.integers(1, 2**31 - 1),
)
def test_a_cursor_survives_the_address(micros, number):
    cursor = Cursor(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), number)
    again = Cursor.parse(str(cursor))
    assert again is not None
    assert again.id == number
    assert abs(again.at - cursor.at) < timedelta(microseconds=2)


@given(st.text(max_size=300))
def test_any_text_is_a_cursor_or_the_first_page(text):
    cursor = Cursor.parse(text)
    assert cursor is None or isinstance(cursor.at, datetime)


@pytest.mark.parametrize(
    "raw", [None, "", "x", "W10", "bnVsbA", "e30", "MTIz", "=", "é", "A" * 900]
)
def test_nonsense_means_the_first_page(raw):
    assert Cursor.parse(raw) is None


def test_the_extra_row_tells_that_there_is_more():
    rows = [(THEN, number) for number in range(5)]
    assert page_of(rows, lambda row: row, size=5) == Page(rows, None)
    page = page_of(rows, lambda row: row, size=4)
    assert page == Page(rows[:4], Cursor(THEN, 3))


def test_equal_instants_are_told_apart_by_id(app):
    asker, board = make_user(), make_board()
    for _ in range(7):
        make_question(asker, board)
    with transaction():
        for question in db.session.scalars(select(Question)):
            question.asked_at = THEN
    seen: list[int] = []
    cursor = None
    for _ in range(5):
        query = (
            select(Question)
            .where(before(cursor, Question.asked_at, Question.id))
            .order_by(Question.asked_at.desc(), Question.id.desc())
            .limit(3)
        )
        page = page_of(
            db.session.scalars(query).all(), lambda found: (found.asked_at, found.id), size=2
        )
        seen += [found.id for found in page.rows]
        cursor = page.older and Cursor.parse(str(page.older))
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)

"""One form, one effect: also after refusals, for other people, and when time has passed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.submissions import Submission, prune_submissions
from community.questions.models import Question
from tests.factories.community import make_board, make_user

FORM = {
    "title": "A question sent more than once",
    "body": "A text that is long enough to be a question.",
    "board": "network",
    "language": "en",
}


@pytest.fixture
def asking(client):
    """A signed-in client on a site with a board."""
    make_board("network")
    return client.sign_in(make_user())


def _count(model: type) -> int:
    with transaction():
        return db.session.scalar(select(func.count()).select_from(model.__table__)) or 0


def _age(hours: float) -> None:
    with transaction():
        db.session.execute(
            update(Submission).values(created_at=clock.now() - timedelta(hours=hours))
        )


def test_two_people_may_send_the_same_key(asking, app):
    other = app.test_client().sign_in(make_user())
    for client in (asking, other):
        assert client.submit("/questions", {**FORM, "submission": "key"}).status_code == 303
    assert _count(Question) == 2


def test_the_same_text_may_be_sent_again_after_some_minutes(asking):
    asking.submit("/questions", FORM)
    _age(hours=0.2)
    asking.submit("/questions", FORM)
    assert _count(Question) == 2


def test_a_key_is_remembered_for_days(asking):
    first = asking.submit("/questions", {**FORM, "submission": "key"})
    _age(hours=71)
    again = asking.submit("/questions", {**FORM, "submission": "key"})
    assert first.location == again.location
    assert _count(Question) == 1


def test_a_refused_form_leaves_no_trace(asking):
    response = asking.submit("/questions", {**FORM, "title": "Short", "submission": "key"})
    assert response.status_code == 422
    assert _count(Submission) == 0


def test_an_endless_key_is_not_trusted(asking):
    for _ in range(2):
        assert asking.submit("/questions", {**FORM, "submission": "k" * 9_000}).status_code == 303
    assert _count(Question) == 1


def test_old_submissions_are_forgotten(asking):
    asking.submit("/questions", FORM)
    _age(hours=73)
    with transaction():
        prune_submissions()
    assert _count(Submission) == 0

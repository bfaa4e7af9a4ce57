"""Two agents at one case: each sees the other, and neither sends over something new."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.escalation.cases.models import CaseMessage, CasePresence, SupportCase
from community.escalation.cases.operations import messages
from community.escalation.cases.operations.presence import forget_presence
from community.identity.models import User
from community.questions.operations.questions import lock_question
from tests.client import ForumClient
from tests.factories.community import load_user, make_question, make_user
from tests.factories.editing import edit_question
from tests.factories.support import make_agent, make_support_case
from tests.queries import counted_queries

KEPT = "zqkept What I typed meanwhile."


@pytest.fixture
def lena(app: Flask) -> ForumClient:
    """The browser of an agent."""
    return ForumClient(app).sign_in(make_agent("Lena Brockmann"))


@pytest.fixture
def marten(app: Flask) -> ForumClient:
    """The browser of another agent."""
    return ForumClient(app).sign_in(make_agent("Marten Olsen"))


def _poll(client: ForumClient, case: SupportCase, **fields: str) -> str:
    answer = client.submit(f"/desk/cases/{case.id}/presence", data=fields)
    assert answer.status_code == 200
    return answer.text


def _page(client: ForumClient, case: SupportCase) -> str:
    return client.get(f"/desk/cases/{case.id}").text


def _send(client: ForumClient, case: SupportCase, page: str, **fields: str) -> Any:
    hidden = dict(re.findall(r'name="(seen_\w+)" value="([0-9]+)"', page))
    assert len(hidden) == 3
    data = {"target": "private", "body": KEPT, **hidden, **fields}
    return client.submit(f"/desk/cases/{case.id}/messages", data=data)


def _age(seconds: int) -> None:
    """Let all that was noted of who is where be so old."""
    then = clock.now() - timedelta(seconds=seconds)
    with transaction():
        db.session.execute(update(CasePresence).values(seen_at=then))
        typed = update(CasePresence).where(CasePresence.typing_at.is_not(None))
        db.session.execute(typed.values(typing_at=then))


def test_each_sees_who_looks_and_who_writes(lena: ForumClient, marten: ForumClient) -> None:
    case = make_support_case()
    assert _poll(lena, case).strip() == ""
    assert "Lena Brockmann is looking at this, too" in _poll(marten, case)
    _poll(lena, case, typing="1")
    assert "Lena Brockmann is writing here" in _page(marten, case)
    assert "Marten Olsen is looking at this, too" in _poll(lena, case)
    assert "Lena" not in _poll(lena, case)


def test_after_a_minute_of_silence_nobody_is_there(lena: ForumClient, marten: ForumClient) -> None:
    case = make_support_case()
    _poll(lena, case, typing="1")
    _age(61)
    assert "Lena Brockmann is" not in _page(marten, case)
    _poll(lena, case)
    assert "Lena Brockmann is looking" in _page(marten, case)


def test_who_has_sent_writes_no_more(lena: ForumClient, marten: ForumClient) -> None:
    case = make_support_case()
    _poll(lena, case, typing="1")
    assert _send(lena, case, _page(lena, case)).status_code == 303
    assert "Lena Brockmann is looking at this, too" in _page(marten, case)


@pytest.mark.parametrize("fields", [{}, {"typing": "1"}])
def test_within_ten_seconds_nothing_is_written_again(
    lena: ForumClient, fields: dict[str, str]
) -> None:
    case = make_support_case()
    _poll(lena, case, **fields)
    with counted_queries() as again:
        _poll(lena, case, **fields)
    assert not [one for one in again if "case_presences" in one and not one.startswith("SELECT")]
    _age(11)
    with counted_queries() as later:
        _poll(lena, case, **fields)
    assert [one for one in later if one.startswith("INSERT INTO case_presences")]


def test_presence_is_forgotten(lena: ForumClient, app: Flask) -> None:
    _poll(lena, make_support_case())
    _age(3_700)
    with transaction():
        forget_presence(timedelta(hours=1))
    assert db.session.scalars(select(CasePresence)).all() == []


def test_only_whoever_sees_a_case_is_told(lena: ForumClient, app: Flask) -> None:
    case = make_support_case()
    _poll(lena, case)
    customer = ForumClient(app).sign_in(make_user())
    assert customer.submit(f"/desk/cases/{case.id}/presence").status_code == 403
    own = make_support_case(requester=_user_of("Lena Brockmann"))
    assert lena.submit(f"/desk/cases/{own.id}/presence").status_code == 404


def _user_of(name: str) -> User:
    found = db.session.scalars(select(User.id).where(User.display_name == name)).one()
    return load_user(found)


def test_a_colleague_s_words_are_shown_beside_what_was_typed(
    lena: ForumClient, marten: ForumClient
) -> None:
    case = make_support_case()
    page = _page(lena, case)
    assert _send(marten, case, _page(marten, case), body="zqfirst I am faster").status_code == 303
    refused = _send(lena, case, page)
    assert refused.status_code == 409
    form = refused.text[refused.text.index('<form class="reply"') :]
    news = form[form.index("What is new") : form.index("</section>")]
    assert "zqfirst" in news
    assert "Marten Olsen" in news
    assert "between you and me" not in news
    assert KEPT in form
    assert _send(lena, case, refused.text).status_code == 303
    said = list(db.session.scalars(select(CaseMessage.body).order_by(CaseMessage.id)))
    assert said[1:] == ["zqfirst I am faster", KEPT]


def test_what_was_changed_in_the_question_is_shown_as_a_difference(lena: ForumClient) -> None:
    question = make_question(body="My router shows a red light since the last update.")
    case = make_support_case(question)
    page = _page(lena, case)
    with transaction():
        edit_question(
            make_user("Ida Editor", role="moderator"),
            lock_question(question.id),
            title=question.title,
            body="My router shows a green light since the last update.",
            tags="",
        )
    refused = _send(lena, case, page)
    assert refused.status_code == 409
    assert "Ida Editor changed a post" in refused.text
    assert re.search(r"<del[^>]*>.*red.*</del>.*<ins[^>]*>.*green", refused.text, re.S)
    assert KEPT in refused.text
    assert _send(lena, case, refused.text).status_code == 303


def test_one_s_own_words_are_nothing_new(lena: ForumClient) -> None:
    case = make_support_case()
    page = _page(lena, case)
    with transaction():
        messages.note_internally(_user_of("Lena Brockmann"), case.id, "Mine, in another tab.")
    assert _send(lena, case, page).status_code == 303

"""Customers are asked once a case, a day after it was solved, and only who wants to be."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core.db import db, transaction
from community.escalation.cases.models import CLOSED, OPEN, SupportCase
from community.escalation.csat.models import CsatRefusal, CsatResponse
from community.escalation.csat.operations.asking import ask_customers, refuse_questions
from community.escalation.csat.operations.forgetting import forget_comments
from community.identity.models import User
from community.schedule import PERIODIC
from tests.factories.community import days_ago, make_user, reload
from tests.factories.csat import ask_about, make_solved_case
from tests.factories.support import make_support_case
from tests.mailbox import sent_mails

STRANGER = {"requester_id": None, "requester_email": "Stranger@example.org"}


def _ask() -> None:
    with transaction():
        ask_customers()


def _asked() -> int:
    return db.session.scalar(select(func.count()).select_from(CsatResponse)) or 0


def test_a_customer_is_asked_by_mail_a_day_after(app: Flask) -> None:
    customer = make_user("Femke", language="de")
    case = make_solved_case(customer)
    sent_mails(app)
    response = ask_about(case)
    [mail] = sent_mails(app)
    assert mail.to == [customer.email]
    assert case.number in mail.subject
    assert "Hallo Femke" in mail.body
    assert mail.body.count("?mark=") == 5
    assert (response.team_id, response.customer_id, response.mark) == (
        case.team_id,
        customer.id,
        None,
    )
    headers = mail.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].endswith("/refusal>")


def test_nobody_is_asked_twice(app: Flask) -> None:
    case = make_solved_case()
    sent_mails(app)
    _ask()
    _ask()
    assert len(sent_mails(app)) == 1
    # Nor after it was opened again and solved once more.
    with transaction():
        db.session.get_one(SupportCase, case.id).solved_at = days_ago(1.5)
    _ask()
    assert (_asked(), sent_mails(app)) == (1, [])


def test_two_workers_ask_once(app: Flask, at_once: Any) -> None:
    make_solved_case()
    sent_mails(app)
    at_once([_ask] * 6)
    assert (_asked(), len(sent_mails(app))) == (1, 1)


@pytest.mark.parametrize(
    ("days", "values"),
    [
        (0.99, {}),
        (8, {}),
        (1.5, {"state": OPEN}),
        (1.5, {"state": CLOSED, "outcome": "answered_by_peers"}),
        (1.5, {"state": CLOSED, "outcome": "spam"}),
        (1.5, {"requester_id": None, "requester_email": None}),
    ],
    ids=["too early", "too late", "open again", "by members", "spam", "nobody to ask"],
)
def test_who_is_not_asked(app: Flask, days: float, values: dict[str, Any]) -> None:
    make_solved_case(days=days, **values)
    _ask()
    assert _asked() == 0


def test_a_case_closed_before_its_day_was_over_is_asked_about(app: Flask) -> None:
    make_solved_case(state=CLOSED)
    _ask()
    assert _asked() == 1


def test_whoever_cannot_be_mailed_is_not_asked(app: Flask) -> None:
    gone, unconfirmed = make_user(), make_user()
    with transaction():
        db.session.get_one(User, gone.id).active = False
        db.session.get_one(User, unconfirmed.id).confirmed_at = None
    make_solved_case(gone)
    make_solved_case(unconfirmed)
    _ask()
    assert _asked() == 0


def test_a_stranger_is_asked_in_the_cases_language(app: Flask) -> None:
    make_solved_case(language="de", **STRANGER)
    sent_mails(app)
    _ask()
    [mail] = sent_mails(app)
    assert mail.to == ["Stranger@example.org"]
    assert mail.body.startswith("Hallo,")


def test_who_refused_is_never_asked_again(app: Flask) -> None:
    member = make_user()
    with transaction():
        refuse_questions(make_support_case(requester=member))
    make_solved_case(member)
    _ask()
    assert _asked() == 0


def test_a_strangers_address_is_kept_as_a_hash_alone(app: Flask) -> None:
    case = make_solved_case(days=0, **STRANGER)
    with transaction():
        refuse_questions(case)
        refuse_questions(case)
    [refusal] = db.session.scalars(select(CsatRefusal)).all()
    assert refusal.user_id is None
    assert "stranger" not in str(refusal.address_hash).lower()
    make_solved_case(requester_id=None, requester_email="stranger@EXAMPLE.org")
    _ask()
    assert _asked() == 0


def test_more_than_one_batch_is_asked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("community.escalation.csat.operations.asking.BATCH", 2)
    for _ in range(5):
        make_solved_case()
    _ask()
    sent_mails(app)
    assert _asked() == 5


def test_it_stands_on_the_schedule() -> None:
    assert ask_customers in [periodic.task for periodic in PERIODIC]


def test_old_remarks_are_forgotten_and_marks_are_not(app: Flask) -> None:
    response = ask_about(make_solved_case())
    with transaction():
        values = {"mark": 2, "comment": "Ann was rude", "answered_at": days_ago(0)}
        db.session.execute(update(CsatResponse).values(**values))
        forget_comments(days_ago(0) - days_ago(2))
    assert reload(response).comment == "Ann was rude"
    with transaction():
        db.session.execute(update(CsatResponse).values(asked_at=days_ago(3)))
        forget_comments(days_ago(0) - days_ago(2))
    assert (reload(response).comment, reload(response).mark) == ("", 2)

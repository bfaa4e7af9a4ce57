"""Who asked is told when the support team writes to them, and when it has solved their case."""

from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.escalation.cases.operations import messages, states
from community.escalation.cases.operations.opening import open_case
from community.notifications.models import Notification
from tests.client import ForumClient
from tests.factories.community import make_question, make_user
from tests.factories.support import make_agent, make_support_case
from tests.mailbox import sent_mails

SECRET = "zqsecret Please confirm the number."


def test_the_asker_hears_of_a_private_message_and_of_the_end(
    app: Flask, client: ForumClient
) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    with transaction():
        messages.note_internally(agent, case.id, "zqnote")
        messages.message_privately(agent, case.id, SECRET)
        states.solve(agent, case.id, outcome="fixed", contact_reason="fault")
    run_due_jobs()
    told = db.session.execute(
        select(Notification.user_id, Notification.kind, Notification.page).order_by(Notification.id)
    ).all()
    page = f"/cases/{case.id}"
    kinds = ("handed_over", "solved", "support")
    assert sorted(told) == [(asker.id, kind, page) for kind in kinds]
    listed = client.sign_in(asker).get("/notifications").text
    assert f"The support team wrote to you in your case {case.number}" in listed
    assert f"The support team has solved your case {case.number}" in listed
    assert "zqsecret" not in listed
    mails = [mail for mail in sent_mails(app) if "solved" in mail.subject]
    assert [mail.to for mail in mails] == [[asker.email]]
    assert all("zqnote" not in mail.body for mail in sent_mails(app))


def test_an_asker_hears_that_the_team_has_the_question(app: Flask, client: ForumClient) -> None:
    asker = make_user()
    case = make_support_case(make_question(asker))
    mails = sent_mails(app)
    words = f"Your question is with the support team now: case {case.number}"
    assert [(mail.to, mail.subject) for mail in mails] == [([asker.email], words)]
    assert f"/cases/{case.id}" in mails[0].body
    assert words in client.sign_in(asker).get("/notifications").text


def test_who_called_the_team_is_not_told_so(app: Flask) -> None:
    asker = make_user()
    question = make_question(asker)
    with transaction():
        open_case(
            asker,
            trigger="by_asker",
            subject=question.title,
            language="en",
            question_id=question.id,
        )
    assert not sent_mails(app)
    assert not db.session.scalars(select(Notification.id)).all()

"""What a member reads of decisions, and the ways of one who is suspended: whole journeys."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask_security import hash_password
from sqlalchemy import select

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.operations.closing import disable_user
from moderation.appeals.models import DecisionAppeal
from moderation.cases.models import ModerationCase
from moderation.sanctions.links import sign_statement
from moderation.sanctions.models import Statement
from tests.factories.community import load_user, make_board, make_question, make_user, reload
from tests.factories.sanctions import FACTS, make_appeal, make_sanction, make_statement
from tests.identity.factors import challenge, make_passkey
from tests.mailbox import sent_mails

PASSWORD = "ferry boat lantern"
TEXT = "It was my brother who wrote that, and he is sorry about it now."


@pytest.fixture
def user(app):
    return make_user(
        "Mira Member", email="mira@example.org", password=hash_password(PASSWORD), language="en"
    )


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


def sign_in(client, password=PASSWORD):
    return client.submit(
        "/sign-in", {"email": "mira@example.org", "password": password, "next": "/"}
    )


def appeals():
    return list(db.session.scalars(select(DecisionAppeal)))


def test_a_member_reads_confirms_and_appeals(client, user, keeper):
    told = make_statement(user, by=keeper, measure="warning")
    client.sign_in(user)
    listed = client.get("/account/decisions").text
    assert "Warning" in listed
    assert "Not confirmed as read yet" in listed
    address = f"/account/decisions/{told.id}"
    assert FACTS in client.get(address).text
    assert client.submit(f"{address}/receipt").status_code == 303
    assert "Confirmed as read" in client.get(address).text
    empty = client.submit(f"{address}/appeal", {"text": " "})
    assert empty.status_code == 422
    assert client.submit(f"{address}/appeal", {"text": TEXT}).status_code == 303
    page = client.get(address).text
    assert "Your appeal is being looked at" in page
    assert TEXT in page
    assert "<textarea" not in page
    assert "Your appeal is being looked at" in client.get("/account/decisions").text


def test_others_decisions_are_not_there_and_moderators_only_read(app, client, user, keeper):
    told = make_statement(user, by=keeper)
    address = f"/account/decisions/{told.id}"
    client.sign_in(make_user())
    for page in (
        client.get(address),
        client.submit(f"{address}/receipt"),
        client.submit(f"{address}/appeal", {"text": TEXT}),
    ):
        assert page.status_code == 404
    desk = app.test_client().sign_in(keeper)
    assert FACTS in desk.get(address).text
    assert desk.submit(f"{address}/receipt").status_code == 403
    assert desk.submit(f"{address}/appeal", {"text": TEXT}).status_code == 404
    assert appeals() == []


def test_who_is_too_late_reads_so(client, user, keeper):
    told = make_statement(user, by=keeper)
    with time_machine.travel(clock.now() + timedelta(days=200)):
        client.sign_in(user)
        assert (
            "The time to appeal against this decision is over."
            in client.get(f"/account/decisions/{told.id}").text
        )
        late = client.submit(f"/account/decisions/{told.id}/appeal", {"text": TEXT})
        assert late.status_code == 409
        assert TEXT in late.text


def test_the_list_goes_on(client, user, keeper):
    for _number in range(25):
        make_statement(user, by=keeper)
    client.sign_in(user)
    first = client.get("/account/decisions").text
    assert "Older decisions" in first
    older = re.search(r'href="(/account/decisions\?before=\d+)"', first)[1]
    assert client.get(older).text.count("Post hidden") == 5


def test_a_silenced_members_writing_is_refused_with_all_they_need_and_nothing_lost(client, user):
    sanction = make_sanction(user, "read_only", days=7)
    question = make_question(make_user(), make_board())
    client.sign_in(user)
    typed = "Take the card out, wait for a minute and put it back in again."
    refused = client.submit(f"/questions/{question.id}/answers", {"body": typed})
    assert refused.status_code == 403
    assert "You can read but not write until" in refused.text
    assert "/account/decisions" in refused.text
    assert typed in refused.text
    form = client.get(f"/posts/{make_question(make_user()).id}/revisions/new")
    assert form.status_code == 403
    assert "that is a measure of our team" in form.text
    assert "What you typed" not in form.text
    assert "measure of our team" not in client.get("/admin/people").text
    page = client.get("/")
    assert "You can read but not write until" in page.text
    assert 'href="/account/decisions"' in page.text
    assert client.get(f"/questions/{question.id}", follow_redirects=True).status_code == 200
    appeal = client.submit(f"/account/decisions/{sanction.statement_id}/appeal", {"text": TEXT})
    assert appeal.status_code == 303


def test_nobody_else_reads_of_a_measure_where_something_is_refused(client, user):
    client.sign_in(user)
    refused = client.submit("/moderation/people/1/sanctions", {"kind": "notice"})
    assert refused.status_code == 403
    assert "measure of our team" not in refused.text


def test_a_suspended_member_signs_in_reads_why_and_appeals(app, client, user, keeper):
    sanction = make_sanction(user, "suspension", by=keeper, days=3)
    answer = sign_in(client)
    assert answer.location == "/suspension"
    page = client.get("/suspension").text
    assert "Your account is suspended until" in page
    assert FACTS in page
    assert "Sign out" not in page
    assert "/sign-in" in client.get("/notifications").location
    refused = client.submit("/suspension/appeal", {"text": ""})
    assert refused.status_code == 422
    assert client.submit("/suspension/appeal", {"text": TEXT}).status_code == 303
    again = client.get("/suspension").text
    assert "Your appeal is being looked at" in again
    assert "<textarea" not in again
    (appeal,) = appeals()
    assert (appeal.user_id, appeal.statement_id) == (user.id, sanction.statement_id)
    judge = app.test_client().sign_in(make_user("Olga Other", role="moderator"))
    case = db.session.scalars(select(ModerationCase)).one()
    shown = judge.get(f"/moderation/cases/{case.id}").text
    assert TEXT in shown
    assert FACTS in shown
    assert judge.submit(f"/moderation/cases/{case.id}/claim").status_code == 303
    decision = {"decision": "overturned", "note": "It was the brother"}
    assert judge.submit(f"/moderation/cases/{case.id}/decision", decision).status_code == 303
    run_due_jobs()
    assert sign_in(client).location == "/"
    assert "It was the brother" in client.get(f"/account/decisions/{sanction.statement_id}").text


def test_a_suspended_member_with_only_a_passkey_reads_why_as_well(app, client, user, keeper):
    device = make_passkey(app.test_client().sign_in(user))
    make_sanction(user, "suspension", by=keeper, days=3)
    answer = device.sign_in(challenge(client, "/sign-in/passkey/challenge"))
    assert client.submit("/sign-in/passkey", {"credential": answer}).location == "/suspension"
    page = client.get("/suspension").text
    assert "Your account is suspended until" in page
    assert FACTS in page
    assert "/sign-in" in client.get("/notifications").location
    again = client.submit("/sign-in/passkey", {"credential": answer})
    assert again.location.startswith("/sign-in")


def test_a_passkey_of_an_account_that_is_closed_besides_learns_nothing(app, client, user, keeper):
    device = make_passkey(app.test_client().sign_in(user))
    make_sanction(user, "suspension", by=keeper, days=3)
    with transaction():
        disable_user(make_user(role="admin"), user)
    answer = device.sign_in(challenge(client, "/sign-in/passkey/challenge"))
    refused = client.submit("/sign-in/passkey", {"credential": answer})
    assert refused.location.startswith("/sign-in")
    assert "/sign-in" in client.get("/suspension").location


def test_only_the_right_password_learns_of_a_suspension(client, user):
    make_sanction(user, "ban")
    wrong = sign_in(client, "another password")
    assert wrong.status_code == 422
    assert "do not match" in wrong.text
    assert "/sign-in" in client.get("/suspension").location
    assert "/sign-in" in client.submit("/suspension/appeal", {"text": TEXT}).location
    assert appeals() == []


def test_the_mails_link_opens_the_page_once_and_is_good_for_one_appeal(app, client, user):
    make_sanction(user, "ban")
    run_due_jobs()
    link = re.search(r"http://localhost(/suspension/\S+)", sent_mails(app)[0].body)[1]
    assert client.get(link).location == "/suspension"
    assert "It was closed for good" in client.get("/suspension").text
    assert client.submit("/suspension/appeal", {"text": TEXT}).status_code == 303
    other = app.test_client()
    other.get(link)
    assert other.submit("/suspension/appeal", {"text": "Once more"}).status_code == 303
    assert [appeal.text for appeal in appeals()] == [TEXT]
    assert other.get("/notifications").location.startswith("/sign-in")


def test_forged_and_spent_links_lead_nowhere(app, client, user):
    sanction = make_sanction(user, "suspension")
    statement = db.session.get_one(Statement, sanction.statement_id)
    token = sign_statement(statement)
    other = make_statement(make_user())
    for forged in ("nonsense", token[:-2], token + "x", token.partition(".")[0]):
        assert client.get(f"/suspension/{forged}").status_code == 404
    from moderation.sanctions.operations.sanctions import lift_sanction

    with transaction():
        lift_sanction(make_user(role="admin"), sanction.id, "Enough")
    assert client.get(f"/suspension/{token}").location == f"/account/decisions/{statement.id}"
    assert "/sign-in" in client.get("/suspension").location
    assert client.get(f"/suspension/{sign_statement(other)}").status_code == 302


def test_the_note_in_the_cookie_lasts_half_an_hour_and_ends_with_the_suspension(app, client, user):
    make_sanction(user, "suspension", days=1)
    sign_in(client)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert "/sign-in" in client.get("/suspension").location
    sign_in(client)
    assert client.get("/suspension").status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=1)):
        run_due_jobs()
        assert "/sign-in" in client.get("/suspension").location
        assert sign_in(client).location == "/"


def test_an_account_that_is_closed_besides_tells_nothing(client, user):
    make_sanction(user, "suspension")
    with transaction():
        disable_user(SYSTEM, load_user(user.id))
    assert "do not match" in sign_in(client).text


def test_who_asks_for_a_link_to_sign_in_is_told_by_mail_why_there_is_none(app, client, user):
    make_sanction(user, "suspension", days=3)
    run_due_jobs()
    sent_mails(app)
    client.submit("/sign-in/link", {"email": "mira@example.org", "next": "/"})
    run_due_jobs()
    (mail,) = sent_mails(app)
    assert "suspended for 3 days" in mail.body
    assert "/suspension/" in mail.body
    assert "/sign-in/link/" not in mail.body


def test_the_end_of_a_suspension_is_told(app, user):
    make_sanction(user, "suspension", days=1)
    run_due_jobs()
    sent_mails(app)
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        run_due_jobs()
    (mail,) = sent_mails(app)
    assert "It is over: Suspension" in mail.subject


def test_a_case_is_shown_to_the_first_judge_but_not_decided_by_them(app, user, keeper):
    make_appeal(make_statement(user, by=keeper))
    case = db.session.scalars(select(ModerationCase)).one()
    desk = app.test_client().sign_in(keeper)
    assert desk.get(f"/moderation/cases/{case.id}").status_code == 200
    assert desk.submit(f"/moderation/cases/{case.id}/claim").status_code == 409
    assert reload(case).state == "open"

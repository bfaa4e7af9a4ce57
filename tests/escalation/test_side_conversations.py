"""Side conversations: somebody outside is asked by mail, and no customer reads a word of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.reply_addresses import SIDE, case_address, case_message_id, mail_site
from community.core.undeliverable import BOUNCES_MAX, note_bounce
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import states
from community.escalation.cases.operations.assigning import assign_case
from community.escalation.cases.operations.merging import merge_case
from community.escalation.mail_in.operations.fates import Fate
from community.escalation.mail_in.operations.receiving import receive_mail
from community.escalation.side.models import SideConversation, SideMessage
from community.escalation.side.operations import MAILS_PER_DAY, forget_aside
from community.escalation.teams.models import Team
from community.escalation.teams.operations import set_absence
from community.identity.models import User
from community.notifications.models import Notification
from tests.client import ForumClient
from tests.escalation.mail_in.conftest import mail_app
from tests.factories.community import days_ago, make_user, reload
from tests.factories.support import make_agent, make_support_case
from tests.mailbox import sent_mails

__all__ = ["mail_app"]

SUPPLIER = "noc@supplier.example"
WORDS = "zqaside When is mast 4471 mended?"


@pytest.fixture
def agent(mail_app: Flask) -> User:
    """Somebody of the team."""
    return make_agent("Lena Brockmann")


@pytest.fixture
def desk(mail_app: Flask, agent: User) -> ForumClient:
    """The agent's browser."""
    return ForumClient(mail_app).sign_in(agent)


def _ask(desk: ForumClient, case: SupportCase, **fields: str) -> Any:
    form = {"email": SUPPLIER, "subject": "Mast 4471", "body": WORDS, **fields}
    return desk.submit(f"/desk/cases/{case.id}/side", data=form)


def _asked(desk: ForumClient, case: SupportCase) -> SideConversation:
    assert _ask(desk, case).status_code == 303
    db.session.rollback()
    newest = select(SideConversation).order_by(SideConversation.id.desc())
    return db.session.scalars(newest.limit(1)).one()


def _answer(
    to: str, *, sender: str = SUPPLIER, body: str = "zqanswer Tonight.", **more: str
) -> Any:
    lines = {"From": sender, "To": to, "Subject": "Re: Mast", "Message-ID": "<1@supplier.example>"}
    lines |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return receive_mail(f"{head}\n{body}\n".encode())


def _said(side: SideConversation) -> list[tuple[str, str | None, str]]:
    found = select(SideMessage).where(SideMessage.side_id == side.id).order_by(SideMessage.id)
    return [(one.direction, one.sender_email, one.body) for one in db.session.scalars(found)]


def _address(side: SideConversation) -> str:
    return case_address(mail_site(), side.id, kind=SIDE)


def _owned(agent: User) -> SupportCase:
    case = make_support_case()
    with transaction():
        return assign_case(SYSTEM, case.id, agent.id)


def _bounce(mail: Any, *, message_id: str = "", status: str = "5.1.1") -> bytes:
    """Return what a mail server says of a mail that it could not deliver."""
    ours = message_id or mail.extra_headers["Message-ID"]
    return (
        "From: MAILER-DAEMON@mx.example\nTo: community@forum.test\nSubject: Undelivered Mail\n"
        "Return-Path: <>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nUser unknown\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {SUPPLIER}\nAction: failed\nStatus: {status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {ours}\nTo: {SUPPLIER}\n--b--\n"
    ).encode()


def _told(user: User) -> list[str]:
    found = select(Notification.page).where(
        Notification.user_id == user.id, Notification.kind == "undelivered"
    )
    return list(db.session.scalars(found))


def test_a_mail_that_comes_back_is_shown_and_the_owner_hears_it_once(
    mail_app: Flask, desk: ForumClient, agent: User
) -> None:
    case = _owned(agent)
    _asked(desk, case)
    (mail,) = [one for one in sent_mails(mail_app) if one.to == [SUPPLIER]]
    page = f"/desk/cases/{case.id}/side"
    assert "not delivered" not in desk.get(page).text
    raw = _bounce(mail)
    assert receive_mail(raw).kind == "bounce"
    receive_mail(raw.replace(b"User unknown", b"No such user"))
    sent_mails(mail_app)
    assert "not delivered" in desk.get(page).text
    assert _told(agent) == [page]


@pytest.mark.parametrize("wrong", ["forged", "another message", "still tried"])
def test_a_forged_bounce_or_one_that_is_still_tried_marks_nothing(
    mail_app: Flask, desk: ForumClient, agent: User, wrong: str
) -> None:
    case = _owned(agent)
    _asked(desk, case)
    (mail,) = [one for one in sent_mails(mail_app) if one.to == [SUPPLIER]]
    ours = mail.extra_headers["Message-ID"]
    raw = {
        "forged": _bounce(mail, message_id=ours.replace("-", "-a", 1)[:-1] + ">"),
        "another message": _bounce(mail, message_id=ours.replace(".m", ".m9")),
        "still tried": _bounce(mail, status="4.2.2").replace(b"failed", b"delayed"),
    }[wrong]
    receive_mail(raw)
    sent_mails(mail_app)
    db.session.rollback()
    assert db.session.scalars(select(SideMessage.undelivered_at)).all() == [None]
    assert _told(agent) == []


def test_a_mail_to_an_address_that_takes_none_is_shown_as_not_delivered(
    mail_app: Flask, desk: ForumClient, agent: User
) -> None:
    with transaction():
        for _ in range(BOUNCES_MAX):
            note_bounce(SUPPLIER)
    case = _owned(agent)
    _asked(desk, case)
    assert [one for one in sent_mails(mail_app) if one.to == [SUPPLIER]] == []
    assert "not delivered" in desk.get(f"/desk/cases/{case.id}/side").text
    assert _told(agent) == [f"/desk/cases/{case.id}/side"]


@pytest.mark.parametrize("lead_is_away", [False, True])
def test_while_the_owner_is_away_the_lead_or_the_team_hears_of_it(
    mail_app: Flask, desk: ForumClient, agent: User, lead_is_away: bool
) -> None:
    lead, colleague = make_agent(), make_agent()
    case = _owned(agent)
    with transaction():
        db.session.get_one(Team, case.team_id).lead_id = lead.id
        set_absence(agent.id, clock.now() + timedelta(days=2))
        if lead_is_away:
            set_absence(lead.id, clock.now() + timedelta(days=2))
    _asked(desk, case)
    (mail,) = [one for one in sent_mails(mail_app) if one.to == [SUPPLIER]]
    receive_mail(_bounce(mail))
    sent_mails(mail_app)
    assert [bool(_told(one)) for one in (lead, colleague)] == [True, lead_is_away]


def test_the_mail_holds_the_words_alone_and_a_signed_address(
    mail_app: Flask, desk: ForumClient
) -> None:
    case = make_support_case(subject="zqsubject", body="zqsecret of the customer")
    side = _asked(desk, case)
    (mail,) = [one for one in sent_mails(mail_app) if one.to == [SUPPLIER]]
    assert WORDS in mail.body
    assert mail.subject == "Mast 4471"
    assert mail.extra_headers["Reply-To"] == _address(side)
    whole = str(mail.message())
    for word in ("zqsubject", "zqsecret", case.number):
        assert word not in whole


def test_an_answer_threads_into_the_conversation_once_and_never_into_the_case(
    desk: ForumClient,
) -> None:
    customer = make_user()
    case = make_support_case(requester=customer)
    side = _asked(desk, case)
    before = db.session.scalar(select(func.count(CaseMessage.id)))
    for _ in range(2):
        _answer(_address(side))
    assert _said(side) == [("out", None, WORDS), ("in", SUPPLIER, "zqanswer Tonight.")]
    assert db.session.scalar(select(func.count(CaseMessage.id))) == before
    page = desk.get(f"/desk/cases/{case.id}/side").text
    assert "zqanswer" in page
    own = ForumClient(desk.application).sign_in(customer)
    for path in (f"/cases/{case.id}", "/account/cases"):
        assert "zqa" not in own.get(path).text
    assert own.get(f"/desk/cases/{case.id}/side").status_code == 403


def test_an_answer_that_lost_the_address_is_known_by_what_it_answers(desk: ForumClient) -> None:
    side = _asked(desk, make_support_case())
    answered = case_message_id(mail_site(), side.id, "m1", kind=SIDE)
    received = _answer(mail_site().help_address, In_Reply_To=answered)
    assert received.fate is Fate.ASIDE
    assert [direction for direction, *_rest in _said(side)] == ["out", "in"]


def test_a_colleague_s_answer_says_that_it_came_from_elsewhere(desk: ForumClient) -> None:
    case = make_support_case()
    side = _asked(desk, case)
    _answer(_address(side), sender="chief@supplier.example")
    page = desk.get(f"/desk/cases/{case.id}/side").text
    assert "chief@supplier.example" in page
    assert "another address than you wrote to" in page


def test_a_forged_address_leads_nowhere(desk: ForumClient) -> None:
    side = _asked(desk, make_support_case())
    forged = _address(side).replace(f"+s{side.id}-", f"+s{side.id + 1}-")
    as_case = _address(side).replace("+s", "+c")
    for number, address in enumerate((forged, as_case)):
        received = _answer(address, Message_ID=f"<{number}@supplier.example>")
        assert received.fate is Fate.REFUSED
    assert len(_said(side)) == 1


def test_an_answer_opens_a_case_that_waited_for_it(desk: ForumClient, agent: User) -> None:
    case = make_support_case()
    side = _asked(desk, case)
    with transaction():
        states.hold(agent, case.id, "The supplier")
    _answer(_address(side))
    assert reload(case).state == "open"


def test_an_answer_follows_a_case_that_became_part_of_another(
    desk: ForumClient, agent: User
) -> None:
    customer = make_user()
    case, other = (make_support_case(requester=customer) for _ in range(2))
    side = _asked(desk, case)
    with transaction():
        merge_case(agent, case.id, other.id)
    _answer(_address(side))
    page = desk.get(f"/desk/cases/{other.id}/side").text
    assert "zqanswer" in page
    assert "zqaside" in page
    more = desk.submit(f"/desk/side/{side.id}/messages", data={"body": "Thank you."})
    assert more.status_code == 303


@pytest.mark.parametrize(
    "email",
    [
        *("customer@example.com", "CUSTOMER@example.com", "help@forum.example.test", "nobody", ""),
        *("a@example.test, b@example.test", "reply+c1-x@forum.example.test"),
        "a@example.test\nBcc: b@example.test",
    ],
)
def test_it_goes_to_one_fit_address_and_never_to_the_customer(
    mail_app: Flask, desk: ForumClient, email: str
) -> None:
    case = make_support_case(requester=make_user(email="customer@example.com"))
    refused = _ask(desk, case, email=email)
    assert refused.status_code == 422
    assert WORDS in refused.text
    assert db.session.scalar(select(func.count(SideMessage.id))) == 0


def test_a_subject_is_one_line_and_there(mail_app: Flask, desk: ForumClient) -> None:
    case = make_support_case()
    assert _ask(desk, case, subject=" ").status_code == 422
    assert _ask(desk, case, subject="Mast\nBcc: b@example.test").status_code == 303
    (mail,) = [one for one in sent_mails(mail_app) if SUPPLIER in one.to]
    assert mail.subject == "Mast Bcc: b@example.test"


def test_sent_twice_it_is_one_mail(mail_app: Flask, desk: ForumClient) -> None:
    case = make_support_case()
    for _ in range(2):
        assert _ask(desk, case, submission="once" * 5).status_code == 303
    assert len([one for one in sent_mails(mail_app) if SUPPLIER in one.to]) == 1


def test_nobody_writes_to_outside_without_end(
    desk: ForumClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.escalation.side.operations.MAILS_PER_DAY", 1)
    assert MAILS_PER_DAY > 1
    case = make_support_case()
    assert _ask(desk, case).status_code == 303
    refused = _ask(desk, case, body="zqmore Another one.")
    assert refused.status_code == 429
    assert "zqmore" in refused.text


def test_a_closed_case_asks_nobody(desk: ForumClient, agent: User) -> None:
    case = make_support_case()
    with transaction():
        states.close_as_spam(agent, case.id)
    assert _ask(desk, case).status_code == 409


def test_what_was_written_is_forgotten_with_the_case(desk: ForumClient, agent: User) -> None:
    case = make_support_case()
    side = _asked(desk, case)
    _answer(_address(side))
    with transaction():
        states.close_as_spam(agent, case.id)
        db.session.get_one(SupportCase, case.id).closed_at = days_ago(10)
    with transaction():
        forget_aside(clock.now() - days_ago(9))
    assert _said(reload(side)) == [("out", None, ""), ("in", None, "")]
    assert (reload(side).email, reload(side).subject) == (None, "–")

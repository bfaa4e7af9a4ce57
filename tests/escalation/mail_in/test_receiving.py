"""Where a mail goes: into a case of its sender's, into a new one, or nowhere; and each once."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core.db import db, transaction
from community.core.reply_addresses import case_address, case_message_id, mail_site
from community.core.undeliverable import BOUNCES_MAX, TOKEN_HEADER, takes_mail
from community.escalation.cases.models import CLOSED, CaseLink, CaseMessage, SupportCase
from community.escalation.cases.operations.messages import message_privately
from community.escalation.mail_in.message import Kind
from community.escalation.mail_in.models import ReceivedMail
from community.escalation.mail_in.operations.fates import Fate, Received
from community.escalation.mail_in.operations.receiving import receive_mail
from tests.escalation.mail_in.mails import DOMAIN
from tests.factories.community import make_user
from tests.mailbox import sent_mails

HELP = f"help@{DOMAIN}"


def write(
    sender: str = "ann@example.test",
    to: str = HELP,
    *,
    body: str = "Seit gestern geht nichts mehr.",
    message_id: str = "1@example.test",
    **headers: str,
) -> bytes:
    """Return a mail."""
    lines = {"From": sender, "To": to, "Subject": "Kein Netz", "Message-ID": f"<{message_id}>"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode() + (
        f"\n{body}\n".encode()
    )


def words(case_id: int) -> list[tuple[str, str, str]]:
    """Return what was said in a case: kind, direction, text."""
    said = select(CaseMessage).where(CaseMessage.case_id == case_id).order_by(CaseMessage.id)
    return [(each.kind, each.direction, each.body) for each in db.session.scalars(said)]


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def opened(**options: Any) -> int:
    """Open a case by mail; return its id."""
    received = receive_mail(write(**options))
    assert received.fate is Fate.OPENED
    assert received.case_id is not None
    return received.case_id


def test_a_strangers_mail_to_the_help_address_becomes_a_private_case(mail_app: Flask) -> None:
    case = db.session.get_one(SupportCase, opened())
    assert (case.requester_id, case.requester_email) == (None, "ann@example.test")
    assert (case.subject, case.channel, case.question_id) == ("Kein Netz", "mail", None)
    assert words(case.id) == [("private", "in", "Seit gestern geht nichts mehr.")]
    (mail,) = sent_mails(mail_app)
    assert mail.to == ["ann@example.test"]
    headers = mail.extra_headers
    assert headers["Auto-Submitted"] == "auto-replied"
    assert headers["In-Reply-To"] == "<1@example.test>"
    assert headers["Reply-To"] == case_address(mail_site(), case.id)
    assert case.number in mail.subject


def test_a_members_mail_becomes_a_case_of_theirs(mail_app: Flask) -> None:
    member = make_user(email="ann@example.test", language="de")
    case = db.session.get_one(SupportCase, opened(sender="Ann <Ann@Example.test>"))
    assert (case.requester_id, case.requester_email) == (member.id, None)
    assert case.language == "de"
    assert "Vielen Dank" in sent_mails(mail_app)[0].body


def test_the_same_mail_again_changes_nothing(mail_app: Flask) -> None:
    raw = write()
    receive_mail(raw)
    assert receive_mail(raw).fate is Fate.KNOWN
    assert receive_mail(write(body="Anderer Text")).fate is Fate.KNOWN
    assert count(SupportCase) == count(CaseMessage) == 1
    assert len(sent_mails(mail_app)) == 1


def test_another_sender_cannot_use_up_a_message_id(mail_app: Flask) -> None:
    receive_mail(write("eve@example.test"))
    assert opened()


def test_one_mail_that_comes_twice_at_once_is_taken_once(
    mail_app: Flask, at_once: Callable[[Sequence[Callable[[], Received]]], list[Any]]
) -> None:
    raw = write()
    results = at_once([lambda: receive_mail(raw)] * 4)
    assert sorted(each.fate for each in results) == ["known", "known", "known", "opened"]
    assert count(SupportCase) == count(CaseMessage) == 1


def test_the_customers_reply_goes_into_the_case_and_opens_it_again(mail_app: Flask) -> None:
    case_id = opened()
    address = case_address(mail_site(), case_id)
    with transaction():
        db.session.get_one(SupportCase, case_id).state = "pending"
    body = "Es geht wieder.\n\nAm 3. März um 10:00 schrieb Hilfe:\n> Geht es?"
    received = receive_mail(write(to=address, body=body, message_id="2@example.test"))
    assert (received.fate, received.case_id) == (Fate.WRITTEN, case_id)
    assert words(case_id)[-1] == ("private", "in", "Es geht wieder.")
    assert db.session.get_one(SupportCase, case_id).state == "open"
    kept = db.session.scalars(select(ReceivedMail).order_by(ReceivedMail.id.desc())).first()
    assert kept is not None
    assert "> Geht es?" in kept.original


@pytest.mark.parametrize("by", ["our id", "own id"])
def test_without_the_address_an_answered_mail_leads_to_its_case(mail_app: Flask, by: str) -> None:
    case_id = opened()
    ours = case_message_id(mail_site(), case_id, "m1")
    answered = ours if by == "our id" else "<1@example.test>"
    raw = write(message_id="2@example.test", References=answered, body="Noch etwas.")
    received = receive_mail(raw)
    assert (received.fate, received.case_id) == (Fate.WRITTEN, case_id)


def test_somebody_elses_mail_is_a_note_for_the_team(mail_app: Flask) -> None:
    case_id = opened()
    sent_mails(mail_app)
    with transaction():
        db.session.get_one(SupportCase, case_id).state = "pending"
    address = case_address(mail_site(), case_id)
    received = receive_mail(write("eve@example.test", address, body="Bitte löschen."))
    assert (received.fate, received.case_id) == (Fate.NOTED, case_id)
    kind, direction, text = words(case_id)[-1]
    assert (kind, direction) == ("internal", "in")
    assert "eve@example.test" in text
    assert "Bitte löschen." in text
    assert db.session.get_one(SupportCase, case_id).state == "pending"
    assert sent_mails(mail_app) == []


def test_an_answered_mail_of_somebody_else_leads_nowhere(mail_app: Flask) -> None:
    case_id = opened()
    raw = write("eve@example.test", message_id="9@example.test", References="<1@example.test>")
    received = receive_mail(raw)
    assert received.fate is Fate.OPENED
    assert received.case_id != case_id


def test_a_reply_to_a_closed_case_begins_another_that_follows_it(mail_app: Flask) -> None:
    case_id = opened()
    with transaction():
        db.session.get_one(SupportCase, case_id).state = CLOSED
    address = case_address(mail_site(), case_id)
    received = receive_mail(write(to=address, message_id="2@example.test"))
    assert received.fate is Fate.WRITTEN
    link = db.session.scalars(select(CaseLink)).one()
    assert (link.case_id, link.other_id) == (received.case_id, case_id)


def test_what_the_team_writes_goes_out_with_the_cases_address(mail_app: Flask) -> None:
    case_id = opened()
    sent_mails(mail_app)
    agent = make_user(role="admin")
    with transaction():
        message = message_privately(agent, case_id, "Bitte starten Sie <neu>.")
        message_id = message.id
    (mail,) = sent_mails(mail_app)
    site = mail_site()
    assert mail.to == ["ann@example.test"]
    assert mail.extra_headers["Reply-To"] == case_address(site, case_id)
    assert mail.extra_headers["Message-ID"] == case_message_id(site, case_id, f"m{message_id}")
    assert mail.extra_headers["References"] == case_message_id(site, case_id, "case")
    assert "Bitte starten Sie <neu>." in mail.body
    assert "&lt;neu&gt;" in mail.alternatives[0][0]
    reply = f"Danke.\n\nOn 3 Mar 2026 at 10:00, Help <{HELP}> wrote:\n{mail.body}"
    raw = write(to=mail.extra_headers["Reply-To"], body=reply, message_id="2@example.test")
    receive_mail(raw)
    assert words(case_id)[-1] == ("private", "in", "Danke.")


def test_a_note_of_the_team_goes_out_to_nobody(mail_app: Flask) -> None:
    case_id = opened()
    receive_mail(write("eve@example.test", case_address(mail_site(), case_id)))
    assert [mail.to for mail in sent_mails(mail_app)] == [["ann@example.test"]]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto-Submitted": "auto-replied"}, Kind.AUTOMATIC),
        ({"X-Spam-Flag": "YES"}, Kind.SPAM),
        ({"Authentication-Results": "mx; dmarc=fail"}, Kind.REFUSED),
        ({"From": f"community@{DOMAIN}"}, Kind.AUTOMATIC),
    ],
)
def test_what_is_no_persons_word_is_neither_kept_nor_answered(
    mail_app: Flask, headers: dict[str, str], kind: Kind
) -> None:
    received = receive_mail(write(**headers))
    assert received.kind is kind
    assert (count(SupportCase), count(CaseMessage)) == (0, 0)
    assert sent_mails(mail_app) == []
    assert db.session.scalars(select(ReceivedMail)).one().sender_email is None


def test_a_reply_to_a_notification_is_turned_away_once(mail_app: Flask) -> None:
    for number in range(3):
        raw = write(to=f"community@{DOMAIN}", message_id=f"{number}@example.test")
        assert receive_mail(raw).fate is Fate.REFUSED
    (mail,) = sent_mails(mail_app)
    assert mail.extra_headers["Auto-Submitted"] == "auto-replied"
    assert HELP in mail.body
    assert count(SupportCase) == 0


def test_a_mail_for_nobody_here_is_not_answered(mail_app: Flask) -> None:
    assert receive_mail(write(to="x@example.test")).reason == "not for us"
    assert sent_mails(mail_app) == []


def test_what_a_stranger_writes_beyond_three_cases_a_day_goes_to_the_last_of_them(
    mail_app: Flask,
) -> None:
    *_, last = [receive_mail(write(message_id=f"{number}@example.test")) for number in range(3)]
    raw = write(Subject="Another thing", body="No bill", message_id="3@example.test")
    fourth = receive_mail(raw)
    assert (fourth.fate, fourth.case_id) == (Fate.WRITTEN, last.case_id)
    assert count(SupportCase) == 3
    assert last.case_id is not None
    assert words(last.case_id)[-1][2] == "Another thing\n\nNo bill"


def test_beyond_three_cases_a_day_that_are_all_closed_a_strangers_mail_is_refused(
    mail_app: Flask,
) -> None:
    for number in range(3):
        receive_mail(write(message_id=f"{number}@example.test"))
    with transaction():
        db.session.execute(update(SupportCase).values(state=CLOSED))
    received = receive_mail(write(message_id="4@example.test"))
    assert (received.fate, received.reason) == (Fate.REFUSED, "too many cases today")
    assert count(SupportCase) == 3


def test_nothing_of_a_mail_ends_a_header_of_ours(mail_app: Flask) -> None:
    subject = "=?utf-8?q?x=0D=0ABcc:_b@example.test?="
    raw = write("=?utf-8?q?x=0D=0ABcc:_b=40example.test?= <a@example.test>", Subject=subject)
    assert receive_mail(raw).fate is Fate.OPENED
    (mail,) = sent_mails(mail_app)
    message = mail.message()
    assert message["Bcc"] is None
    assert mail.recipients() == ["a@example.test"]
    assert not any("\n" in str(value) for value in message.values())


def test_files_of_kinds_we_do_not_take_are_named_and_not_kept(mail_app: Flask) -> None:
    raw = write(Content_Type="application/zip; name=../x.zip", body="PK")
    case_id = receive_mail(raw).case_id
    assert case_id is not None
    assert words(case_id)[0][2] == "Files that were attached and are not kept: x.zip"


def bounce(mail: Any, number: int, *, quotes: bool = True) -> bytes:
    address = mail.to[0]
    quoted = f"{TOKEN_HEADER}: {mail.extra_headers[TOKEN_HEADER]}\n" if quotes else ""
    return (
        f"From: MAILER-DAEMON@x.test\nTo: community@{DOMAIN}\nMessage-ID: <b{number}@x.test>\n"
        "Content-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {address}\nAction: failed\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{quoted}\n--b--\n"
    ).encode()


def test_after_four_bounces_an_address_gets_no_more_mail(mail_app: Flask) -> None:
    opened()
    (mail,) = sent_mails(mail_app)
    for number in range(BOUNCES_MAX):
        assert takes_mail(mail.to[0])
        assert receive_mail(bounce(mail, number)).kind is Kind.BOUNCE
        receive_mail(bounce(mail, number))
    assert not takes_mail(mail.to[0])
    receive_mail(write(message_id="2@example.test"))
    assert sent_mails(mail_app) == []


def test_a_bounce_that_quotes_no_mail_of_ours_counts_for_nothing(mail_app: Flask) -> None:
    opened()
    (mail,) = sent_mails(mail_app)
    for number in range(BOUNCES_MAX + 1):
        receive_mail(bounce(mail, number, quotes=False))
    assert takes_mail(mail.to[0])

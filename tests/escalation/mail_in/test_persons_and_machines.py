"""Which mails are a machine's, spam or a bounce; a person's mail is never taken for one."""

import pytest

from community.core.reply_addresses import case_message_id
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.parsing import parse_mail
from tests.escalation.mail_in.mails import CASE_ID, SITE


def read(
    *, sender: str = "Ann <ann@x.test>", subject: str = "Netz", more: str = "", body: str = "Ja."
) -> InboundMail:
    head = f"From: {sender}\nTo: {SITE.help_address}\nSubject: {subject}\n{more}\n"
    return parse_mail(head.encode() + body.encode(), SITE)


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: no\nAuto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-replied (vacation)\n",
        "X-Auto-Reply: yes\n",
        "X-Autoreply-From: a@b.test\n",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply\n",
        "Mailing-List: list news@x.test\n",
        "List-Help: <mailto:h@x.test>\n",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nMax hat zugesagt.\n--b\n"
        "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n--b--\n",
    ],
)
def test_a_machine_is_known_by_its_headers(headers: str) -> None:
    assert read(more=headers).kind is Kind.AUTOMATIC


@pytest.mark.parametrize(
    "sender", ["do.not.reply@x.test", "noreply+abc@x.test", "nicht.antworten@x.test"]
)
def test_a_machine_is_known_by_its_address(sender: str) -> None:
    assert read(sender=sender).reason == "daemon"


@pytest.mark.parametrize(
    "subject",
    [
        "Automatische Antwort: Re: [12] Netz",
        "Out of Office AutoReply: net",
        "Abwesenheitsassistent: Netz",
        "AW: Abwesenheitsnotiz",
        "Abwesend bis 12.5.",
        "Risposta automatica: guasto",
        "Autosvar: fel",
        "Automatische Antwort: Re: Warum geht es nicht?",
    ],
)
def test_a_machine_is_known_by_its_subject(subject: str) -> None:
    assert read(subject=subject).reason == "subject"


def test_a_mail_of_ours_that_comes_back_goes_round_in_circles() -> None:
    own = case_message_id(SITE, CASE_ID, "m3")
    assert read(more=f"Message-ID: {own}\n").reason == "own-message"
    assert read(more="Message-ID: <c7-x.m3@forum.example.test>\n").kind is Kind.MAIL


@pytest.mark.parametrize(
    "subject",
    [
        "Abwesenheitsnachricht auf der Mailbox einrichten",
        "Abwesend – Rufumleitung geht nicht",
        "Out of office greeting on voicemail does not play",
        "Automatic reply doesn't work",
        "Automatische Antwort lässt sich nicht abschalten",
        "Abwesenheitsnotiz: wie richte ich sie ein?",
    ],
)
def test_a_question_about_answers_of_machines_is_a_persons(subject: str) -> None:
    assert read(subject=subject).kind is Kind.MAIL


@pytest.mark.parametrize(
    "headers",
    [
        "X-Auto-Response-Suppress: DR, RN, NRN\n",
        "X-Auto-Response-Suppress: None\n",
        "Disposition-Notification-To: ann@x.test\n",
        "Precedence: first-class\n",
        "X-MS-Exchange-Organization-SCL: 1\n",
        "X-MS-Exchange-Organization-SCL: -1\n",
        "X-Rspamd-Action: no action\nX-Spamd-Result: default: False [1.0 / 15.0]\n",
        "X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:1;SFV:NSPM;CAT:NONE\n",
        "X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:5;SFV:SPM;DIR:OUT\n",
        "X-MS-Exchange-Inbox-Rules-Loop: help@x.test\n",
    ],
)
def test_a_persons_mail_is_taken_whatever_its_servers_add(headers: str) -> None:
    assert read(more=headers).kind is Kind.MAIL


@pytest.mark.parametrize(
    "header",
    [
        "X-MS-Exchange-Organization-SCL: 5",
        "X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:6;SFV:SPM;CAT:SPM",
        "X-Rspamd-Action: add header",
        "X-Spamd-Result: default: True [21.0 / 15.0]",
        "X-Spam: Yes",
    ],
)
def test_what_a_filter_called_spam_is_spam(header: str) -> None:
    assert read(more=f"{header}\n").kind is Kind.SPAM


QMAIL = "Hi. This is the qmail-send program at x.test.\n\n<b@y.test>:\nSorry, no mailbox here.\n"


@pytest.mark.parametrize(
    ("subject", "more", "body"),
    [
        ("failure notice beim Versand", "", f"{QMAIL}\nWas soll das?"),
        ("failure notice", "", f"Guten Tag,\n\ndas kam:\n\n{QMAIL}"),
        ("failure notice", "", f"{QMAIL}\nMit freundlichen Grüßen\nMax"),
        ("WG: failure notice", "In-Reply-To: <a@b.test>\n", QMAIL),
    ],
)
def test_a_person_who_asks_about_a_bounce_is_heard(subject: str, more: str, body: str) -> None:
    assert read(subject=subject, more=more, body=body).kind is Kind.MAIL
    assert read(sender="MAILER-DAEMON@x.test", subject="failure notice", body=QMAIL).bounce


@pytest.mark.parametrize(
    "subject", ["Nondeliverable mail", "Unable to deliver", "Mail rejected", "Empfänger unbekannt"]
)
def test_a_bounce_that_a_person_seems_to_send_is_known(subject: str) -> None:
    returned = "\n--- Below this line is a copy of the message.\n\n" + "x\n" * 20 + "Geht es?\n"
    for body in (QMAIL, QMAIL + returned):
        bounce = read(sender="admin@x.test", subject=subject, body=body).bounce
        assert bounce is not None
        assert bounce.addresses == ("b@y.test",)


def test_a_mail_that_is_still_tried_counts_as_no_failure() -> None:
    report = (
        "X-Failed-Recipients: b@y.test\nContent-Type: multipart/report; boundary=r;"
        " report-type=delivery-status\n\n--r\n\nwaits\n--r\nContent-Type: message/delivery-status"
        "\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; b@y.test\nAction: {}\n"
        "Status: 4.4.1\n\n--r--\n"
    )
    for action, waits in (("delayed", True), ("failed", False)):
        bounce = read(sender="mailer-daemon@x.test", more=report.format(action)).bounce
        assert bounce is not None
        assert (bounce.addresses, bounce.is_temporary) == (("b@y.test",), waits)


@pytest.mark.parametrize(
    ("sender", "email", "name"),
    [
        ("Muster, Max <max@x.test>", "max@x.test", "Muster, Max"),
        ("max@x.test <max@x.test>", "max@x.test", "max@x.test"),
        ("Müller @ Firma <max@x.test>", "max@x.test", "Müller @ Firma"),
        ("=?utf-8?q?J=C3=BCrgen?= Muster, Dr. <max@x.test>", "max@x.test", "Jürgen Muster, Dr."),
    ],
)
def test_a_name_that_should_have_been_quoted_is_one_sender(
    sender: str, email: str, name: str
) -> None:
    found = read(sender=sender).sender
    assert found is not None
    assert (found.email, found.name) == (email, name)


@pytest.mark.parametrize(
    "sender",
    ["evil@evil.test <ann@x.test>", "a@x.test, Ann <ann@x.test>", "Ann <a@x.test>, <ann@x.test>"],
)
def test_an_address_in_a_name_makes_two_senders(sender: str) -> None:
    assert read(sender=sender).reason == "several senders"


@pytest.mark.parametrize(
    ("header", "references"),
    [
        ("In-Reply-To: a@b.test", ("a@b.test",)),
        ("In-Reply-To: =?utf-8?q?=3Ca=40b=2Etest=3E?=", ("a@b.test",)),
        ('In-Reply-To: Your message of "Mon, 4 May" <a@b.test>', ("a@b.test",)),
        ("References: <a@b.test><c@d.test>\n\t<e@f.test>", ("e@f.test", "c@d.test", "a@b.test")),
        ("In-Reply-To: yesterday", ()),
    ],
)
def test_what_a_mail_answers_is_read(header: str, references: tuple[str, ...]) -> None:
    assert read(more=f"{header}\n").references == references

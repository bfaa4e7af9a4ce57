"""What is made of a mail: its kind, its case, its parts; and the limits of what is read."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from community.core.reply_addresses import (
    case_address,
    case_mail_headers,
    case_message_id,
    read_message_id,
    read_token,
)
from community.escalation.cases.file_kinds import file_name
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.parsing import parse_mail
from community.escalation.mail_in.parts import LARGEST_BYTES
from tests.escalation.mail_in.mails import CASE_ID, DOMAIN, SITE, token
from tests.pace import within

HEAD = b"From: Ann <ann@example.test>\nTo: help@forum.example.test\nSubject: Kein Netz\n"


def read(
    headers: str = "", body: str = "Es geht nicht.", **options: tuple[str, ...]
) -> InboundMail:
    return parse_mail(HEAD + headers.encode() + b"\n" + body.encode(), SITE, **options)


def test_a_persons_mail_is_read() -> None:
    mail = read("Message-ID: <1@example.test>\nReferences: <a@x.test> <b@x.test>\n")
    assert (mail.kind, mail.reason) == (Kind.MAIL, "")
    assert mail.sender is not None
    assert (mail.sender.email, mail.sender.name) == ("ann@example.test", "Ann")
    assert mail.recipients == (SITE.help_address,)
    assert (mail.subject, mail.message_id) == ("Kein Netz", "1@example.test")
    assert mail.references == ("b@x.test", "a@x.test")
    assert mail.text == mail.original == "Es geht nicht."


def test_a_reply_address_leads_to_its_case() -> None:
    address = case_address(SITE, CASE_ID)
    for written in (address, address.upper(), f'"Hilfe" <{address}>'):
        assert read(f"Cc: {written}\n").case_ids == (CASE_ID,)
    assert read(recipients=(address,)).case_ids == (CASE_ID,)


@pytest.mark.parametrize(
    "changed",
    [
        lambda right: right.replace("c7-", "c8-"),
        lambda right: right[:-1] + ("a" if right[-1] != "a" else "b"),
        lambda right: right + "a",
        lambda right: "c7",
        lambda right: "c7-",
        lambda right: "c9999999999999999999-aaaaaaaaaaaaaaaa",
        lambda right: "",
    ],
)
def test_an_address_that_we_did_not_sign_leads_nowhere(changed: Callable[[str], str]) -> None:
    wrong = changed(token())
    assert read_token(SITE, wrong) is None
    mail = read(f"Cc: reply+{wrong}@{DOMAIN}\n")
    assert (mail.kind, mail.case_ids) == (Kind.REFUSED, ())


def test_an_address_signed_with_a_former_key_still_leads_to_its_case() -> None:
    address = case_address(SITE, CASE_ID)
    renewed = replace(SITE, keys=(b"another key for the same purpose", *SITE.keys))
    assert case_address(renewed, CASE_ID) != address
    raw = HEAD + f"Cc: {address}\n\nEs geht nicht.".encode()
    assert parse_mail(raw, renewed).case_ids == (CASE_ID,)
    assert parse_mail(raw, replace(SITE, keys=renewed.keys[:1])).kind is Kind.REFUSED


def test_an_answer_leads_to_its_case_by_the_message_id_too() -> None:
    headers = case_mail_headers(SITE, CASE_ID, "m12")
    ours = headers["Message-ID"]
    assert headers["Reply-To"] == case_address(SITE, CASE_ID)
    assert headers["References"] == case_message_id(SITE, CASE_ID, "case") != ours
    assert case_mail_headers(SITE, CASE_ID, "m12") == headers
    mail = read(f"In-Reply-To: {ours}\nReferences: {headers['References']} {ours}\n")
    assert (mail.case_ids, mail.answered_case_ids) == ((), (CASE_ID,))
    forged = ours.replace("<c7-", "<c8-").strip("<>")
    assert read_message_id(SITE, forged) is None
    assert read_message_id(SITE, ours.strip("<>").replace(DOMAIN, "example.test")) is None


def test_without_addresses_of_ours_there_is_no_reply_address() -> None:
    closed = replace(SITE, reply_address="", help_address="")
    assert case_address(closed, CASE_ID) == ""
    assert "Reply-To" not in case_mail_headers(closed, CASE_ID, "m1")
    assert parse_mail(HEAD + b"Cc: +c7-a@\n\nx", closed).case_ids == ()


@pytest.mark.parametrize(
    ("headers", "kind", "reason"),
    [
        ("Auto-Submitted: auto-replied\n", Kind.AUTOMATIC, "auto-submitted"),
        ("Auto-Submitted: no\n", Kind.MAIL, ""),
        ("Auto-Submitted: No (a person)\n", Kind.MAIL, ""),
        ("Precedence: Bulk\n", Kind.AUTOMATIC, "precedence"),
        ("List-Id: <a.b>\n", Kind.AUTOMATIC, "list-id"),
        ("Return-Path: <>\n", Kind.AUTOMATIC, "daemon"),
        ("X-Loop: help@forum.example.test\n", Kind.AUTOMATIC, "x-loop"),
        ("Received: x\n" * 101, Kind.AUTOMATIC, "hops"),
        ("X-Spam-Flag: YES\n", Kind.SPAM, "marked"),
        ("X-Spam-Status: Yes, score=9\n", Kind.SPAM, "marked"),
        ("X-Spam-Status: No, score=0\n", Kind.MAIL, ""),
        ("Authentication-Results: mx; dmarc=fail\n", Kind.REFUSED, "sender not authentic"),
        ("Authentication-Results: mx; dmarc=pass\n", Kind.MAIL, ""),
        ("From: b@example.test\n", Kind.REFUSED, "several senders"),
        ("X-Failed-Recipients: b@example.test\n", Kind.BOUNCE, "bounce"),
    ],
)
def test_headers_say_what_kind_a_mail_is(headers: str, kind: Kind, reason: str) -> None:
    mail = read(headers)
    assert (mail.kind, mail.reason) == (kind, reason)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatische Antwort: Kein Netz",
        "Abwesenheitsnotiz: bis Montag",
        "Out of office",
        "Read: x",
    ],
)
def test_an_answer_of_a_machine_is_known_by_its_subject(subject: str) -> None:
    raw = HEAD.replace(b"Kein Netz", subject.encode()) + b"\nIch bin nicht da."
    assert parse_mail(raw, SITE).kind is Kind.AUTOMATIC


def test_a_mail_from_an_address_of_ours_goes_round_in_circles() -> None:
    raw = HEAD.replace(b"ann@example.test", b"Help@Forum.example.test") + b"\nx"
    assert parse_mail(raw, SITE).reason == "own-address"


def test_only_the_server_that_the_operator_names_says_whether_a_sender_is_authentic() -> None:
    named = replace(SITE, authentication_host="mx.example.test")
    others = b"Authentication-Results: elsewhere.test; dmarc=fail\n"
    ours = b"Authentication-Results: mx.example.test; dmarc=fail (p=reject)\n"
    assert parse_mail(HEAD + others + b"\nx", named).kind is Kind.MAIL
    assert parse_mail(HEAD + others + ours + b"\nx", named).kind is Kind.REFUSED


def test_a_person_who_quotes_a_mail_servers_words_is_no_bounce() -> None:
    body = "Ich bekomme immer dies:\n\nDelivery to the following recipient failed\n\n  b@x.test\n"
    assert read(body=body).kind is Kind.MAIL


def test_files_are_taken_and_a_mail_within_stays_closed() -> None:
    message, inner = EmailMessage(), EmailMessage()
    message["From"] = "ann@example.test"
    message.set_content("siehe Bild")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="../netz.png")
    message.add_attachment("a,b", subtype="csv", filename="a.csv")
    message.add_attachment("nur Text", filename="b.txt")
    inner.set_content("im Inneren")
    message.add_attachment(inner)
    mail = parse_mail(message.as_bytes(), SITE)
    assert mail.text == "siehe Bild"
    assert [(file.name, file.content_type) for file in mail.files] == [
        ("netz.png", "image/png"),
        ("a.csv", "text/csv"),
        ("b.txt", "text/plain"),
        ("file", "message/rfc822"),
    ]
    assert mail.files[0].content == b"\x89PNG"


def test_html_is_read_where_there_is_no_plain_text() -> None:
    message = EmailMessage()
    message["From"] = "ann@example.test"
    message.set_content(" ")
    message.add_alternative("<p>Grüße</p><blockquote>alt</blockquote>", subtype="html")
    mail = parse_mail(message.as_bytes(), SITE)
    assert (mail.text, mail.original) == ("Grüße", "Grüße\n\n> alt")


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\Users\\a.png", "C__Users_a.png"),
        ("...", "file"),
        ("", "file"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ("a\r\nb.png", "a_b.png"),
        ("CON", "file_CON"),
        ("nul.tar.gz", "file_nul.tar.gz"),
        ("com¹.log", "file_com1.log"),
        ("console.log", "console.log"),
        ("x.txt::$DATA", "x.txt__$DATA"),
        ("--help", "help"),
        ("~root", "root"),
        ("\uff0e\uff0e\uff0fx.png", "x.png"),
        ("a\u2215b\u2044c", "a_b_c"),
        ("\ufeffx\u2028.png", "x_.png"),
        ("\u2066x\u2069.png. ", "x_.png"),
        ("ä" * 300 + ".png", "ä" * 88 + "ä" * 8 + ".png"),
    ],
)
def test_a_files_name_is_a_bare_name(declared: str, name: str) -> None:
    assert file_name(declared) == name


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "Grüße €".encode("cp1252"), "Grüße €"),
        ("unknown-8bit", "Grüße".encode(), "Grüße"),
        ("../../x", b"hello", "hello"),
        ("utf-7", b"+ADw-b+AD4-", "+ADw-b+AD4-"),
        ("punycode", b"a-b", "a-b"),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
    ],
)
def test_text_is_read_in_its_charset(charset: str, raw: bytes, text: str) -> None:
    head = HEAD + f'Content-Type: text/plain; charset="{charset}"\n\n'.encode()
    assert parse_mail(head + raw, SITE).text == text


def nested(levels: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (level, level)
        for level in range(levels)
    )


MAILS = {
    "too many bytes": lambda: HEAD + b"\n" + b"a" * LARGEST_BYTES,
    "lines": lambda: HEAD + b"\n" + b"\n" * 600_000,
    "levels": lambda: HEAD + nested(2_000),
    "levels with lines": lambda: HEAD + nested(140) + b"a\n" * 20_000,
    "parts": lambda: HEAD + nested(1) + b"--0\n\n" * 100_000,
    "mails within": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 5_000,
    "headers": lambda: b"X: y\n" * 450_000 + HEAD + b"\nx",
    "parameters": lambda: HEAD + b"Content-Type: text/plain; " + b"a=b; " * 1_000_000 + b"\n\nx",
    "brackets": lambda: b"From: " + b"(" * 5_000_000 + b"\n\nx",
    "recipients": lambda: HEAD + b"Cc: " + b"a@b.de," * 1_000_000 + b"\n\nx",
    "references": lambda: HEAD + b"References: " + b"<" * 9_000_000 + b"\n\nx",
    "comments": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<!--" * 500_000,
    "tags": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<" * 2_000_000,
    "lines drawn": lambda: (
        HEAD + b"Content-Type: text/html\n\n" + b'<div style="border-top">' * 50_000
    ),
    "broken paragraphs": lambda: (
        HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 400_000
    ),
    "a name": lambda: b"From:\n" + b" " * 7_900 + b"a@b, c\n\nx",
    "ways of saying it": lambda: (
        HEAD
        + nested(1)
        + b"".join(
            b"--0\nContent-Type: text/%s\n\n" % kind + b"word%d " % at * 5_000 + b"\n"
            for at in range(90)
            for kind in (b"plain", b"html")
        )
    ),
    "punycode": lambda: HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"-z" * 900_000,
    "a bounce": lambda: (
        HEAD.replace(b"Kein Netz", b"Undeliverable")
        + b"Content-Type: text/plain; charset=punycode\n\nThe following addresses had\n"
        + b"a" * 60_000
    ),
}


def test_a_mail_of_nothing_but_headers_is_refused() -> None:
    refused = parse_mail(b"X: y\n" * 20_001 + HEAD + b"\nx", SITE)
    assert (refused.kind, refused.reason) == (Kind.REFUSED, "too many headers")
    taken = parse_mail(b"From: a@example.test\n" + b"X: y\n" * 19_000 + HEAD + b"\nx", SITE)
    assert taken.kind is not Kind.REFUSED


@pytest.mark.parametrize("make", MAILS.values(), ids=MAILS.keys())
def test_no_mail_takes_long(make: Callable[[], bytes]) -> None:
    raw = make()
    mail = within(2, lambda: parse_mail(raw, SITE))
    assert mail.reason != "unreadable"

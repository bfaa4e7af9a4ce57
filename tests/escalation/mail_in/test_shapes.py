"""The text of a mail whatever its parts, its page and its letters: none of it is lost."""

import base64

import pytest

from community.escalation.mail_in.html_text import html_to_text
from community.escalation.mail_in.message import InboundMail, Kind
from community.escalation.mail_in.parsing import parse_mail
from community.escalation.mail_in.quotes import strip_reply
from tests.escalation.mail_in.mails import SITE

PLAIN, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"


def read(content_type: str, body: bytes | str, *, more: str = "") -> InboundMail:
    raw = body if isinstance(body, bytes) else body.encode()
    head = f"From: ann@x.test\nTo: {SITE.help_address}\nContent-Type: {content_type}\n{more}\n"
    return parse_mail(head.encode() + raw, SITE)


def parts(kind: str, *found: tuple[str, str]) -> InboundMail:
    body = "".join(f"--b\nContent-Type: {each}\n\n{text}\n" for each, text in found)
    return read(f"multipart/{kind}; boundary=b", f"{body}--b--\n")


def test_html_counts_where_the_plain_part_only_stands_in_for_it() -> None:
    page = (HTML, "<p>Seit gestern ist mein Anschluss tot.</p>")
    for plain in ("Ihr Programm kann keine HTML-Mails anzeigen.", "Von meinem iPhone gesendet"):
        mail = parts("alternative", (PLAIN, plain), page)
        assert mail.text == "Seit gestern ist mein Anschluss tot."


def test_the_plain_part_counts_where_it_says_the_same() -> None:
    page = (HTML, "<p>Es geht wieder.</p><blockquote>Geht es? Viele Wörter mehr.</blockquote>")
    assert parts("alternative", (PLAIN, "Es geht wieder."), page).text == "Es geht wieder."
    assert parts("alternative", page, (PLAIN, "Es geht wieder.")).text == "Es geht wieder."
    both = parts("mixed", (PLAIN, "Es geht wieder."), (HTML, "<p>Es geht wieder.</p>"))
    assert both.text == "Es geht wieder."


def test_all_parts_of_a_mail_that_is_mixed_are_read() -> None:
    image = ("image/png; name=a.png", "x")
    mail = parts("mixed", (HTML, "<p>Bild:</p>"), image, (HTML, "<p>und noch etwas</p>"))
    assert mail.text == "Bild:\n\nund noch etwas"
    assert [file.name for file in mail.files] == ["a.png"]
    mail = parts("mixed", (HTML, "<p>Mein Anschluss ist tot.</p>"), (PLAIN, "Von der Liste."))
    assert mail.text == "Mein Anschluss ist tot.\n\nVon der Liste."


def test_a_log_below_the_words_is_a_file() -> None:
    log = "text/plain\nContent-Disposition: inline; filename=router.log"
    mail = parts("mixed", (PLAIN, "Siehe Log."), (log, "09:03 down"))
    assert mail.text == "Siehe Log."
    assert [(file.name, file.content) for file in mail.files] == [("router.log", b"09:03 down")]


def test_a_mail_within_is_the_message_where_nothing_else_is_said() -> None:
    within = "From: Bank <b@bank.test>\nSubject: Zahlung\n\nIhre Zahlung kam zurück."
    mail = parts("mixed", (PLAIN, ""), ("message/rfc822", within))
    assert mail.kind is Kind.MAIL
    assert "From: Bank <b@bank.test>\nSubject: Zahlung" in mail.text
    assert mail.text.endswith("Ihre Zahlung kam zurück.")
    assert parts("mixed", (PLAIN, "Siehe."), ("message/rfc822", within)).text == "Siehe."


def test_an_invitation_is_a_persons() -> None:
    calendar = ("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR")
    mail = parts("alternative", (PLAIN, "Können wir telefonieren?"), calendar)
    assert (mail.kind, mail.text) == (Kind.MAIL, "Können wir telefonieren?")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            '<p>So:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">rote Lampe'
            "</blockquote><p>Was tun?",
            "So:\n\nrote Lampe\n\nWas tun?",
        ),
        (
            '<p>Die Rechnung:</p><table style="border-top:1px solid"><tr><td>Posten</td><td>9,99'
            '</td></tr></table><p>An <a href="mailto:m@x.test">m@x.test</a> erstatten.',
            "Die Rechnung:\n\nPosten 9,99\n\nAn m@x.test erstatten.",
        ),
        (
            '<p>Danke.<div style="border:none;border-top:solid #B5C4DF 1pt"><p><b>From:</b> Help '
            "[mailto:h@x.test]<br><b>Sent:</b> Monday<br>Hi",
            "Danke.",
        ),
        (
            "<div>Danke.</div><div>---- On Mon, 04 May 2026 09:03 +0200 <b>Help &lt;h@x.test&gt;"
            "</b> wrote ----<br></div><blockquote>Hi</blockquote>",
            "Danke.",
        ),
        ("<p>Eins</p><hr><p>Zwei, und ich bin da.", f"Eins\n\n{'_' * 32}\n\nZwei, und ich bin da."),
    ],
)
def test_of_a_page_the_authors_own_words_are_kept(page: str, text: str) -> None:
    assert strip_reply(html_to_text(page)) == text


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("gb2312", "联通".encode("gb2312"), "联通"),
        ("big5", "網路壞了".encode("big5"), "網路壞了"),
        ("ks_c_5601-1987", "인터넷".encode("cp949"), "인터넷"),
        ("utf-8", "Grüße, böse".encode("latin-1"), "Grüße, böse"),
        ("utf-8", "Grüße".encode() + b"\xff", "Grüße\ufffd"),
        ("utf-8", b"\xef\xbb\xbfja", "ja"),
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום"),
        ("windows-874", "สวัสดี".encode("cp874"), "สวัสดี"),
        ("iso-8859-1", "5 € – „ja“".encode("cp1252"), "5 € – „ja“"),
    ],
)
def test_letters_are_read_as_they_were_meant(charset: str, raw: bytes, text: str) -> None:
    coded = base64.b64encode(raw)
    more = "Content-Transfer-Encoding: base64\n"
    assert read(f"text/plain; charset={charset}", coded, more=more).text == text


@pytest.mark.parametrize(
    ("parameters", "body", "text"),
    [
        ("format=flowed", "Eine lange \nZeile.\n\nNeu.", "Eine lange Zeile.\n\nNeu."),
        ("format=Flowed; delsp=yes", "Donaudampf \nschiff", "Donaudampfschiff"),
        ("format=flowed", "Kein Netz.\n-- \nMax", "Kein Netz."),
        ("format=flowed", "Das:\n >50 Fehler\n From hier", "Das:\n\\>50 Fehler\nFrom hier"),
        ("format=flowed", "Am 04.05.26 um 09:03 schrieb Ann:\n> Geht \n> es?\n\nJa. ", "Ja."),
        ("charset=utf-8", "Eine lange \nZeile.", "Eine lange\nZeile."),
    ],
)
def test_paragraphs_that_a_program_broke_are_whole_again(
    parameters: str, body: str, text: str
) -> None:
    assert read(f"text/plain; {parameters}", body).text == text


@pytest.mark.parametrize(
    "disposition",
    [
        b"filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf",
        b"filename*0*=UTF-8''Rech; filename*1*=nung%20M%C3%A4rz; filename*2=.pdf",
        b'filename="=?utf-8?q?Rechnung_M=C3=A4rz=2Epdf?="',
        b'filename="Rechnung M\xc3\xa4rz.pdf"',
        b'filename="Rechnung M\xe4rz.pdf"',
    ],
)
def test_a_files_name_is_read_however_it_is_written(disposition: bytes) -> None:
    raw = b"From: a@x.test\nContent-Type: application/pdf\nContent-Disposition: attachment; "
    mail = parse_mail(raw + disposition + b"\n\n%PDF-", SITE)
    assert [file.name for file in mail.files] == ["Rechnung März.pdf"]

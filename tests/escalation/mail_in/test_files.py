"""Files that come with mails: which are kept, how they are sent, who may have them."""

import json
import zlib
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.reply_addresses import case_address, mail_site
from community.escalation.cases.file_kinds import FILE_MAX_BYTES, PICTURES_MAX, content_type_of
from community.escalation.cases.models import CaseFile, CaseMessage, SupportCase
from community.escalation.mail_in.operations.fates import Fate
from community.escalation.mail_in.operations.forgetting import forget_support
from community.escalation.mail_in.operations.receiving import receive_mail
from tests.client import ForumClient
from tests.escalation.mail_in.mails import DOMAIN
from tests.factories.community import make_user
from tests.factories.images import png
from tests.factories.support import make_agent, make_support_case, make_team
from tests.shared_data import find_shared_data, shared_data

SECRET = b"zqplace: 52.5200 N"
PHOTO = png(3, 2, (b"tEXt", b"Comment\0" + SECRET))
PDF = b"%PDF-1.7 zqpdf"

Given = Sequence[tuple[str, str, bytes]]


def write(sender: str, files: Given, *, to: str = f"help@{DOMAIN}", text: str = "Hier.") -> bytes:
    """Return a mail with files: declared type, name, content."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Kein Netz"
    mail["Message-ID"] = f"<{zlib.crc32(repr((text, files)).encode())}@example.test>"
    mail.set_content(text)
    for declared, name, content in files:
        main, _, kind = declared.partition("/")
        mail.add_attachment(content, maintype=main, subtype=kind, filename=name)
    return mail.as_bytes()


def kept_in(case_id: int) -> list[CaseFile]:
    """Return the files of a case."""
    query = select(CaseFile).join(CaseMessage, CaseMessage.id == CaseFile.message_id)
    return list(db.session.scalars(query.where(CaseMessage.case_id == case_id)))


def open_with(files: Given, sender: str = "ann@example.test", text: str = "Hier.") -> int:
    """Open a case by a mail with files; return its id."""
    received = receive_mail(write(sender, files, text=text))
    assert received.fate is Fate.OPENED
    assert received.case_id is not None
    return received.case_id


def test_a_picture_is_made_anew_without_what_a_camera_wrote_into_it(mail_app: Flask) -> None:
    # Neither what it is called nor what it is said to be makes it a picture: its content does.
    (file,) = kept_in(open_with([("application/octet-stream", "photo.txt", PHOTO)]))
    assert (file.name, file.content_type) == ("photo.png", "image/png")
    assert SECRET not in file.content
    assert Image.open(BytesIO(file.content)).size == (3, 2)
    assert file.size_bytes == len(file.content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg onload=alert(1)>"),
        ("picture.png", b"<html>no picture</html>"),
        ("invoice.pdf", b"MZ a program"),
        ("invoice.exe", PDF),
        ("all.zip", b"PK\x03\x04"),
        ("macro.docm", b"PK\x03\x04"),
        ("empty.txt", b""),
        ("binary.txt", b"a\x00b"),
        ("noending", b"text"),
    ],
)
def test_what_could_run_or_is_not_what_it_says_is_not_kept(
    mail_app: Flask, name: str, content: bytes
) -> None:
    case_id = open_with([("application/x-y", name, content)])
    assert kept_in(case_id) == []
    text = db.session.scalars(select(CaseMessage.body).where(CaseMessage.case_id == case_id)).one()
    assert f"Files that were attached and are not kept: {name}" in text


def test_documents_are_kept_as_what_we_say_they_are(mail_app: Flask) -> None:
    given = [
        ("text/html", "a.pdf", PDF),
        ("text/html", "b.LOG", b"<script>"),
        ("image/svg+xml", "c.docx", b"PK\x03\x04x"),
    ]
    kept = {file.name: file.content_type for file in kept_in(open_with(given))}
    assert kept["a.pdf"] == "application/pdf"
    assert kept["b.LOG"] == "text/plain"
    assert kept["c.docx"].startswith("application/vnd.openxml")


def test_a_file_that_is_too_large_is_not_kept() -> None:
    assert content_type_of("a.log", b"x" * FILE_MAX_BYTES) == "text/plain"
    assert content_type_of("a.log", b"x" * (FILE_MAX_BYTES + 1)) is None


def test_no_more_pictures_than_we_take_are_made_anew(mail_app: Flask) -> None:
    pictures = [("image/png", f"{n}.png", png(n + 2, 2)) for n in range(PICTURES_MAX + 1)]
    assert len(kept_in(open_with(pictures))) == PICTURES_MAX


def test_a_mail_of_files_alone_says_so(mail_app: Flask) -> None:
    case_id = open_with([("application/pdf", "bill.pdf", PDF)], text="")
    text = db.session.scalars(select(CaseMessage.body).where(CaseMessage.case_id == case_id)).one()
    assert text == "Files: bill.pdf"


def test_the_same_mail_again_keeps_its_files_once(mail_app: Flask) -> None:
    raw = write("ann@example.test", [("application/pdf", "bill.pdf", PDF)])
    assert receive_mail(raw).fate is Fate.OPENED
    assert receive_mail(raw).fate is Fate.KNOWN
    assert db.session.scalars(select(func.count(CaseFile.id))).one() == 1


def test_only_customer_and_team_get_a_file_and_only_to_save_it(
    mail_app: Flask, client: ForumClient
) -> None:
    asker, agent = make_user(email="ann@example.test"), make_agent()
    case_id = open_with([("image/png", "photo.png", PHOTO)])
    (file,) = kept_in(case_id)
    own, desk = (f"{start}/{case_id}/files/{file.id}" for start in ("/cases", "/desk/cases"))
    for person, address in ((asker, own), (agent, desk)):
        page = client.sign_in(person).get(address.rpartition("/files/")[0])
        assert address in page.text
        sent = client.get(address)
        assert sent.status_code == 200
        assert sent.headers["Content-Disposition"].startswith("attachment; filename=photo.png")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in sent.headers["Content-Security-Policy"]
        assert "no-store" in sent.headers["Cache-Control"]
    for person in (make_user(), make_user(role="moderator")):
        client.sign_in(person)
        assert client.get(own).status_code == 404
        assert client.get(desk).status_code in (403, 404)
    client.sign_in(asker)
    assert client.get(desk).status_code in (403, 404)


def test_a_file_is_found_below_its_own_case_alone(mail_app: Flask, client: ForumClient) -> None:
    asker = make_user(email="ann@example.test")
    other = make_support_case(requester=asker)
    (file,) = kept_in(open_with([("application/pdf", "bill.pdf", PDF)]))
    assert client.sign_in(asker).get(f"/cases/{other.id}/files/{file.id}").status_code == 404


def test_the_file_of_somebody_elses_mail_is_for_the_team_alone(
    mail_app: Flask, client: ForumClient
) -> None:
    asker, agent = make_user(email="ann@example.test"), make_agent(team=make_team())
    case = make_support_case(requester=asker)
    to = case_address(mail_site(), case.id)
    raw = write("eve@example.test", [("application/pdf", "bill.pdf", PDF)], to=to)
    assert receive_mail(raw).fate is Fate.NOTED
    (file,) = kept_in(case.id)
    assert client.sign_in(asker).get(f"/cases/{case.id}/files/{file.id}").status_code == 404
    assert "bill.pdf" not in client.get(f"/cases/{case.id}").text
    assert client.sign_in(agent).get(f"/desk/cases/{case.id}/files/{file.id}").data == PDF


def test_files_go_with_the_words_of_cases_long_closed(mail_app: Flask) -> None:
    case_id = open_with([("application/pdf", "bill.pdf", PDF)])
    with transaction():
        forget_support(timedelta(days=1))
    assert kept_in(case_id)
    closed = update(SupportCase).where(SupportCase.id == case_id)
    with transaction():
        long_ago = clock.now() - timedelta(days=2)
        db.session.execute(closed.values(state="closed", closed_at=long_ago))
        forget_support(timedelta(days=1))
    assert not kept_in(case_id)


def test_names_steer_neither_path_nor_header(mail_app: Flask, client: ForumClient) -> None:
    if find_shared_data("security/filenames.jsonl") is None:
        shared_data("security/filenames.jsonl")
    path = find_shared_data("security/filenames.jsonl")
    assert path is not None
    names = [json.loads(line)["input"] for line in path.read_text().splitlines()]
    agent = client.sign_in(make_agent())
    for number, name in enumerate(names):
        clean = name.encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ")
        raw = write(f"a{number}@example.test", [("image/png", clean, PHOTO)], text=f"Nr. {number}")
        case_id = receive_mail(raw).case_id
        assert case_id is not None, name
        for file in kept_in(case_id):
            assert not set(file.name) & set("/\\\r\n\0"), name
            sent = agent.get(f"/desk/cases/{case_id}/files/{file.id}")
            value = sent.headers["Content-Disposition"]
            assert value.startswith("attachment; filename"), name
            assert value.isascii(), name


def test_staff_read_the_whole_mail_as_text_and_that_is_recorded(
    mail_app: Flask, client: ForumClient
) -> None:
    agent, asker = make_agent(), make_user(email="ann@example.test")
    case_id = open_with([], text="<b>Neu</b>\n\n> zqquoted alt\n")
    address = f"/desk/cases/{case_id}/mails"
    page = client.sign_in(agent).get(f"/desk/cases/{case_id}")
    assert address in page.text
    shown = client.get(address)
    assert shown.content_type == "text/plain; charset=utf-8"
    assert "<b>Neu</b>" in shown.text
    assert "zqquoted" in shown.text
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    seen = select(AuditEntry).where(AuditEntry.action == "data.seen")
    entry = db.session.scalars(seen).one()
    assert (entry.actor_id, entry.subject_id, entry.after["seen"]) == (agent.id, case_id, "mails")
    for person in (asker, make_user(role="moderator")):
        assert client.sign_in(person).get(address).status_code in (403, 404)


def test_a_case_without_mails_has_no_such_page(client: ForumClient, mail_app: Flask) -> None:
    agent, case = make_agent(), make_support_case()
    assert client.sign_in(agent).get(f"/desk/cases/{case.id}/mails").status_code == 404

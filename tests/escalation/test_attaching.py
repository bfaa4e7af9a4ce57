"""Files beside private messages: who sends them, which are taken, who gets them."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.escalation.cases.file_kinds import FILE_MAX_BYTES
from community.escalation.cases.models import CaseFile, CaseMessage, SupportCase
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.views.attaching import MOST_FILES
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import make_board, make_question, make_user
from tests.factories.images import png
from tests.factories.macros import make_macro
from tests.factories.support import make_agent, make_support_case
from tests.mailbox import sent_mails

SECRET = b"zqplace: 52.5200 N"
PHOTO = png(3, 2, (b"tEXt", b"Comment\0" + SECRET))
PDF = b"%PDF-1.7 zqpdf"


def _with(*files: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    given = [(BytesIO(content), name) for name, content in files]
    return {"body": "Please see the files.", "files": given, **fields}


def _kept() -> list[tuple[str, str]]:
    with transaction():
        rows = db.session.execute(
            select(CaseFile.name, CaseFile.content_type).order_by(CaseFile.id)
        )
        return [(name, kind) for name, kind in rows]


def _messages() -> int:
    return db.session.scalar(select(func.count(CaseMessage.id))) or 0


@pytest.fixture
def asker(app: Flask, client: ForumClient) -> User:
    """A customer, signed in."""
    user = make_user()
    client.sign_in(user)
    return user


def _file_address(client: ForumClient, page: str, prefix: str) -> str:
    text = client.get(page).text
    start = text.index(f'href="{prefix}') + len('href="')
    return text[start : text.index('"', start)]


def test_a_customer_sends_files_without_javascript(client: ForumClient, asker: User) -> None:
    case = make_support_case(requester=asker)
    sent = client.submit(f"/cases/{case.id}/messages", _with(("a.pdf", PDF), ("b.png", PHOTO)))
    assert sent.status_code == 303
    assert _kept() == [("a.pdf", "application/pdf"), ("b.png", "image/png")]
    picture = db.session.scalars(select(CaseFile.content).where(CaseFile.name == "b.png")).one()
    assert SECRET not in picture


def test_files_are_saved_by_those_who_see_the_case_alone(client: ForumClient, asker: User) -> None:
    case = make_support_case(requester=asker)
    client.submit(f"/cases/{case.id}/messages", _with(("a.pdf", PDF)))
    own = _file_address(client, f"/cases/{case.id}", f"/cases/{case.id}/files/")
    got = client.get(own)
    assert got.data == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/desk{own}").status_code == 404
    client.sign_in(make_user())
    assert client.get(own).status_code == 404
    client.sign_in(make_agent())
    assert client.get(f"/desk{own}").data == PDF
    client.sign_out()
    assert "/sign-in" in client.get(own).location


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("page.pdf", b"<html>"),
        ("tool.exe", b"MZ\x90"),
        ("empty.txt", b""),
        ("large.pdf", PDF + bytes(FILE_MAX_BYTES)),
    ],
)
def test_a_refused_file_sends_nothing_and_loses_no_word(
    client: ForumClient, asker: User, name: str, content: bytes
) -> None:
    case = make_support_case(requester=asker)
    before = _messages()
    refused = client.submit(f"/cases/{case.id}/messages", _with(("a.pdf", PDF), (name, content)))
    assert refused.status_code == 422
    assert "Please see the files." in refused.text
    assert f"These files are not taken: {name}. Please choose your files again." in refused.text
    assert (_messages(), _kept()) == (before, [])


def test_no_file_beyond_the_most_is_left_out_in_silence(client: ForumClient, asker: User) -> None:
    case = make_support_case(requester=asker)
    before, files = _messages(), [(f"{number}.pdf", PDF) for number in range(MOST_FILES + 1)]
    refused = client.submit(f"/cases/{case.id}/messages", _with(*files))
    assert refused.status_code == 422
    assert f"These files are not taken: {MOST_FILES}.pdf." in refused.text
    assert (_messages(), _kept()) == (before, [])


def test_a_refused_text_says_that_files_must_be_chosen_again(
    client: ForumClient, asker: User
) -> None:
    case = make_support_case(requester=asker)
    refused = client.submit(f"/cases/{case.id}/messages", _with(("a.pdf", PDF), body=" "))
    assert refused.status_code == 422
    assert "Please choose your files again." in refused.text
    assert _kept() == []


def test_nobody_adds_files_to_another_ones_case(client: ForumClient, asker: User) -> None:
    case = make_support_case()
    sent = client.submit(f"/cases/{case.id}/messages", _with(("a.pdf", PDF)))
    assert sent.status_code == 404
    assert _kept() == []


def test_a_path_is_no_name(client: ForumClient, asker: User) -> None:
    case = make_support_case(requester=asker)
    client.submit(f"/cases/{case.id}/messages", _with(("../../etc/a.pdf", PDF)))
    [(name, _kind)] = _kept()
    assert "/" not in name
    assert ".." not in name


def test_a_private_question_brings_files(client: ForumClient, asker: User) -> None:
    board = make_board()
    form = {"title": "A bill of mine", "language": "en", "board": board.slug}
    sent = client.submit("/cases", _with(("a.pdf", PDF), **form))
    assert sent.status_code == 303
    assert _kept() == [("a.pdf", "application/pdf")]
    assert 'name="files"' in client.get("/questions/new?private=1").text


def test_a_private_question_with_a_wrong_file_comes_back(client: ForumClient, asker: User) -> None:
    form = {"title": "A bill of mine", "language": "en", "board": make_board().slug}
    refused = client.submit("/cases", _with(("tool.exe", b"MZ"), **form))
    assert refused.status_code == 422
    assert "Please see the files." in refused.text
    assert "These files are not taken: tool.exe." in refused.text
    assert db.session.scalar(select(func.count(SupportCase.id))) == 0


SEEN = {"seen_message": "999999", "seen_post": "999999"}


def test_an_agent_sends_files_to_the_customer_and_the_mail_names_them(
    app: Flask, client: ForumClient
) -> None:
    asker = make_user()
    case = make_support_case(requester=asker)
    sent_mails(app)
    client.sign_in(make_agent())
    form = _with(("form.pdf", PDF), target="private", **SEEN)
    assert client.submit(f"/desk/cases/{case.id}/messages", form).status_code == 303
    [mail] = [one for one in sent_mails(app) if one.to == [asker.email]]
    assert "Files: form.pdf" in mail.body
    client.sign_in(asker)
    own = _file_address(client, f"/cases/{case.id}", f"/cases/{case.id}/files/")
    assert client.get(own).data == PDF


def test_a_file_with_a_note_is_not_the_customers(app: Flask, client: ForumClient) -> None:
    asker, agent = make_user(), make_agent()
    case = make_support_case(requester=asker)
    client.sign_in(agent)
    client.submit(f"/desk/cases/{case.id}/messages", _with(("n.pdf", PDF), target="note", **SEEN))
    there = _file_address(client, f"/desk/cases/{case.id}", f"/desk/cases/{case.id}/files/")
    assert client.get(there).data == PDF
    client.sign_in(asker)
    assert "n.pdf" not in client.get(f"/cases/{case.id}").text
    assert client.get(there.removeprefix("/desk")).status_code == 404


def test_no_file_goes_to_everybody(app: Flask, client: ForumClient) -> None:
    case = make_support_case(make_question())
    client.sign_in(make_agent())
    form = _with(("a.pdf", PDF), target="public", confirmed="1", **SEEN)
    refused = client.submit(f"/desk/cases/{case.id}/messages", form)
    assert refused.status_code == 422
    assert "never to everybody" in refused.text
    assert "Please see the files." in refused.text
    assert _kept() == []


def test_no_file_is_promised_to_a_stranger(app: Flask, client: ForumClient) -> None:
    given = {"trigger": "mail", "subject": "Roaming", "language": "en", "channel": "mail"}
    with transaction():
        case = open_case(SYSTEM, requester_email="max@example.net", body="Hello there", **given)
    client.sign_in(make_agent())
    form = _with(("a.pdf", PDF), target="private", **SEEN)
    refused = client.submit(f"/desk/cases/{case.id}/messages", form)
    assert refused.status_code == 422
    assert "files are not sent by e-mail" in refused.text
    note = _with(("a.pdf", PDF), target="note", **SEEN)
    assert client.submit(f"/desk/cases/{case.id}/messages", note).status_code == 303


def test_a_macro_says_that_files_must_be_chosen_again(app: Flask, client: ForumClient) -> None:
    case = make_support_case()
    macro = make_macro(make_user(role="admin"), team_id=None)
    client.sign_in(make_agent())
    form = _with(("a.pdf", PDF), target="private", macro=str(macro.id))
    page = client.submit(f"/desk/cases/{case.id}/draft", form)
    assert page.status_code == 200
    assert "Please choose your files again." in page.text
    assert _kept() == []

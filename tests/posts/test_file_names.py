"""What a picture's file is called when it is added: it never becomes a name, a path or a header."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from community.core.db import db
from community.posts.image_files import images_folder
from community.posts.models import Attachment
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import make_board, make_user
from tests.factories.images import PICTURE
from tests.shared_data import find_shared_data, shared_data

BOUNDARY = "limit-of-parts"
NAMES = find_shared_data("security/filenames.jsonl")
# Without the data there is one row, which skips.
ROWS = [json.loads(line) for line in NAMES.read_text().splitlines()] if NAMES else [None]
RULE = (
    "stored under a name of ours; shown escaped; Content-Disposition with one well-formed "
    "filename; no path leaves the store"
)
SERVED = re.compile(r"inline; filename=picture-[0-9a-f]{8}\.png")
BODY = "It says no service, and this is what the screen looks like."
ASKED = {"title": "My phone has no signal today", "tags": "", "language": "en", "body": BODY}


@pytest.fixture(params=ROWS, ids=lambda row: row["id"] if row else "no data")
def name(request: pytest.FixtureRequest) -> str:
    if request.param is None:
        shared_data("security/filenames.jsonl")
    assert request.param["expect"] == RULE
    return str(request.param["input"])


def as_browsers(name: str) -> bytes:
    """Name a file as browsers do. Source: WHATWG HTML, multipart/form-data encoding."""
    for sign, code in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        name = name.replace(sign, code)
    return f'filename="{name}"'.encode()


def as_extended(name: str) -> bytes:
    """Name a file in a way that holds every character. Source: RFC 5987 §3.2."""
    return f"filename=x; filename*=UTF-8''{quote(name, safe='')}".encode()


def as_it_is(name: str) -> bytes:
    """Name a file as no browser does: line ends and quotation marks untouched."""
    return f'filename="{name}"'.encode()


@pytest.fixture(params=[as_browsers, as_extended])
def parameter(request: pytest.FixtureRequest, name: str) -> bytes:
    return bytes(request.param(name))


def send(client: ForumClient, path: str, parameter: bytes, **fields: str) -> TestResponse:
    parts = [
        f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode()
        for key, value in {"csrf_token": client.csrf_token(), **fields}.items()
    ]
    head = b'Content-Disposition: form-data; name="image"; ' + parameter
    parts.append(head + b"\r\nContent-Type: image/png\r\n\r\n" + PICTURE)
    mark = f"--{BOUNDARY}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


@pytest.fixture
def around(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep pictures some folders down, and return the folder that holds all of these."""
    store = tmp_path / "a" / "b" / "store"
    settings = replace(app.config["SETTINGS"], images_path=str(store))
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return tmp_path


def images() -> list[Attachment]:
    db.session.rollback()
    return list(db.session.scalars(select(Attachment)))


def check_stored(around: Path, image: Attachment) -> None:
    """Fail where a file lies elsewhere than in the store, or under a name that is not ours."""
    assert re.fullmatch(r"[0-9a-f]{32}", image.key)
    (file,) = (path for path in around.rglob("*") if path.is_file())
    assert file == images_folder() / image.key[:2] / f"{image.key}.large"


def check_served(client: ForumClient, address: str) -> None:
    for path in (address, f"{address}/large"):
        answer = client.get(path)
        assert answer.status_code == 200
        (disposition,) = answer.headers.get_all("Content-Disposition")
        assert SERVED.fullmatch(disposition)
        assert "x=y" not in str(answer.headers)


def test_an_upload_keeps_nothing_of_its_name(
    around: Path, client: ForumClient, name: str, parameter: bytes
) -> None:
    client.sign_in(make_user())
    answer = send(client, "/attachments", parameter, alt="a screen")
    assert answer.status_code == 201
    (image,) = images()
    assert answer.json == {"address": f"/attachments/{image.name}", "width": 3, "height": 2}
    check_stored(around, image)
    check_served(client, f"/attachments/{image.name}")
    assert image.alt == "a screen"


def test_a_form_with_a_picture_keeps_nothing_of_its_name(
    around: Path, client: ForumClient, name: str, parameter: bytes
) -> None:
    board = make_board()
    client.sign_in(make_user())
    answer = send(client, "/questions", parameter, board=board.slug, image_alt="", **ASKED)
    assert answer.status_code == 303
    (image,) = images()
    question = db.session.scalars(select(Question)).one()
    assert question.body.strip() == f"{BODY}\n\n![](/attachments/{image.name})"
    check_stored(around, image)
    check_served(client, f"/attachments/{image.name}")
    pictures = client.get("/account/pictures").text
    assert f"/attachments/{image.name}" in pictures
    if len(name) > 3:
        assert name not in pictures


def test_a_name_with_line_ends_in_it_makes_no_header(
    around: Path, client: ForumClient, name: str
) -> None:
    client.sign_in(make_user())
    answer = send(client, "/attachments", as_it_is(name))
    assert answer.status_code in (201, 422)
    assert "x=y" not in str(answer.headers)
    for image in images():
        check_stored(around, image)
        check_served(client, f"/attachments/{image.name}")

"""Pictures are personal data: their owner takes them away, and they go with their owner."""

import json
import zipfile
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.i18n import speaking
from community.core.worker import run_due_jobs
from community.posts.image_files import path_of_image
from community.posts.models import Attachment
from community.privacy.archive import write_archive
from community.privacy.operations.erasures import order_erasure
from tests.client import ForumClient
from tests.factories.community import load_user, make_question, make_user
from tests.factories.images import PICTURE, make_image


def test_an_archive_holds_own_pictures_and_no_others(app: Flask, tmp_path: Path) -> None:
    owner, other = make_user(), make_user()
    with transaction():
        mine, lost = make_image(owner, alt="My bill"), make_image(owner)
        make_image(other)
    path_of_image(lost.key, "large").unlink()
    with speaking("en"):
        write_archive(owner, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        pictures = [name for name in archive.namelist() if name.startswith("pictures/")]
        assert pictures == [f"pictures/{mine.id}.png"]
        assert archive.read(pictures[0]) == PICTURE
        rows = json.loads(archive.read("data/attachments.json"))
    assert [row["alt"] for row in rows] == ["My bill", ""]


def test_pictures_go_with_their_owner(app: Flask, client: ForumClient) -> None:
    owner, other = make_user(), make_user()
    with transaction():
        posted, unused, kept = make_image(owner), make_image(owner), make_image(other)
    shown = f"This is the screen I see.\n\n![](/attachments/{posted.name})"
    question = make_question(owner, body=shown)
    assert client.get(f"/attachments/{posted.name}").status_code == 200
    with transaction():
        order_erasure(SYSTEM, load_user(owner.id))
    run_due_jobs()
    assert list(db.session.scalars(select(Attachment.id))) == [kept.id]
    assert not path_of_image(posted.key, "large").exists()
    assert not path_of_image(unused.key, "large").exists()
    assert path_of_image(kept.key, "large").exists()
    assert client.get(f"/attachments/{posted.name}").status_code == 404
    assert client.get(f"/questions/{question.id}", follow_redirects=True).status_code == 200

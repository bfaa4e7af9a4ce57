"""Pictures of posts: added, shown to whom the post is shown, taken down, forgotten."""

import os
import re
import time
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from community.boards.operations import change_audience
from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.images import remake
from community.core.jobs import EventRecord
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.attaching import (
    add_image,
    attach_images,
    delete_stray_images,
    get_image,
    prune_images,
    remove_image,
    restore_image,
)
from community.posts.drafts import save_draft
from community.posts.errors import EnoughImages, EnoughImagesToday, UnfitText
from community.posts.image_files import images_folder, path_of_image
from community.posts.models import Attachment, Post
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    load_user,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.factories.editing import edit_reply
from tests.factories.images import PICTURE, make_image, png
from tests.parallel import at_once_in

TEXT = "It says no service, and this is what the screen looks like."
ASKED = {"title": "My phone has no signal today", "tags": "", "language": "en"}


def address_of(image: Attachment) -> str:
    return f"/attachments/{image.name}"


def shown(image: Attachment, words: str = "") -> str:
    return f"{TEXT}\n\n![{words}]({address_of(image)})"


def keep(uploader: User, **values: Any) -> Attachment:
    with transaction():
        return make_image(uploader, **values)


def upload(client: ForumClient, content: bytes = PICTURE, name: str = "x.png") -> TestResponse:
    return client.submit(
        "/attachments",
        {"image": (BytesIO(content), name)},
        headers={"Accept": "application/json"},
    )


def images() -> list[Attachment]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Attachment).order_by(Attachment.id)))


def files() -> list[Path]:
    return sorted(path for path in images_folder().rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def empty_folder(app: Flask) -> None:
    for path in files():
        path.unlink()


def posted(asker: User, image: Attachment, **values: Any) -> Question:
    return make_question(asker, body=shown(image), **values)


def test_an_upload_is_kept_under_a_name_of_ours(client: ForumClient) -> None:
    client.sign_in(make_user())
    answer = upload(client)
    assert answer.status_code == 201
    (image,) = images()
    assert answer.json == {"address": address_of(image), "width": 3, "height": 2}
    assert re.fullmatch(r"[0-9a-f]{32}", image.key)
    (file,) = files()
    assert file == path_of_image(image.key, "large")
    assert file.stat().st_mode & 0o077 == 0
    assert image.bytes == file.stat().st_size


def test_a_picture_is_served_so_that_it_can_do_nothing(client: ForumClient) -> None:
    client.sign_in(make_user())
    address = upload(client).json["address"]  # type: ignore[index]
    for path in (address, f"{address}/large"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (200, "image/png")
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        disposition = headers.get_all("Content-Disposition")
        assert len(disposition) == 1
        assert re.fullmatch(r"inline; filename=picture-[0-9a-f]{8}\.png", disposition[0])


def test_what_is_known_already_is_not_sent_again(client: ForumClient) -> None:
    client.sign_in(make_user())
    address = upload(client).json["address"]  # type: ignore[index]
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<svg onload=alert(1)>"),
        ("a.jpg", b"%PDF-1.4"),
        ("a.html", b"<script>"),
        ("", b""),
    ],
)
def test_what_is_no_picture_is_refused_in_words(
    client: ForumClient, name: str, content: bytes
) -> None:
    client.sign_in(make_user())
    answer = upload(client, content, name or "x")
    assert answer.status_code == 422
    assert "Only pictures can be added" in answer.json["title"]  # type: ignore[index]
    assert (images(), files()) == ([], [])


def test_a_form_without_a_file_is_refused(client: ForumClient) -> None:
    client.sign_in(make_user())
    assert client.submit("/attachments", {"alt": "x"}).status_code == 422
    assert client.submit("/attachments", {"image": "x"}).status_code == 422


def test_a_file_too_large_is_refused_with_the_limit(client: ForumClient) -> None:
    client.sign_in(make_user())
    assert upload(client, PICTURE + bytes(10 * 1024 * 1024)).status_code == 422
    assert upload(client, bytes(12 * 1024 * 1024)).status_code == 413
    assert images() == []


def test_guests_and_silenced_members_add_none(client: ForumClient) -> None:
    assert upload(client).status_code == 303
    client.sign_in(make_user(silenced_until=days_ago(-1)))
    assert upload(client).status_code == 403
    assert (images(), files()) == ([], [])


def test_an_own_upload_is_seen_by_nobody_else(client: ForumClient) -> None:
    uploader = make_user()
    address = address_of(keep(uploader))
    assert client.sign_in(uploader).get(address).status_code == 200
    for other in (make_user(), make_user(role="moderator"), make_user(role="admin")):
        assert client.sign_in(other).get(address).status_code == 404
    assert client.sign_out().get(address).status_code == 404


def test_a_posted_picture_is_seen_with_its_post(client: ForumClient) -> None:
    uploader = make_user()
    image = keep(uploader)
    question = posted(uploader, image)
    assert images()[0].post_id == question.id
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert f'<img src="{address_of(image)}"' in page
    assert 'width="3" height="2" loading="lazy"' in page
    assert client.get(address_of(image)).status_code == 200


@pytest.mark.parametrize("visibility", ["held", "hidden", "deleted"])
def test_a_removed_post_takes_its_picture_along_at_once(
    client: ForumClient, visibility: str
) -> None:
    uploader, moderator = make_user(), make_user(role="moderator")
    image = keep(uploader)
    question = posted(uploader, image)
    etag = client.get(address_of(image)).headers["ETag"]
    set_post_visibility(question, visibility, moderator)
    nothing = client.get(f"/attachments/{'0' * 32}-3x2")
    for path in (address_of(image), f"{address_of(image)}/large"):
        gone = client.get(path, headers={"If-None-Match": etag})
        assert gone.status_code == nothing.status_code == 404
        assert "ETag" not in gone.headers
        assert _body(gone) == _body(nothing)
    assert client.sign_in(make_user()).get(address_of(image)).status_code == 404
    assert client.sign_in(moderator).get(address_of(image)).status_code == 200


def _body(answer: TestResponse) -> str:
    number = answer.headers["X-Request-Id"]
    return re.sub(r'nonce="[^"]*"|content="[^"]*"', "", answer.text.replace(number, ""))


def test_a_picture_below_a_removed_question_or_answer_goes_too(client: ForumClient) -> None:
    helper, moderator = make_user(), make_user(role="moderator")
    question = make_question()
    image, second = keep(helper), keep(helper)
    answer = make_answer(question, helper, shown(image))
    make_comment(question, answer, helper, f"![]({address_of(second)})")
    assert client.get(address_of(second)).status_code == 200
    set_post_visibility(answer, "hidden", moderator)
    assert client.get(address_of(image)).status_code == 404
    assert client.get(address_of(second)).status_code == 404


def test_a_board_turned_private_takes_its_pictures_along(client: ForumClient) -> None:
    uploader, board = make_user(), make_board()
    image = keep(uploader)
    posted(uploader, image, board=board)
    assert client.get(address_of(image)).status_code == 200
    with transaction():
        change_audience(make_user(role="admin"), board, "staff")
    assert client.get(address_of(image)).status_code == 404
    assert client.sign_in(uploader).get(address_of(image)).status_code == 404
    assert client.sign_in(make_user(role="agent")).get(address_of(image)).status_code == 200


@pytest.mark.parametrize(
    "path", ["..%2f..%2fcommunity.sqlite3", "x", "0" * 32, "0" * 32 + "-3x2.png", "-rf", "%00"]
)
def test_no_address_leads_anywhere_else(client: ForumClient, path: str) -> None:
    assert client.sign_in(make_user()).get(f"/attachments/{path}").status_code == 404


def test_only_its_own_size_is_a_pictures_address(client: ForumClient) -> None:
    uploader = make_user()
    image = keep(uploader)
    client.sign_in(uploader)
    assert client.get(address_of(image).replace("3x2", "2x3")).status_code == 404


def test_a_lost_file_is_not_found(client: ForumClient) -> None:
    uploader = make_user()
    image = keep(uploader)
    path_of_image(image.key, "large").unlink()
    assert client.sign_in(uploader).get(address_of(image)).status_code == 404


def test_nobody_posts_somebody_elses_upload(client: ForumClient) -> None:
    image = keep(make_user())
    posted(make_user(), image)
    assert images()[0].post_id is None
    assert client.get(address_of(image)).status_code == 404


def test_a_picture_stays_with_the_first_post_that_shows_it(app: Flask) -> None:
    uploader = make_user()
    image = keep(uploader)
    first = posted(uploader, image)
    posted(uploader, image, title="The same picture in another question")
    assert images()[0].post_id == first.id


def test_posting_a_picture_is_told_once_and_keeps_its_words(app: Flask) -> None:
    helper, question = make_user(), make_question()
    image = keep(helper)
    answer = make_answer(question, helper, shown(image, "no [bars] at all"))
    with transaction():
        locked = lock_question(question.id)
        post = db.session.get(Post, answer.id)
        assert post is not None
        edit_reply(helper, locked, post, body=shown(image, "an empty signal icon"))
        attach_images(helper, post)
    assert images()[0].alt == "an empty signal icon"
    told = db.session.scalars(select(EventRecord).where(EventRecord.name == "ImageAdded")).all()
    assert [event.payload for event in told] == [
        {"attachment_id": image.id, "author_id": helper.id}
    ]


def newcomer() -> User:
    return make_user(created_at=days_ago(0.01))


@pytest.mark.usefixtures("limits_on")
def test_newcomers_show_one_picture(app: Flask) -> None:
    asker = newcomer()
    both = shown(keep(asker)) + "\n\n" + shown(keep(asker))
    with pytest.raises(UnfitText) as refused:
        make_question(asker, body=both)
    assert "can hold 1 picture." in str(refused.value.errors["body"])
    assert make_question(asker, body=shown(keep(asker))).id
    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        assert make_question(make_user(solved_count=1), body=both + "\n\n" + shown(keep(asker))).id


@pytest.mark.usefixtures("limits_on")
def test_nobody_shows_more_pictures_than_a_text_holds(app: Flask) -> None:
    asker = make_user(solved_count=1)
    with pytest.raises(UnfitText) as refused:
        make_question(asker, body="\n".join(shown(keep(asker)) for _ in range(11)))
    assert "can hold 10 pictures" in str(refused.value.errors["body"])


def with_settings(app: Flask, monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    settings = replace(app.config["SETTINGS"], **values)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


@pytest.mark.usefixtures("limits_on")
def test_a_day_has_room_for_so_many_tries(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(app, monkeypatch, images_per_day=2)
    uploader = make_user()
    for _ in range(2):
        add_image(uploader, PICTURE)
    with pytest.raises(EnoughImagesToday) as refused:
        add_image(uploader, PICTURE)
    assert refused.value.retry_after_seconds > 80_000
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert add_image(uploader, PICTURE).id
    assert add_image(make_user(role="agent"), PICTURE).id


def test_all_of_a_members_pictures_have_so_much_room(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploader = make_user()
    with_settings(app, monkeypatch, images_member_mib=1)
    with transaction():
        make_image(uploader).bytes = 1024 * 1024 - 10
    before = files()
    with pytest.raises(EnoughImages):
        add_image(uploader, PICTURE)
    assert files() == before
    assert len(images()) == 1


@pytest.mark.usefixtures("limits_on")
def test_uploads_of_one_account_are_limited(client: ForumClient) -> None:
    client.sign_in(make_user())
    statuses = [client.submit("/attachments", {"alt": "x"}).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]


def test_taking_a_picture_down_leaves_it_to_moderators(client: ForumClient) -> None:
    uploader, moderator = make_user(), make_user(role="moderator")
    image = keep(uploader)
    posted(uploader, image)
    client.sign_in(uploader)
    assert client.remove(address_of(image)).status_code == 303
    assert client.get(address_of(image)).status_code == 404
    assert client.remove(address_of(image)).status_code == 404
    assert client.sign_out().get(address_of(image)).status_code == 404
    assert client.sign_in(moderator).get(address_of(image)).status_code == 200


def test_others_take_no_picture_down(client: ForumClient) -> None:
    uploader = make_user()
    image = keep(uploader)
    posted(uploader, image)
    for other in (make_user(), make_user(role="agent"), make_user(role="superuser")):
        assert client.sign_in(other).remove(address_of(image)).status_code == 403
    assert images()[0].removed_at is None


def test_a_picture_not_posted_is_deleted_with_its_file(client: ForumClient) -> None:
    uploader = make_user()
    image = keep(uploader)
    headers = {"HX-Request": "true", "X-CSRFToken": client.sign_in(uploader).csrf_token()}
    assert client.delete(address_of(image), headers=headers).status_code == 204
    assert images() == []
    run_due_jobs()
    assert files() == []


def test_moderators_acts_are_recorded_once(app: Flask) -> None:
    uploader, moderator = make_user(), make_user(role="moderator")
    image = keep(uploader)
    posted(uploader, image)
    with transaction():
        assert remove_image(moderator, get_image(moderator, image.name), "shows a number")
        assert not remove_image(moderator, get_image(moderator, image.name), "again")
    with transaction():
        assert restore_image(moderator, get_image(moderator, image.name), "no number")
        assert not restore_image(moderator, get_image(moderator, image.name), "again")
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [str(act) for act in acts] == ["image.removed", "image.restored"]
    assert get_image(make_user(), image.name).id == image.id


def test_uploads_never_used_go_after_a_day(app: Flask) -> None:
    uploader = make_user()
    old = {"created_at": days_ago(2)}
    posted_one, drafted, fresh = keep(uploader, **old), keep(uploader, **old), keep(uploader)
    unused = keep(uploader, **old)
    posted(uploader, posted_one)
    with transaction():
        save_draft(uploader.id, "ask", body=shown(drafted))
    with transaction():
        prune_images()
    assert {image.id for image in images()} == {posted_one.id, drafted.id, fresh.id}
    run_due_jobs()
    assert not path_of_image(unused.key, "large").exists()
    assert len(files()) == 3


def test_pictures_taken_down_go_after_a_month(app: Flask) -> None:
    uploader = make_user()
    question = make_question(uploader)
    recent = keep(uploader, post_id=question.id, removed_at=days_ago(29))
    keep(uploader, post_id=question.id, removed_at=days_ago(31))
    with transaction():
        prune_images()
    run_due_jobs()
    assert [image.id for image in images()] == [recent.id]
    assert len(files()) == 1


def test_files_that_belong_to_nothing_go_after_a_day(app: Flask) -> None:
    kept = keep(make_user())
    folder = images_folder() / "ab"
    folder.mkdir(exist_ok=True)
    stray, fresh, foreign = (folder / f"ab{c * 30}.large" for c in "abx")
    for path in (stray, fresh, foreign):
        path.write_bytes(b"x")
    yesterday = time.time() - 2 * 86_400
    for path in (stray, foreign, path_of_image(kept.key, "large")):
        os.utime(path, (yesterday, yesterday))
    delete_stray_images()
    assert files() == sorted([fresh, foreign, path_of_image(kept.key, "large")])


def test_a_failed_write_leaves_no_file(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    uploader = make_user()
    monkeypatch.setattr(db.session, "add", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add_image(uploader, PICTURE)
    assert files() == []


def test_many_uploads_at_once_all_arrive_and_none_beyond_the_room(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploader = make_user()
    with_settings(app, monkeypatch, images_member_mib=1)
    size = len(remake(PICTURE).large)
    with transaction():
        make_image(uploader).bytes = 1024 * 1024 - 3 * size

    def add() -> None:
        add_image(load_user(uploader.id), PICTURE)

    results = at_once_in(app)([add] * 6)
    assert [type(result) for result in results if result] == [EnoughImages] * 3
    assert len(images()) == 1 + 3
    assert len(files()) == 1 + 3


def test_own_pictures_are_listed_with_their_room(client: ForumClient) -> None:
    uploader = make_user()
    one, other = keep(uploader, alt="A telephone"), keep(make_user())
    question = posted(uploader, keep(uploader))
    page = client.sign_in(uploader).get("/account/pictures").text
    assert one.name in page
    assert "A telephone" in page
    assert f'href="/questions/{question.id}"' in page
    assert other.name not in page


def test_the_list_of_own_pictures_is_paged(client: ForumClient) -> None:
    uploader = make_user()
    names = [keep(uploader).name for _ in range(21)]
    page = client.sign_in(uploader).get("/account/pictures").text
    assert sum(name in page for name in names) == 20
    older = re.search(r'href="([^"]*before=[^"]*)"', page)
    assert older is not None
    rest = client.get(older[1].replace("&amp;", "&")).text
    assert sum(name in rest for name in names) == 1


class TestWithoutJavaScript:
    """A file goes along with the form, and comes back in its text."""

    def ask(self, client: ForumClient, content: bytes = PICTURE, **fields: Any) -> TestResponse:
        form = {**ASKED, "body": TEXT, "image_alt": "an empty [icon]", **fields}
        return client.submit(
            "/questions", {**form, "image": (BytesIO(content), "../../etc/passwd")}
        )

    def test_a_question_shows_the_picture_that_came_with_it(self, client: ForumClient) -> None:
        client.sign_in(make_user())
        answer = self.ask(client, board=make_board().slug)
        assert answer.status_code == 303
        (image,) = images()
        assert (image.post_id is not None, image.alt) == (True, "an empty icon")
        page = client.get(answer.location, follow_redirects=True).text
        assert f'<img src="{address_of(image)}" alt="an empty icon"' in page

    def test_an_answer_and_an_edit_take_one_too(self, client: ForumClient) -> None:
        helper, question = make_user(), make_question()
        client.sign_in(helper)
        sent = client.submit(
            f"/questions/{question.id}/answers", {"body": TEXT, "image": (BytesIO(PICTURE), "a")}
        )
        assert sent.status_code == 303
        (image,) = images()
        assert image.post_id is not None
        edited = client.submit(
            f"/posts/{image.post_id}/revisions",
            {"body": shown(image), "image": (BytesIO(png(4, 4)), "a")},
        )
        assert edited.status_code == 303
        assert [image.post_id for image in images()] == [image.post_id] * 2

    def test_a_refused_form_comes_back_with_the_picture(self, client: ForumClient) -> None:
        client.sign_in(make_user())
        answer = self.ask(client, title="short")
        (image,) = images()
        assert answer.status_code == 422
        assert f"![an empty icon]({address_of(image)})" in answer.text
        assert TEXT in answer.text

    def test_a_refused_picture_comes_back_with_the_text(self, client: ForumClient) -> None:
        client.sign_in(make_user())
        answer = self.ask(client, b"<svg/>", board=make_board().slug)
        assert answer.status_code == 422
        assert "Only pictures can be added" in answer.text
        assert TEXT in answer.text
        assert db.session.scalar(select(func.count()).select_from(Question)) == 0

    @pytest.mark.parametrize("content", [PICTURE, b"<svg/>"])
    def test_a_preview_shows_it_or_says_why_not(self, client: ForumClient, content: bytes) -> None:
        client.sign_in(make_user())
        answer = self.ask(client, content, preview="1")
        kept = images()
        assert answer.status_code == (200 if kept else 422)
        wanted = f'<img src="{address_of(kept[0])}"' if kept else "Only pictures can be added"
        assert wanted in answer.text

    def test_a_guests_file_is_not_looked_at(self, client: ForumClient) -> None:
        assert self.ask(client).status_code == 303
        assert (images(), files()) == ([], [])

    def test_a_form_without_its_token_adds_nothing(self, client: ForumClient) -> None:
        client.sign_in(make_user())
        form = {**ASKED, "body": TEXT, "image": (BytesIO(PICTURE), "a")}
        assert client.post("/questions", data=form).status_code == 400
        assert (
            client.submit(
                "/questions", {**form, "csrf_token": "forged", "image": (BytesIO(PICTURE), "a")}
            ).status_code
            == 400
        )
        assert (images(), files()) == ([], [])

    def test_an_empty_file_field_changes_nothing(self, client: ForumClient) -> None:
        client.sign_in(make_user())
        form = {**ASKED, "body": TEXT, "board": make_board().slug, "image": (BytesIO(b""), "")}
        assert client.submit("/questions", form).status_code == 303
        assert images() == []


def test_somebody_silenced_meanwhile_posts_nothing(client: ForumClient) -> None:
    asker = make_user()
    client.sign_in(asker)
    with transaction():
        db.session.execute(
            update(User).where(User.id == asker.id).values(silenced_until=days_ago(-1))
        )
    form = {**ASKED, "body": TEXT, "board": make_board().slug, "image": (BytesIO(PICTURE), "a")}
    assert client.submit("/questions", form).status_code in (403, 422)
    assert (images(), files()) == ([], [])
    assert load_user(asker.id).silenced_until is not None

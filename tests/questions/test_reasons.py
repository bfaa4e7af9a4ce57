"""Whatever the team does with what somebody wrote has a reason: the operations ask for it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.reasons import ReasonUnfit, read_reason
from community.posts.attaching import remove_image, restore_image
from community.posts.models import Attachment, Post
from community.questions.models import Question, Regrouping
from community.questions.operations import placing, questions, removals, turning, undoing
from community.questions.operations.closures import close_question
from community.questions.operations.duplicates import close_disputed, keep_question
from community.questions.operations.regrouping import merge_question, split_question
from tests.factories.community import (
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.factories.images import make_image
from tests.policy_tools import propose_original
from tests.questions.test_regrouping import merge

pytestmark = pytest.mark.usefixtures("app")

TITLE = "Why does the telephone find no network at all?"
UNFIT = ["", " \n\t", "x" * 501, "a\0b", "\ud800"]


class Scene:
    """A question with all that can be done something to, and who may do it."""

    def __init__(self):
        board = make_board("net")
        self.moderator = make_user(role="moderator")
        self.other_board = make_board("tariffs")
        self.question, self.target = make_question(board=board), make_question(board=board)
        self.answer = make_answer(self.question)
        self.comment = make_comment(self.question, self.answer, make_user(), "Which one?")
        uploader = make_user()
        with transaction():
            self.image = make_image(uploader, post_id=self.answer.id)
        self.regrouping = merge(self.moderator, make_question(board=board), self.target)
        propose_original(make_user(role="superuser"), self.target)


def tomorrow() -> date:
    return (clock.now() + timedelta(days=1)).date()


def fresh(post):
    return db.session.get_one(Post, post.id, populate_existing=True)


ACTS = {
    "hide": lambda s, q, why: removals.hide_post(s.moderator, q, fresh(s.answer), why),
    "delete": lambda s, q, why: removals.delete_post(s.moderator, q, fresh(s.answer), why),
    "restore": lambda s, q, why: removals.restore_post(s.moderator, q, fresh(s.answer), why),
    "lock": lambda s, q, why: questions.lock_writing(s.moderator, q, why),
    "unlock": lambda s, q, why: questions.unlock_writing(s.moderator, q, why),
    "pin": lambda s, q, why: placing.pin_question(
        s.moderator, q, scope="board", last_day=tomorrow(), reason=why
    ),
    "unpin": lambda s, q, why: placing.unpin_question(s.moderator, q, why),
    "slow": lambda s, q, why: placing.slow_question(s.moderator, q, minutes=5, reason=why),
    "unslow": lambda s, q, why: placing.unslow_question(s.moderator, q, why),
    "move": lambda s, q, why: placing.move_question(s.moderator, q, s.other_board, why),
    "merge": lambda s, q, why: merge_question(s.moderator, q, fresh(s.target), why),
    "split": lambda s, q, why: split_question(
        s.moderator, q, [fresh(s.answer)], title=TITLE, reason=why
    ),
    "answer": lambda s, q, why: turning.turn_into_answer(s.moderator, q, fresh(s.comment), why),
    "comment": lambda s, q, why: turning.turn_into_comment(
        s.moderator, q, fresh(s.answer), reason=why
    ),
    "undo": lambda s, q, why: undoing.undo_regrouping(
        s.moderator, db.session.get_one(Regrouping, s.regrouping.id), why
    ),
    "keep open": lambda s, q, why: keep_question(s.moderator, fresh(s.target), why),
    "mark as duplicate": lambda s, q, why: close_disputed(s.moderator, fresh(s.target), why),
    "take a picture down": lambda s, q, why: remove_image(
        s.moderator, db.session.get_one(Attachment, s.image.id), why
    ),
    "bring a picture back": lambda s, q, why: restore_image(
        s.moderator, db.session.get_one(Attachment, s.image.id), why
    ),
}


def entries() -> int:
    return len(db.session.scalars(select(AuditEntry.id)).all())


def act(scene, name, why):
    with transaction():
        question = db.session.get_one(Question, scene.question.id, populate_existing=True)
        ACTS[name](scene, question, why)


def close(scene, **about):
    with transaction():
        question = db.session.get_one(Question, scene.question.id, populate_existing=True)
        close_question(scene.moderator, question, reason="off_topic", **about)


@pytest.fixture
def scene():
    return Scene()


@pytest.mark.parametrize("name", ACTS)
def test_nothing_is_done_without_a_reason_that_can_be_kept(scene, name):
    before = entries()
    for unfit in UNFIT:
        with pytest.raises(ReasonUnfit) as refusal:
            act(scene, name, unfit)
        (field,) = refusal.value.errors
        assert field in ("reason", "note")
    assert entries() == before
    posts = (reload(scene.question), reload(scene.answer), reload(scene.comment))
    assert {post.visibility for post in posts} == {"published"}


@pytest.mark.parametrize("name", ["hide", "lock", "pin", "slow", "move", "merge", "split", "undo"])
def test_the_longest_reason_is_kept_whole(scene, name):
    why = "ä" * 500
    act(scene, name, f"  {why}\n")
    newest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert newest.reason == why


def test_closing_names_its_reason_and_takes_no_note_too_long(scene):
    with pytest.raises(ReasonUnfit) as refusal:
        close(scene, note="x" * 501)
    assert set(refusal.value.errors) == {"note"}
    assert reload(scene.question).status != "closed"
    close(scene)
    assert reload(scene.question).status == "closed"


def test_who_takes_back_what_they_wrote_need_not_say_why():
    question = make_question()
    author = make_user()
    answer = make_answer(question, author)
    with transaction():
        removals.delete_post(author, reload(question), reload(answer))
    assert reload(answer).visibility == "deleted"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Please say why; it is kept in the audit log."),
        ("no", "Please say why; it is kept in the audit log."),
        ("x" * 11, "Please shorten this to 10 characters."),
        ("a\0b", "There are characters in this text that cannot be stored."),
    ],
)
def test_each_refusal_says_what_is_wrong(typed, words):
    assert str(read_reason(typed, shortest=3, longest=10).problem) == words


def test_a_reason_is_kept_without_what_surrounds_it():
    assert read_reason(" off topic\r\n", longest=9) == ("off topic", None)


def test_a_refused_form_keeps_what_was_typed(client, scene):
    client.sign_in(scene.moderator)
    question, answer = scene.question, scene.answer
    refused = client.submit(
        f"/questions/{question.id}/lock", {"until": "2000-01-01", "reason": "Too heated"}
    )
    assert refused.status_code == 422
    assert refused.text.count("Too heated") == 1
    assert 'value="2000-01-01"' in refused.text
    assert 'href="#until-locking"' in refused.text
    refused = client.submit(f"/posts/{answer.id}/hiding", {"rule": "spam", "reason": " "})
    assert refused.status_code == 422
    assert 'href="#why-hiding"' in refused.text
    assert refused.text.count('<option value="spam" selected>') == 1
    chosen = {"title": TITLE, "post": str(answer.id), "reason": ""}
    refused = client.submit(f"/questions/{question.id}/split", chosen)
    assert refused.status_code == 422
    assert TITLE in refused.text
    assert f'value="{answer.id}" checked' in refused.text
    assert 'href="#why-splitting"' in refused.text


def test_a_moderator_says_why_a_picture_goes(client, scene):
    client.sign_in(scene.moderator)
    address = f"/attachments/{scene.image.name}"
    refused = client.remove(address)
    assert refused.status_code == 422
    assert "Please say why" in refused.text
    assert client.remove(address, {"reason": "It shows a number"}).status_code == 303

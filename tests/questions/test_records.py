"""What staff do with others' posts is in the audit log, once, with the reason."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.posts.models import Post, Revision
from community.questions.operations.closures import close_question, reopen_question
from community.questions.operations.edits import retag_question
from community.questions.operations.questions import lock_question, lock_writing, unlock_writing
from community.questions.operations.removals import delete_post, hide_post, restore_post
from tests.factories.community import make_answer, make_question, make_user
from tests.factories.editing import edit_question, edit_reply

pytestmark = pytest.mark.usefixtures("app")

TEXT = "Take the SIM out, wait a minute and put it back in again."


def do(operation, actor, question, *about, **values):
    with transaction():
        locked = lock_question(question.id)
        fresh = [db.session.get_one(Post, post.id, populate_existing=True) for post in about]
        return operation(actor, locked, *fresh, **values)


def recorded():
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.subject_id, entry.reason) for entry in entries]


def test_hiding_deleting_and_bringing_back():
    moderator, question = make_user(role="moderator"), make_question()
    answer = make_answer(question)
    for _ in range(2):
        do(hide_post, moderator, question, answer, reason="Advertisement")
    for _ in range(2):
        do(restore_post, moderator, question, answer, reason="It was none")
    for _ in range(2):
        do(delete_post, moderator, question, answer, reason="It was")
    do(hide_post, moderator, question, answer, reason="Once more")
    assert recorded() == [
        ("post.hidden", answer.id, "Advertisement"),
        ("post.restored", answer.id, "It was none"),
        ("post.deleted", answer.id, "It was"),
    ]


def test_locking_and_closing():
    moderator, question = make_user(role="moderator"), make_question()
    for _ in range(2):
        do(lock_writing, moderator, question, reason="Heated")
    for _ in range(2):
        do(unlock_writing, moderator, question, reason="Calm again")
    do(close_question, moderator, question, reason="off_topic", note="Not about us")
    do(reopen_question, moderator, question)
    assert recorded() == [
        ("question.locked", question.id, "Heated"),
        ("question.unlocked", question.id, "Calm again"),
        ("question.closed", question.id, "Not about us"),
        ("question.reopened", question.id, ""),
    ]


def versions_of(post):
    """Return what was recorded of changes of a post, with the notes that its history holds."""
    acts = select(AuditEntry.action, AuditEntry.after).where(AuditEntry.subject_id == post.id)
    notes = select(Revision.note).where(Revision.post_id == post.id).order_by(Revision.number)
    found = db.session.execute(acts.order_by(AuditEntry.id)).all()
    return [(*act, note) for act, note in zip(found, db.session.scalars(notes), strict=True)]


def test_editing_what_others_wrote():
    moderator, question = make_user(role="moderator"), make_question(tags="esim")
    answer = make_answer(question)
    title = "A title that says more"
    for _ in range(2):
        about = {"title": title, "body": TEXT, "tags": "esim", "note": "Clearer"}
        do(edit_question, moderator, question, **about)
        do(retag_question, moderator, question, tags="bill")
        do(edit_question, moderator, question, **about)
        do(edit_reply, moderator, question, answer, body=TEXT, note="Number masked")
    assert versions_of(answer) == [("post.edited", {"version": 2}, "Number masked")]
    assert versions_of(question) == [
        ("post.edited", {"version": 2}, "Clearer"),
        ("question.retagged", {"version": 3}, ""),
        ("post.edited", {"version": 4}, "Clearer"),
        ("question.retagged", {"version": 5}, ""),
        ("post.edited", {"version": 6}, "Clearer"),
    ]
    assert {reason for _, _, reason in recorded()} == {""}, "what is typed can be erased"


def test_what_is_ones_own_is_nobodys_business():
    asker = make_user(role="moderator")
    question = make_question(asker, tags="esim")
    do(retag_question, asker, question, tags="bill")
    do(close_question, asker, question, reason="no_longer_needed")
    do(reopen_question, asker, question)
    do(delete_post, asker, question, question)
    assert recorded() == []


def test_a_reader_finds_hiding_and_its_way_back_on_one_page(client):
    question = make_question()
    answer = make_answer(question)
    client.sign_in(make_user(role="moderator"))
    page = client.submit(
        f"/posts/{answer.id}/hiding", {"reason": "Advertisement"}, follow_redirects=True
    )
    assert "Show again" in page.text
    assert "Advertisement" in page.text
    back = client.remove(f"/posts/{answer.id}/hiding", {"reason": "None"}, follow_redirects=True)
    assert answer.body in back.text
    client.sign_in(make_user(role="agent"))
    assert client.get(f"/posts/{answer.id}/tools").status_code == 403
    client.sign_in(make_user())
    assert client.get(f"/posts/{answer.id}/tools").status_code == 403

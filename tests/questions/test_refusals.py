"""Every refusal of every operation on questions and answers."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from community.core import clock, markup
from community.core.db import db, transaction
from community.core.errors import Conflict, NotAllowed
from community.core.reasons import ReasonUnfit
from community.posts.errors import (
    EditConflict,
    KudosSettled,
    OwnPost,
    QuestionLocked,
    TooManyComments,
    UnfitText,
)
from community.posts.models import Post, Removal, Revision, Vote
from community.posts.operations import (
    COMMENTS_PER_POST,
    give_kudos,
    render_again,
    take_kudos_back,
)
from community.questions.errors import (
    AlreadyClosed,
    AnswerNotOnThisQuestion,
    NotOpenToAnswers,
    TooManySolutions,
    UnknownCloseReason,
    UnknownOriginal,
)
from community.questions.models import Closure, DuplicateLink
from community.questions.operations import (
    acceptances,
    answers,
    closures,
    questions,
    removals,
)
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.editing import edit_question, edit_reply

pytestmark = pytest.mark.usefixtures("app")

TITLE = "My phone finds no network"
TEXT = "Take the SIM out, wait a minute and put it back in again."


def do(operation, actor, question, *about, **values):
    """Run an operation as a view would: on locked, fresh records."""
    with transaction():
        locked = questions.lock_question(question.id)
        fresh = [db.session.get_one(Post, post.id, populate_existing=True) for post in about]
        return operation(actor, locked, *fresh, **values)


def _silenced():
    return make_user(silenced_until=clock.now() + timedelta(days=1))


def _ask(actor, board, title=TITLE, body=TEXT, tags=""):
    with transaction():
        questions.ask_question(actor, board, title=title, body=body, tags=tags, language="en")


def test_who_is_silenced_writes_nothing():
    actor, question = _silenced(), make_question()
    answer = make_answer(question)
    with pytest.raises(NotAllowed):
        _ask(actor, make_board())
    with pytest.raises(NotAllowed):
        do(answers.post_answer, actor, question, body=TEXT)
    with pytest.raises(NotAllowed):
        do(answers.post_comment, actor, question, answer, body="Thanks!")
    with pytest.raises(NotAllowed):
        do(questions.say_me_too, actor, question)
    with pytest.raises(NotAllowed), transaction():
        give_kudos(actor, answer)


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("title", {"title": "Too short"}),
        ("title", {"title": "x" * 151}),
        ("title", {"title": ""}),
        ("title", {"title": "My phone finds no\0network"}),
        ("title", {"title": "My phone finds no \ud800network"}),
        ("body", {"body": "Help!"}),
        ("body", {"body": " " * 50}),
        ("body", {"body": "x" * 30_001}),
        # One character that becomes three when it is normalised.
        ("body", {"body": "\ufb2c" * 10_001}),
        ("body", {"body": f"{TEXT}\0"}),
        ("tags", {"tags": "a,b,c,d,e,f"}),
        ("tags", {"tags": "x" * 41}),
        ("tags", {"tags": "<b>"}),
        ("tags", {"tags": "sim\0"}),
        ("tags", {"tags": "sim\udfff"}),
    ],
)
def test_unfit_texts_are_refused_by_field(field, texts):
    with pytest.raises(UnfitText) as refusal:
        _ask(make_user(), make_board(), **texts)
    assert list(refusal.value.errors) == [field]
    asker = make_user()
    question = make_question(asker)
    values = {"title": TITLE, "body": TEXT, "tags": "", **texts}
    with pytest.raises(UnfitText) as refusal:
        do(edit_question, asker, question, **values)
    assert list(refusal.value.errors) == [field]


@pytest.mark.parametrize("audience", ["staff", None])
def test_a_board_out_of_sight_is_unknown(audience):
    board = make_board(audience=audience) if audience else None
    with pytest.raises(UnfitText) as refusal:
        _ask(make_user(), board)
    assert list(refusal.value.errors) == ["board"]


@pytest.mark.parametrize("body", ["", "No.", "x" * 30_001, f"{TEXT}\0"])
def test_unfit_answers_are_refused(body):
    question = make_question()
    with pytest.raises(UnfitText) as refusal:
        do(answers.post_answer, make_user(), question, body=body)
    assert "body" in refusal.value.errors
    helper = make_user()
    answer = make_answer(question, helper)
    with pytest.raises(UnfitText):
        do(edit_reply, helper, question, answer, body=body)


@pytest.mark.parametrize("body", ["", " x ", "x" * 601, "Thanks\0"])
def test_unfit_comments_are_refused(body):
    question = make_question()
    with pytest.raises(UnfitText):
        do(answers.post_comment, make_user(), question, question, body=body)


def test_locked_and_closed_questions_take_no_answers():
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    do(closures.close_question, asker, question, reason="incident_over")
    with pytest.raises(NotOpenToAnswers):
        do(answers.post_answer, make_user(), question, body=TEXT)
    do(answers.post_comment, make_user(), question, question, body="Thanks!")
    do(closures.reopen_question, asker, question)
    do(questions.lock_writing, moderator, question, reason="Too heated")
    with pytest.raises(NotOpenToAnswers):
        do(answers.post_answer, make_user(), question, body=TEXT)
    with pytest.raises(QuestionLocked):
        do(answers.post_comment, make_user(), question, question, body="Thanks!")


def test_nothing_is_written_below_what_is_hidden():
    moderator, question = make_user(role="moderator"), make_question()
    answer = make_answer(question)
    comment = make_comment(question, answer, make_user(), "Thanks!")
    with pytest.raises(NotAllowed):
        do(answers.post_comment, make_user(), question, comment, body="A remark on a remark")
    set_post_visibility(answer, "hidden", moderator)
    with pytest.raises(NotAllowed):
        do(answers.post_comment, moderator, question, answer, body="Thanks!")
    set_post_visibility(question, "hidden", moderator)
    with pytest.raises(NotAllowed):
        do(answers.post_comment, moderator, question, question, body="Thanks!")
    with pytest.raises(NotAllowed):
        do(answers.post_answer, moderator, question, body=TEXT)


def test_ten_comments_are_enough():
    question = make_question()
    for _ in range(COMMENTS_PER_POST):
        make_comment(question, question, make_user(), "Same here.")
    with pytest.raises(TooManyComments):
        make_comment(question, question, make_user(), "Same here.")


def test_nobody_thanks_themselves():
    asker = make_user()
    question = make_question(asker)
    with pytest.raises(OwnPost), transaction():
        give_kudos(asker, question)


def test_what_is_hidden_gets_no_kudos():
    question = make_question()
    set_post_visibility(question, "hidden", make_user(role="moderator"))
    with pytest.raises(NotAllowed), transaction():
        give_kudos(make_user(), reload(question))


def test_kudos_stay_after_ten_minutes():
    member, question = make_user(), make_question()
    with transaction():
        give_kudos(member, questions.lock_question(question.id))
        db.session.execute(update(Vote).values(created_at=clock.now() - timedelta(minutes=11)))
    with pytest.raises(KudosSettled), transaction():
        take_kudos_back(member, questions.lock_question(question.id))
    assert reload(question).kudos_count == 1


def test_an_imported_vote_against_is_no_kudos():
    member, question = make_user(), make_question()
    with transaction():
        db.session.add(Vote(post_id=question.id, user_id=member.id, value=-1))
    with transaction():
        take_kudos_back(member, questions.lock_question(question.id))
    assert reload(question).kudos_count == 0


def test_strangers_accept_and_unaccept_nothing():
    question = make_question()
    answer = make_answer(question)
    with pytest.raises(NotAllowed):
        make_acceptance(answer, make_user(role="superuser"))
    with pytest.raises(NotAllowed):
        do(acceptances.unaccept_answer, make_user(), question, answer)


def test_only_a_public_answer_to_this_question_is_accepted():
    asker = make_user()
    question, other = make_question(asker), make_question(asker)
    answer = make_answer(other)
    with pytest.raises(AnswerNotOnThisQuestion):
        do(acceptances.accept_answer, asker, question, answer)
    set_post_visibility(answer, "hidden", make_user(role="moderator"))
    with pytest.raises(AnswerNotOnThisQuestion):
        do(acceptances.accept_answer, asker, other, answer)


def test_a_fourth_solution_is_refused():
    asker = make_user()
    question = make_question(asker)
    for _ in range(3):
        make_acceptance(make_answer(question), asker, also=True)
    with pytest.raises(TooManySolutions):
        make_acceptance(make_answer(question), asker, also=True)


def test_closing_is_refused_for_reasons_of_its_own():
    asker = make_user()
    question = make_question(asker)
    with pytest.raises(UnknownCloseReason):
        do(closures.close_question, asker, question, reason="because")
    with pytest.raises(NotAllowed):
        do(closures.close_question, asker, question, reason="off_topic")
    with pytest.raises(NotAllowed):
        do(closures.close_question, make_user(), question, reason="incident_over")
    with pytest.raises(ReasonUnfit):
        do(closures.close_question, asker, question, reason="incident_over", note="\0")
    do(closures.close_question, asker, question, reason="incident_over")
    with pytest.raises(AlreadyClosed):
        do(closures.close_question, asker, question, reason="incident_over")


def test_a_duplicate_names_its_original():
    agent, question, original = make_user(role="agent"), make_question(), make_question()
    for wrong in (None, question):
        with pytest.raises(UnknownOriginal):
            do(closures.close_question, agent, question, reason="duplicate", original=wrong)
    do(closures.close_question, agent, question, reason="duplicate", original=original)
    link = db.session.query(DuplicateLink).one()
    assert (link.question_id, link.original_id) == (question.id, original.id)
    assert db.session.query(Closure).one().duplicate_of_id == original.id
    do(closures.reopen_question, agent, question)
    assert db.session.query(DuplicateLink).count() == 0


def test_reopening_ends_after_a_month_for_the_asker():
    asker = make_user()
    question = make_question(asker)
    with pytest.raises(NotAllowed):
        do(closures.reopen_question, asker, question)
    do(closures.close_question, asker, question, reason="incident_over")
    with transaction():
        db.session.execute(update(Closure).values(closed_at=days_ago(31)))
    with pytest.raises(NotAllowed):
        do(closures.reopen_question, asker, question)
    do(closures.reopen_question, make_user(role="agent"), question)


def test_facts_are_asked_for_by_helpers_in_fit_words():
    superuser, question = make_user(role="superuser"), make_question()
    with pytest.raises(NotAllowed):
        do(closures.request_info, make_user(), question, note="Which phone?")
    for note in ("", "Eh?", "x" * 601, "Which phone?\0"):
        with pytest.raises(UnfitText) as refusal:
            do(closures.request_info, superuser, question, note=note)
        assert "note" in refusal.value.errors
    do(closures.request_info, superuser, question, note="Which phone?")
    with pytest.raises(NotAllowed):
        do(closures.request_info, superuser, question, note="Which phone?")


def test_only_moderators_lock():
    question = make_question()
    for operation in (questions.lock_writing, questions.unlock_writing):
        with pytest.raises(NotAllowed):
            do(operation, make_user(role="agent"), question, reason="Too heated")
    with pytest.raises(ReasonUnfit):
        do(questions.lock_writing, make_user(role="admin"), question, reason="\0")


def test_the_asker_says_no_me_too():
    asker = make_user()
    with pytest.raises(NotAllowed):
        do(questions.say_me_too, asker, make_question(asker))


def test_editing_is_for_authors_in_time_and_moderators():
    asker = make_user()
    question = make_question(asker)
    texts = {"title": TITLE, "body": TEXT, "tags": ""}
    with pytest.raises(NotAllowed):
        do(edit_question, make_user(), question, **texts)
    with pytest.raises(EditConflict):
        do(edit_question, asker, question, **texts, based_on="yesterday")
    with transaction():
        db.session.execute(update(Post).values(created_at=days_ago(2)))
    with pytest.raises(NotAllowed):
        do(edit_question, asker, question, **texts)
    answer = make_answer(question)
    with pytest.raises(NotAllowed):
        do(edit_reply, make_user(), question, answer, body=TEXT)
    with pytest.raises(EditConflict):
        do(edit_reply, make_user(role="admin"), question, answer, body=TEXT, based_on="x")


def test_mending_within_the_grace_minutes_keeps_no_version():
    asker = make_user()
    question = make_question(asker)
    do(edit_question, asker, question, title=TITLE, body=TEXT, tags="")
    assert db.session.query(Revision).count() == 0
    with transaction():
        earlier = clock.now() - timedelta(minutes=6)
        db.session.execute(update(Post).values(edited_at=earlier))
    do(edit_question, asker, question, title=TITLE, body=f"{TEXT} Now!", tags="")
    revision = db.session.query(Revision).one()
    assert (revision.number, revision.body, revision.title) == (1, TEXT, TITLE)


def test_a_moderators_edit_keeps_the_version_and_names_the_editor():
    moderator, question = make_user(role="moderator"), make_question()
    answer = make_answer(question)
    do(edit_reply, moderator, question, answer, body=TEXT, note="Typo")
    assert db.session.query(Revision).one().author_id == answer.author_id
    assert reload(answer).edited_by_id == moderator.id


def test_authors_delete_until_somebody_has_replied():
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    with pytest.raises(NotAllowed):
        do(removals.delete_post, make_user(), question, question)
    answer = make_answer(question)
    with pytest.raises(NotAllowed):
        do(removals.delete_post, asker, question, question)
    own = make_comment(question, question, asker, "Nobody?")
    do(removals.delete_post, asker, question, own)
    do(removals.delete_post, moderator, question, answer, reason="Spam")
    do(removals.delete_post, asker, question, question)
    do(removals.delete_post, asker, question, question)
    assert reload(question).visibility == "deleted"


def test_hiding_and_restoring_are_for_moderators():
    asker, question = make_user(), make_question()
    for operation in (removals.hide_post, removals.restore_post):
        with pytest.raises(NotAllowed):
            do(operation, asker, question, question)
    with pytest.raises(ReasonUnfit):
        do(removals.hide_post, make_user(role="admin"), question, question, reason="\0")


def test_a_deleted_post_comes_back_within_a_month_only():
    moderator, question = make_user(role="moderator"), make_question()
    do(removals.delete_post, moderator, question, question, reason="Spam")
    with transaction():
        db.session.execute(update(Removal).values(created_at=days_ago(31)))
    with pytest.raises(Conflict):
        do(removals.restore_post, moderator, question, question, reason="A mistake")


def test_a_text_too_costly_to_render_is_tried_once_more(monkeypatch):
    question = make_question()
    with monkeypatch.context() as patch:
        patch.setattr(markup, "is_fallback", lambda html: True)
        answer = make_answer(question)
        assert answer.render_version < markup.RENDER_VERSION
        with transaction():
            assert render_again() == 1
        with transaction():
            assert render_again() == 0
    with transaction():
        db.session.execute(
            update(Post).where(Post.id == answer.id).values(render_version=0, html="")
        )
    with transaction():
        assert render_again() == 1
    assert reload(answer).html != ""

"""Who is told of what: each kind once, nobody who may not see it, and the same when told twice."""

import pytest
from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import Notification
from community.notifications.operations.unread import rebuild_unread
from community.posts.models import Comment, Watch
from community.posts.operations import give_kudos, take_kudos_back, unwatch, watch
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.closures import close_question, reopen_question, request_info
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.notifications.telling import told

pytestmark = pytest.mark.usefixtures("app", "numbers_stay_right")


def besides_trust(kinds: list[str]) -> list[str]:
    """Leave out what a first accepted answer brings: a higher level of trust."""
    return [kind for kind in kinds if kind != "trust"]


def test_the_asker_hears_of_an_answer():
    asker = make_user()
    make_answer(make_question(asker))
    assert told(asker) == ["answer"]
    assert reload(asker).unread_count == 1


def test_the_helper_watches_the_question_from_then_on():
    question = make_question()
    helper, other = make_user(), make_user()
    make_answer(question, helper)
    assert told(helper) == []
    make_answer(question, other)
    assert told(helper) == ["answer"]


def test_taking_part_does_not_undo_a_watch_that_was_turned_off():
    question, helper = make_question(), make_user()
    with transaction():
        unwatch(helper.id, post_id=question.id)
    make_answer(question, helper)
    run_due_jobs()
    make_answer(question)
    assert told(helper) == []


def test_an_asker_who_turned_the_watch_off_hears_nothing():
    asker = make_user()
    question = make_question(asker)
    with transaction():
        unwatch(asker.id, post_id=question.id)
    answer = make_answer(question)
    make_comment(question, question, make_user(), "Which phone is it?")
    assert told(asker) == []
    with transaction():
        close_question(make_user(role="moderator"), lock_question(question.id), reason="policy")
    assert told(asker) == []
    assert answer.id


def test_watchers_of_board_tag_and_person_hear_of_a_question_once():
    board, asker = make_board(), make_user()
    everything, board_only, person_only, tag_only, nobody = (make_user() for _ in range(5))
    make_question(asker, board, tags="esim")
    run_due_jobs()
    tag_id = db.session.scalar(select(Watch.id)) and _tag_id("esim")
    with transaction():
        watch(everything.id, board_id=board.id)
        watch(everything.id, tag_id=tag_id)
        watch(everything.id, person_id=asker.id)
        watch(board_only.id, board_id=board.id)
        watch(tag_only.id, tag_id=tag_id)
        watch(person_only.id, person_id=asker.id)
    make_question(asker, board, tags="esim, iphone")
    for user in (everything, board_only, person_only, tag_only):
        assert told(user) == ["new_question"]
    assert told(nobody) == []


def _tag_id(name: str) -> int:
    from community.posts.models import Tag

    return db.session.scalars(select(Tag.id).where(Tag.name == name)).one()


def test_a_mention_is_stronger_than_the_watch():
    asker = make_user("Käthe Meyer")
    question = make_question(asker)
    make_answer(question, None, "Hello @KatheMeyer, please restart the phone once more.")
    assert told(asker) == ["mention"]


def test_mentions_reach_people_who_are_not_watching_in_every_kind_of_post():
    friend = make_user("friend.of-mine")
    question = make_question(body="I asked @friend.of-mine but nobody knows what to do.")
    assert told(friend) == ["mention"]
    answer = make_answer(question, None, "As @friend.of-mine says, do restart the phone.")
    assert told(friend) == ["mention"] * 2
    make_comment(question, answer, make_user(), "@friend.of-mine really?")
    assert told(friend) == ["mention"] * 3


def test_a_disabled_account_is_not_told():
    gone = make_user("gone")
    with transaction():
        db.session.execute(update(User).where(User.id == gone.id).values(active=False))
    make_question(body="I asked @gone but nobody knows what to do.")
    assert told(gone) == []


def test_a_comment_reaches_the_author_commented_on_and_the_watchers():
    asker, helper, passer_by = make_user(), make_user(), make_user()
    question = make_question(asker)
    answer = make_answer(question, helper)
    run_due_jobs()
    with transaction():
        db.session.execute(delete(Watch).where(Watch.user_id == helper.id))
    make_comment(question, answer, passer_by, "That worked for me.")
    assert told(helper) == ["comment"]
    assert told(asker) == ["answer", "comment"]
    assert told(passer_by) == []


def test_nobody_is_told_of_what_they_did_themselves():
    asker = make_user("selfie")
    question = make_question(asker)
    answer = make_answer(question, asker, "I found it: @selfie has to restart the phone.")
    make_comment(question, answer, asker, "@selfie yes")
    make_acceptance(answer, asker)
    with transaction():
        unaccept_answer(asker, lock_question(question.id), answer)
    with transaction():
        close_question(asker, lock_question(question.id), reason="incident_over")
    with transaction():
        reopen_question(asker, lock_question(question.id))
    # An acceptance taken back brings the support team, who say so themselves.
    assert [kind for kind in told(asker) if kind != "handed_over"] == []


def test_the_helper_is_told_of_every_acceptance_and_why_one_ended():
    asker, helper = make_user(), make_user()
    question = make_question(asker)
    mine, other = make_answer(question, helper), make_answer(question, make_user())
    make_acceptance(mine, asker)
    with transaction():
        unaccept_answer(asker, lock_question(question.id), mine)
    make_acceptance(mine, asker)
    make_acceptance(other, asker)
    assert told(helper) == ["answer", "accepted", "unaccepted", "accepted", "unaccepted"]
    notes = db.session.scalars(
        select(Notification.note).where(
            Notification.user_id == helper.id, Notification.kind == "unaccepted"
        )
    )
    assert list(notes) == ["taken_back", "replaced"]


def test_the_helper_is_told_even_without_watching():
    asker, helper = make_user(), make_user()
    question = make_question(asker)
    answer = make_answer(question, helper)
    with transaction():
        unwatch(helper.id, post_id=question.id)
    make_acceptance(answer, asker)
    assert besides_trust(told(helper)) == ["accepted"]


def test_deleting_an_accepted_answer_tells_its_author_at_the_question():
    from community.questions.operations.removals import delete_post

    asker, helper, moderator = make_user(), make_user(), make_user(role="moderator")
    question = make_question(asker)
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    run_due_jobs()
    with transaction():
        delete_post(moderator, lock_question(question.id), reload(answer), "Spam")
    assert besides_trust(told(helper)) == ["accepted", "unaccepted", "decision"]
    last = db.session.scalars(select(Notification).where(Notification.kind == "unaccepted")).one()
    assert (last.post_id, last.note) == (question.id, "deleted")


def test_kudos_for_one_post_are_one_unread_line():
    author, first, second = make_user(), make_user(), make_user()
    question = make_question(author)
    for giver in (first, second):
        with transaction():
            give_kudos(giver, reload(question))
    assert told(author) == ["kudos"]
    line = db.session.scalars(select(Notification)).one()
    assert line.actor_id == second.id
    assert reload(author).unread_count == 1


def test_kudos_after_the_line_was_read_are_a_new_line():
    author, first, second = make_user(), make_user(), make_user()
    question = make_question(author)
    with transaction():
        give_kudos(first, reload(question))
    run_due_jobs()
    with transaction():
        db.session.execute(update(Notification).values(read_at=clock.now()))
        rebuild_unread()
    with transaction():
        give_kudos(second, reload(question))
    assert told(author) == ["kudos", "kudos"]
    assert reload(author).unread_count == 1


def test_kudos_taken_back_take_the_unread_line_back():
    author, first, second = make_user(), make_user(), make_user()
    question = make_question(author)
    for giver in (first, second):
        with transaction():
            give_kudos(giver, reload(question))
    run_due_jobs()
    with transaction():
        take_kudos_back(second, reload(question))
    run_due_jobs()
    assert db.session.scalars(select(Notification.actor_id)).one() == first.id
    with transaction():
        take_kudos_back(first, reload(question))
    assert told(author) == []
    assert reload(author).unread_count == 0


def test_the_asker_hears_that_facts_are_missing():
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    with transaction():
        request_info(moderator, lock_question(question.id), "Which phone and which plan?")
    assert told(asker) == ["info_request"]


def test_asker_and_watchers_hear_of_closing_and_reopening():
    asker, watcher, moderator = make_user(), make_user(), make_user(role="moderator")
    question = make_question(asker)
    with transaction():
        watch(watcher.id, post_id=question.id)
    with transaction():
        close_question(moderator, lock_question(question.id), reason="off_topic")
    with transaction():
        reopen_question(moderator, lock_question(question.id))
    assert told(asker) == told(watcher) == ["closed", "reopened"]


def test_commenting_watches_the_question():
    question, author = make_question(), make_user()
    comment = make_comment(question, question, author, "Same for me.")
    assert isinstance(comment, Comment)
    run_due_jobs()
    make_answer(question)
    assert told(author) == ["answer"]

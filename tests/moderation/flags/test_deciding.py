"""Deciding about flags and mending what they have hidden."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import emit
from community.core.worker import run_due_jobs
from community.events import AppealDecided
from community.notifications.models import Notification
from community.posts.errors import UnfitText
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import restore_post
from community.questions.operations.versions import EditForm
from moderation.cases.operations import prune_cases, undo_case
from moderation.cases.queries import get_case
from moderation.flags.errors import MendingTooSoon, NothingMended
from moderation.flags.operations.mending import mend_post
from moderation.flags.operations.pruning import prune_flags
from moderation.sanctions.models import Sanction, Statement
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.flags import case_of, decide, hide_by_flags, make_flag, make_member_flag

MENDED = "Switch it off and on once, without any tool."


@pytest.fixture
def answer(app):
    return make_answer(make_question())


def later(minutes=11):
    return time_machine.travel(clock.now().timestamp() + minutes * 60)


def mend(post, author=None, body=MENDED):
    author = author or load_user(post.author_id)
    with transaction():
        question = lock_question(post.root_id)
        mend_post(author, question, db.session.get_one(Post, post.id), EditForm(body=body))


def measures_of(user_id):
    told = select(Statement.measure).where(Statement.user_id == user_id).order_by(Statement.id)
    with transaction():
        return list(db.session.scalars(told))


def test_wrong_flags_bring_the_post_back(answer):
    flags = hide_by_flags(answer)
    decide(case_of(flags[0]), "keep", note="Nothing wrong with it.")
    assert reload(answer).visibility == "published"
    assert [reload(flag).outcome for flag in flags] == ["rejected", "rejected"]
    assert (case_of(flags[0]).state, case_of(flags[0]).decision) == ("closed", "no_violation")
    run_due_jobs()
    assert measures_of(answer.author_id) == ["post_hidden", "post_restored"]


def test_what_a_moderator_hid_by_hand_stays_hidden(answer):
    flag = make_flag(answer)
    set_post_visibility(answer, "hidden", make_user(role="moderator"))
    decide(case_of(flag), "keep")
    assert reload(answer).visibility == "hidden"


def test_removing_deletes_and_takes_an_acceptance_back(app):
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    make_acceptance(answer, asker)
    flag = make_flag(answer)
    decide(case_of(flag), "remove", note="It breaks phones.", rule="risky_advice")
    assert reload(answer).visibility == "deleted"
    assert reload(question).status == "open"
    assert reload(flag).outcome == "agreed"
    told = db.session.scalars(select(Statement)).one()
    assert (told.measure, told.rule, told.facts) == (
        "post_deleted",
        "risky_advice",
        "It breaks phones.",
    )
    assert told.automated is False


def test_warning_tells_of_the_removal_and_of_the_warning(answer):
    flag = make_flag(answer)
    decide(case_of(flag), "warn")
    assert measures_of(answer.author_id) == ["post_deleted", "warning"]
    assert db.session.scalars(select(Sanction.kind)).all() == ["warning"]


def test_nobody_warns_who_stands_as_high_and_then_nothing_is_decided(app):
    answer = make_answer(make_question(), make_user(role="moderator"))
    flag = make_flag(answer)
    with pytest.raises(NotAllowed):
        decide(case_of(flag), "warn")
    assert reload(answer).visibility == "published"
    assert (case_of(flag).state, reload(flag).outcome) == ("claimed", None)


def test_asking_to_mend_hides_and_tells_how_also_what_flags_hid_before(answer):
    flag = make_flag(answer)
    decide(case_of(flag), "mend", note="Leave the link out.")
    assert reload(answer).visibility == "hidden"
    told = db.session.scalars(select(Statement)).one()
    assert told.facts.startswith("Leave the link out.\n\n")
    assert f"/posts/{answer.id}/mending" in told.facts
    other = make_answer(make_question())
    flags = hide_by_flags(other)
    decide(case_of(flags[0]), "mend", note="Leave the link out.")
    assert measures_of(other.author_id) == ["post_hidden", "post_hidden"]
    with later():
        mend(other)
        assert reload(other).visibility == "published"


def test_flaggers_are_told_what_was_decided(answer):
    flag, wrong = make_flag(answer), make_flag(make_question())
    decide(case_of(flag), "remove")
    decide(case_of(wrong), "keep")
    run_due_jobs()
    query = select(Notification.user_id, Notification.note, Notification.page)
    told = db.session.execute(query.where(Notification.kind == "flag")).all()
    assert {tuple(row) for row in told} == {
        (flag.flagger_id, "upheld", "/account/flags"),
        (wrong.flagger_id, "rejected", "/account/flags"),
    }


def test_an_author_mends_once_after_a_pause(answer):
    flags = hide_by_flags(answer)
    with later(9), pytest.raises(MendingTooSoon) as refused:
        mend(answer)
    assert 0 < refused.value.retry_after_seconds <= 61
    with later():
        mend(answer)
        mended = reload(answer)
        assert (mended.visibility, mended.body) == ("published", MENDED)
        assert case_of(flags[0]).evidence["mended"] is True
        assert case_of(flags[0]).state == "open"
        with pytest.raises(NotAllowed):
            mend(answer, body="Once more, and something else.")


def test_a_question_is_mended_with_title_and_tags(app):
    question = make_question(tags="sim")
    hide_by_flags(question)
    with later(), transaction():
        locked = lock_question(question.id)
        form = EditForm(
            title="What does my phone want of me?",
            body="It asks for a code I never had.",
            tags="esim",
        )
        mend_post(load_user(question.author_id), locked, locked, form)
    mended = reload(question)
    assert (mended.visibility, mended.title) == ("published", "What does my phone want of me?")


def test_mending_changes_something_fit_or_nothing(answer):
    hide_by_flags(answer)
    with later():
        with pytest.raises(NothingMended):
            mend(answer, body=answer.body)
        with pytest.raises(UnfitText):
            mend(answer, body="No.")
        assert reload(answer).visibility == "hidden"
        mend(answer)


def test_only_the_author_mends_and_only_what_flags_hid(answer):
    hide_by_flags(answer)
    by_hand = make_answer(make_question())
    set_post_visibility(by_hand, "hidden", make_user(role="moderator"))
    with later():
        for post, author in ((answer, make_user()), (by_hand, None)):
            with pytest.raises(NotAllowed):
                mend(post, author)


def test_a_mended_post_is_hidden_again_by_new_weight_alone_and_for_good(answer):
    hide_by_flags(answer)
    with later():
        mend(answer)
        make_flag(answer, make_user(trust_level=4))
        assert reload(answer).visibility == "published"
        flag = make_flag(answer, make_user(trust_level=4))
        assert (reload(answer).visibility, flag.round) == ("hidden", 1)
    with later(60), pytest.raises(NotAllowed):
        mend(answer, body="Something else once more, please.")


def test_undoing_a_removal_brings_the_post_back_and_counts_the_flags_as_wrong(answer):
    flag, judge = make_flag(answer), make_user(role="moderator")
    decide(case_of(flag), "remove", by=judge)
    with transaction():
        undo_case(judge, get_case(judge, case_of(flag).id), "It was right")
    assert reload(answer).visibility == "published"
    assert reload(flag).outcome == "rejected"


def test_an_appeal_that_was_right_counts_the_flags_as_wrong(answer):
    flag = make_flag(answer)
    decide(case_of(flag), "remove")
    member_flag = make_member_flag(make_user())
    decide(case_of(member_flag), "warn")
    for statement in db.session.scalars(select(Statement)).all():
        with transaction():
            emit(AppealDecided(statement.user_id, statement.id, "upheld"))
        run_due_jobs()
    assert [reload(one).outcome for one in (flag, member_flag)] == ["agreed", "agreed"]
    for statement in db.session.scalars(select(Statement)).all():
        with transaction():
            emit(AppealDecided(statement.user_id, statement.id, "overturned"))
        run_due_jobs()
    assert [reload(one).outcome for one in (flag, member_flag)] == ["rejected", "rejected"]


def test_a_case_about_a_post_that_is_gone_is_decided_without_it(answer):
    flag = make_flag(answer)
    judge = make_user(role="moderator")
    set_post_visibility(answer, "deleted", judge)
    decide(case_of(flag), "mend", by=judge)
    assert reload(answer).visibility == "deleted"
    assert reload(flag).outcome == "agreed"
    with transaction():
        locked = lock_question(answer.root_id)
        restore_post(judge, locked, db.session.get_one(Post, answer.id), "Mended")


def test_old_flags_are_forgotten_once_their_case_is(answer):
    flag = make_flag(answer)
    decide(case_of(flag), "keep")
    waiting = make_flag(make_question())
    with later(800 * 24 * 60):
        with transaction():
            prune_flags(timedelta(days=365))
        assert reload(flag) is not None
        with transaction():
            prune_cases(timedelta(days=365))
            prune_flags(timedelta(days=365))
        assert reload(flag) is None
        assert reload(waiting) is not None

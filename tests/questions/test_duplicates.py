"""A question that was asked before: who says so, what the asker answers, what is shown."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed, Refusal
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from community.posts.errors import UnfitText
from community.questions.errors import (
    AskerDisagrees,
    DuplicateCircle,
    JudgedDifferent,
    OriginalUnseen,
    ProposalGone,
    ProposedAlready,
    SecondVoiceNeeded,
    UnknownOriginal,
)
from community.questions.models import Closure, DuplicateLink, DuplicateProposal, DuplicateVoice
from community.questions.operations.closures import close_question, reopen_question
from community.questions.operations.duplicates import (
    accept_proposal,
    close_disputed,
    dispute_proposal,
    keep_question,
    propose_duplicate,
    support_proposal,
    withdraw_proposal,
)
from community.questions.operations.questions import lock_question, lock_writing
from community.questions.operations.regrouping import lock_questions, merge_question
from community.questions.queries.duplicates import knows_topic, last_original
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)

pytestmark = pytest.mark.usefixtures("app")


def do(operation, actor, question, *about, **values):
    with transaction():
        return operation(actor, lock_question(question.id), *about, **values)


@pytest.fixture
def knowing():
    return make_user(points=1_000)


@pytest.fixture
def asker():
    return make_user()


@pytest.fixture
def question(asker):
    return make_question(asker)


@pytest.fixture
def original():
    return make_question(title="The one to read instead of others")


@pytest.fixture
def proposed(knowing, question, original):
    do(propose_duplicate, knowing, question, original)
    return question


def closed_for(question):
    with transaction():
        query = select(Closure.duplicate_of_id).where(Closure.question_id == question.id)
        return db.session.scalar(query)


def close_as_duplicate(question, original, actor=None):
    actor = actor or make_user(role="agent")
    do(close_question, actor, question, reason="duplicate", original=original)


def acts(question):
    about = (AuditEntry.subject_type == "post", AuditEntry.subject_id == question.id)
    return list(db.session.scalars(select(AuditEntry.action).where(*about)))


def test_the_asker_is_told_and_closes_the_question(proposed, asker, original):
    run_due_jobs()
    told = db.session.scalars(select(Notification).where(Notification.kind == "duplicate")).all()
    assert [(one.user_id, one.question_id) for one in told] == [(asker.id, proposed.id)]
    do(accept_proposal, asker, proposed)
    assert reload(proposed).status == "closed"
    assert closed_for(proposed) == original.id
    assert db.session.query(DuplicateProposal).one().outcome == "closed"
    assert acts(proposed) == ["duplicate.proposed", "question.closed"]
    with pytest.raises(NotAllowed):
        do(accept_proposal, asker, proposed)


def test_a_second_voice_closes_the_question_and_one_voice_counts_once(proposed, knowing, original):
    do(support_proposal, knowing, proposed)
    assert reload(proposed).status == "open"
    do(support_proposal, make_user(points=1_000), proposed)
    assert reload(proposed).status == "closed"
    assert closed_for(proposed) == original.id
    assert acts(proposed) == ["duplicate.proposed", "duplicate.seconded", "question.closed"]
    assert db.session.query(DuplicateVoice).count() == 2


def test_undoing_opens_the_question_again(proposed, asker):
    do(accept_proposal, asker, proposed)
    do(reopen_question, asker, proposed)
    assert reload(proposed).status == "open"
    assert db.session.query(DuplicateLink).count() == 0


def test_who_says_no_keeps_the_question_and_no_second_voice_overrules_them(
    proposed, asker, knowing
):
    for note in ("", "No", "x" * 501, "Different\0"):
        with pytest.raises(UnfitText):
            do(dispute_proposal, asker, proposed, note)
    do(dispute_proposal, asker, proposed, "Mine is about a tablet")
    with pytest.raises(AskerDisagrees):
        do(support_proposal, make_user(points=1_000), proposed)
    assert reload(proposed).status == "open"
    moderator = make_user(role="moderator")
    for nobody in (knowing, asker, make_user(role="agent")):
        with pytest.raises(NotAllowed):
            do(keep_question, nobody, proposed, "They differ")
        with pytest.raises(NotAllowed):
            do(close_disputed, nobody, proposed, "The same")
    do(keep_question, moderator, proposed, "They differ")
    assert db.session.query(DuplicateProposal).one().outcome == "kept"
    assert acts(proposed) == ["duplicate.proposed", "duplicate.dismissed"]


def test_what_moderators_kept_is_not_proposed_again_but_something_else_is(
    proposed, knowing, original
):
    do(keep_question, make_user(role="moderator"), proposed, "They differ")
    with pytest.raises(JudgedDifferent):
        do(propose_duplicate, knowing, proposed, original)
    do(propose_duplicate, knowing, proposed, make_question())


def test_moderators_close_what_is_disputed(proposed, asker, original):
    do(dispute_proposal, asker, proposed, "Mine is about a tablet")
    do(close_disputed, make_user(role="moderator"), proposed, "Tablets do the same")
    assert closed_for(proposed) == original.id


def test_a_proposal_is_withdrawn_by_who_made_it_or_a_moderator(proposed, knowing, original):
    with pytest.raises(NotAllowed):
        do(withdraw_proposal, make_user(points=5_000), proposed)
    do(withdraw_proposal, knowing, proposed)
    with pytest.raises(ProposalGone):
        do(withdraw_proposal, knowing, proposed)
    for operation in (support_proposal,):
        with pytest.raises(ProposalGone):
            do(operation, make_user(points=1_000), proposed)
    do(propose_duplicate, knowing, proposed, original)
    do(withdraw_proposal, make_user(role="moderator"), proposed)


def test_one_proposal_at_a_time(proposed, knowing):
    with pytest.raises(ProposedAlready):
        do(propose_duplicate, knowing, proposed, make_question())


def test_nobody_proposes_it_of_their_own_or_of_a_locked_or_closed_question(knowing, original):
    with pytest.raises(NotAllowed):
        do(propose_duplicate, knowing, make_question(knowing), original)
    locked, closed = make_question(), make_question()
    do(lock_writing, make_user(role="moderator"), locked, "Too heated")
    do(close_question, make_user(role="moderator"), closed, reason="policy")
    for question in (locked, closed):
        with pytest.raises(NotAllowed):
            do(propose_duplicate, knowing, question, original)


def test_who_knows_the_topic_closes_alone_and_who_knows_another_does_not(original):
    helper, asker = make_user(points=1_000), make_user()
    for _ in range(10):
        make_acceptance(make_answer(make_question(asker, tags="esim"), helper), asker)
    about, other = make_question(tags="esim router"), make_question(tags="router")
    assert knows_topic(helper, about.id)
    assert not knows_topic(helper, other.id)
    close_as_duplicate(about, original, helper)
    assert reload(about).status == "closed"
    with pytest.raises(SecondVoiceNeeded):
        close_as_duplicate(other, original, helper)


def test_superusers_close_alone_by_their_tool(original):
    question = make_question()
    close_as_duplicate(question, original, make_user(role="superuser"))
    assert closed_for(question) == original.id


def test_chains_lead_to_the_last_question_and_never_round_in_circles():
    first, second, third = make_question(), make_question(), make_question()
    close_as_duplicate(second, third)
    close_as_duplicate(first, second)
    assert closed_for(first) == third.id
    with pytest.raises(DuplicateCircle):
        close_as_duplicate(third, first)
    fourth = make_question()
    close_as_duplicate(third, fourth)
    assert last_original(first.id) == fourth.id


def test_what_was_merged_away_leads_to_what_it_is_part_of():
    part, whole, question = make_question(), make_question(), make_question()
    moderator = make_user(role="moderator")
    with transaction():
        found = lock_questions(part.id, whole.id)
        merge_question(moderator, found[part.id], found[whole.id], "The same")
    close_as_duplicate(question, part)
    assert closed_for(question) == whole.id


def test_the_other_question_is_one_that_both_may_read(knowing, question):
    staff_only = make_question(make_user(role="agent"), make_board(audience="staff"))
    with pytest.raises(UnknownOriginal):
        do(propose_duplicate, knowing, question, staff_only)
    with pytest.raises(OriginalUnseen):
        do(propose_duplicate, make_user(role="agent"), question, staff_only)
    hidden = make_question()
    set_post_visibility(hidden, "hidden", make_user(role="moderator"))
    for wrong in (hidden, question, None):
        with pytest.raises(UnknownOriginal):
            do(propose_duplicate, knowing, question, wrong)


def test_a_question_that_is_closed_otherwise_has_no_proposal_left(proposed, asker):
    do(close_question, asker, proposed, reason="solved_elsewhere")
    assert db.session.query(DuplicateProposal).one().outcome == "moot"


def test_two_voices_at_once_close_the_question_once(at_once, proposed):
    members = [make_user(points=1_000) for _ in range(2)]
    told = at_once(
        [lambda member=member: do(support_proposal, member, proposed) for member in members]
    )
    assert None in told
    assert all(one is None or isinstance(one, Refusal) for one in told)
    assert db.session.query(Closure).count() == 1


def test_two_questions_named_each_others_duplicate_at_once_make_no_circle(at_once):
    one, other = make_question(), make_question()
    agents = [make_user(role="agent") for _ in range(2)]

    def close(agent, question_id, original_id):
        with transaction():
            found = lock_questions(question_id, original_id)
            question, original = found[question_id], found[original_id]
            close_question(agent, question, reason="duplicate", original=original)

    ids = [(one.id, other.id), (other.id, one.id)]
    told = at_once(
        [
            lambda agent=agent, pair=pair: close(agent, *pair)
            for agent, pair in zip(agents, ids, strict=True)
        ]
    )
    assert sorted(type(result).__name__ for result in told) == ["DuplicateCircle", "NoneType"]

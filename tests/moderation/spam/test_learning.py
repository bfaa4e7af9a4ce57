"""Learning from decisions, exactly once, and unlearning them."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import emit
from community.core.worker import run_due_jobs
from community.events import CaseDecided
from community.posts.models import Post
from moderation.cases.models import ModerationCase
from moderation.cases.operations import undo_case
from moderation.spam.bayes import Totals
from moderation.spam.models import HAM, SPAM, SpamLesson, SpamModel, SpamToken, TextMark
from moderation.spam.operations.learning import learn_post, unlearn_post
from moderation.spam.operations.scoring import list_judged, put_on_scale, rebuild
from moderation.spam.queries import get_totals
from tests.factories.community import make_user
from tests.moderation.spam.teaching import decide, make_ham, make_spam, make_spam_case, teach


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


def table():
    db.session.rollback()
    columns = (SpamToken.hash, SpamToken.spam_count, SpamToken.ham_count)
    return {row[0]: tuple(row[1:]) for row in db.session.execute(select(*columns))}


def learn(post, label):
    with transaction():
        return learn_post(post.id, label)


def label_of(post):
    db.session.rollback()
    return db.session.scalar(select(SpamLesson.label).where(SpamLesson.post_id == post.id))


def test_a_post_is_learned_once(app) -> None:
    post = make_spam(1)
    assert learn(post, SPAM)
    before = table()
    assert not learn(post, SPAM)
    assert table() == before
    assert get_totals() == Totals(1, 0)
    assert set(before.values()) == {(1, 0)}


def test_what_was_learned_wrongly_is_learned_the_other_way_round(app) -> None:
    post, other = make_spam(1), make_spam(2)
    learn(other, SPAM)
    before = table()
    learn(post, SPAM)
    assert learn(post, HAM)
    assert get_totals() == Totals(1, 1)
    with transaction():
        assert unlearn_post(post.id)
        assert not unlearn_post(post.id)
    assert table() == before
    assert get_totals() == Totals(1, 0)


def test_unlearning_is_exact_though_the_post_was_changed_since(app) -> None:
    post = make_spam(1)
    learn(post, SPAM)
    with transaction():
        db.session.get_one(Post, post.id).body = "Something else entirely, of other words."
    with transaction():
        unlearn_post(post.id)
    assert table() == {}


def test_what_rebuilding_counts_is_what_was_counted(app) -> None:
    posts = teach(4)
    with transaction():
        unlearn_post(posts[0].id)
        learn_post(posts[1].id, SPAM)
    before, totals = table(), get_totals()
    with transaction():
        done = rebuild()
    assert (table(), get_totals()) == (before, totals)
    assert (done.lessons, done.tokens, done.corrected) == (7, len(before), 0)


def test_rebuilding_mends_a_damaged_table(app) -> None:
    teach(2)
    before = table()
    first, second, *_rest = before
    with transaction():
        db.session.get_one(SpamToken, first).spam_count += 3
        db.session.delete(db.session.get_one(SpamToken, second))
        db.session.get_one(SpamModel, 1).ham_count = 0
    with transaction():
        assert rebuild().corrected == 2
    assert table() == before
    assert get_totals() == Totals(2, 2)


def test_no_word_stands_in_the_table(app) -> None:
    teach(1)
    db.session.rollback()
    model = db.session.scalars(select(SpamModel)).one()
    assert all(0 <= number < 2**63 for number in table())
    assert "casino" not in repr((model.salt, table()))
    lesson = db.session.scalars(select(SpamLesson)).first()
    assert b"casino" not in lesson.hashes


@pytest.mark.parametrize("kind", ["spam", "held", "first_post"])
def test_a_decision_is_learned_and_unlearned_with_it(keeper, kind: str) -> None:
    post, other = make_spam(1), make_ham(2)
    bad, good = make_spam_case(post), make_spam_case(other)
    decide(keeper, bad, "spam", rule="spam")
    decide(keeper, good, "not_spam")
    with transaction():
        for case in (bad, good):
            db.session.get_one(ModerationCase, case.id).kind = kind
        emit(CaseDecided(bad.id, bad.source, "violation", keeper.id))
    run_due_jobs()
    assert (label_of(post), label_of(other)) == (SPAM, HAM)
    assert get_totals() == Totals(1, 1)


def test_an_overturned_decision_is_unlearned(keeper) -> None:
    post = make_spam(1)
    case = make_spam_case(post)
    decide(keeper, case, "spam", rule="spam")
    assert label_of(post) == SPAM
    with transaction():
        undo_case(keeper, db.session.get_one(ModerationCase, case.id), "It was none")
    run_due_jobs()
    assert label_of(post) is None
    assert table() == {}
    # Told again and too late, the decision is not learned again.
    with transaction():
        emit(CaseDecided(case.id, case.source, "violation", keeper.id))
    run_due_jobs()
    assert label_of(post) is None


def test_what_broke_another_rule_teaches_nothing(keeper) -> None:
    post = make_ham(1)
    case = make_spam_case(post)
    decide(keeper, case, "spam", rule="abuse")
    with transaction():
        db.session.get_one(ModerationCase, case.id).kind = "flag"
        emit(CaseDecided(case.id, case.source, "violation", keeper.id))
    run_due_jobs()
    assert label_of(post) is None


def test_a_post_that_is_gone_teaches_nothing(app) -> None:
    with transaction():
        assert not learn_post(4_711, SPAM)
        assert not unlearn_post(4_711)
    assert table() == {}


def test_marks_of_texts_are_kept_for_a_month(app) -> None:
    from community.privacy.retention import PERIODS

    make_spam(1)
    run_due_jobs()
    period = next(each for each in PERIODS if each.kind == "text_marks")

    def marks() -> int:
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(TextMark)) or 0

    assert marks() == 12
    period.forget(period.age)
    assert marks() == 12
    with time_machine.travel(clock.now() + timedelta(days=31)):
        period.forget(period.age)
    assert marks() == 0


def test_the_scale_is_put_where_decisions_allow(app) -> None:
    teach()
    judged = list_judged()
    assert len(judged) == 70
    assert min(evidence for evidence, is_spam in judged if is_spam) > max(
        evidence for evidence, is_spam in judged if not is_spam
    )
    with transaction():
        put_on_scale(judged * 3)
    model = db.session.get_one(SpamModel, 1, populate_existing=True)
    assert 1_000 <= model.reviewed_from <= model.held_from
    assert model.held_from <= 1_000 * max(evidence for evidence, _spam in judged)

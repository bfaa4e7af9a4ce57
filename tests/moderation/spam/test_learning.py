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
from moderation.spam.operations import calibrating
from moderation.spam.operations.calibrating import (
    give_weights,
    list_samples,
    put_on_scale,
    rebuild,
)
from moderation.spam.operations.learning import learn_post, unlearn_post
from moderation.spam.queries import get_totals
from moderation.spam.tasks import calibrate_scores
from moderation.spam.weighing import judge_each
from tests.factories.community import make_question, make_user
from tests.moderation.spam.teaching import decide, make_ham, make_spam, make_spam_case, teach


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


def table():
    db.session.rollback()
    columns = (SpamToken.hash, SpamToken.spam_count, SpamToken.ham_count, SpamToken.weight)
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
    assert set(before.values()) == {(1, 0, 0)}


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
        db.session.get_one(SpamToken, first).weight += 3
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
    judged = judge_each(list(list_samples().values()))
    assert len(judged) == 70
    assert min(evidence for evidence, is_spam in judged if is_spam) > max(
        evidence for evidence, is_spam in judged if not is_spam
    )
    with transaction():
        put_on_scale(judged * 3)
    model = db.session.get_one(SpamModel, 1, populate_existing=True)
    assert 1_000 <= model.reviewed_from <= model.held_from
    assert model.held_from <= 1_000 * max(evidence for evidence, _spam in judged)


def weights():
    return {number: weight for number, (*_counts, weight) in table().items()}


@pytest.fixture
def weighed(app):
    """A model whose lessons were weighed against each other."""
    posts = teach()
    db.session.rollback()
    calibrate_scores()
    return posts


def is_weighed():
    return db.session.get_one(SpamModel, 1, populate_existing=True).is_weighed


def test_a_token_weighs_what_its_lessons_do(weighed) -> None:
    assert is_weighed()
    before = table()
    assert any(weights().values())
    with transaction():
        assert rebuild().corrected == 0
    assert table() == before


def test_weighing_again_changes_nothing(weighed) -> None:
    before = table()
    calibrate_scores()
    assert table() == before


def test_a_weighed_lesson_is_taken_back_exactly(weighed) -> None:
    before, extra = table(), make_spam(4_711)
    assert learn(extra, HAM)
    # It was told to be spam, so it counts at once; and so does what is learned the other way round.
    assert table() != before
    assert learn(extra, SPAM)
    with transaction():
        assert unlearn_post(extra.id)
    assert table() == before
    for post in weighed:
        with transaction():
            unlearn_post(post.id)
    assert table() == {}


def test_a_new_lesson_counts_before_all_are_weighed_again(weighed) -> None:
    post = make_question_like_no_other()
    learn(post, SPAM)
    lesson = db.session.scalars(select(SpamLesson).where(SpamLesson.post_id == post.id)).one()
    assert lesson.weight > 0


def make_question_like_no_other():
    return make_question(title="Zebra quartz jukebox", body="Vex fjord gnome blitz waltz nymph.")


def test_a_lesson_taken_back_while_all_are_weighed_stays_gone(weighed) -> None:
    given = dict.fromkeys(list_samples(), 0)
    first, second = weighed[0], weighed[1]
    with transaction():
        unlearn_post(first.id)
        learn_post(second.id, SPAM)
    given[first.id, 0], given[second.id, 0] = 5, -5
    with transaction():
        give_weights(given)
    with transaction():
        assert rebuild().corrected == 0
    kept = db.session.get_one(SpamLesson, (second.id, 0), populate_existing=True)
    assert (kept.label, kept.weight >= 0) == (SPAM, True)


def test_lessons_behind_the_latest_weigh_nothing(weighed, monkeypatch) -> None:
    monkeypatch.setattr(calibrating, "MOST_WEIGHED", 20)
    calibrate_scores()
    db.session.rollback()
    lessons = db.session.scalars(select(SpamLesson).where(SpamLesson.weight != 0)).all()
    assert 0 < len(lessons) <= 20
    with transaction():
        assert rebuild().corrected == 0


def test_a_model_with_too_few_lessons_left_is_not_weighed(weighed) -> None:
    with transaction():
        for post in weighed[:12]:
            unlearn_post(post.id)
    calibrate_scores()
    assert not is_weighed()
    assert not any(weights().values())

"""Merging and splitting questions, turning posts, and undoing each to the last row."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import Base, db, transaction
from community.core.errors import NotAllowed, Refusal
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.drafts import save_draft
from community.posts.models import Post, Watch
from community.posts.operations import give_kudos, unwatch, watch
from community.questions.errors import (
    LaterFirst,
    NotMergeable,
    NotSplittable,
    NotTurnable,
    RegroupingDone,
    TooManySolutionsTogether,
    UnknownTarget,
)
from community.questions.models import Acceptance, Closure, MeToo, Question, Regrouping
from community.questions.operations.closures import close_question
from community.questions.operations.questions import say_me_too
from community.questions.operations.regrouping import (
    find_posts,
    lock_questions,
    merge_question,
    split_question,
)
from community.questions.operations.turning import turn_into_answer, turn_into_comment
from community.questions.operations.undoing import undo_regrouping
from community.questions.rebuild import rebuild_totals
from reputation.ledger.operations import settle_members
from reputation.ledger.queries import get_balances
from reputation.ledger.verify import verify_ledger
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.questions.recounting import assert_totals_are_right

pytestmark = pytest.mark.usefixtures("app")

TITLE = "A problem of its own that says more"
# What is only ever added to, and what notes the acts themselves.
HISTORY = {
    *("audit_entries", "audit_reasons", "audit_seals", "audit_heads", "events", "jobs"),
    *("index_requests", "regroupings"),
}


def merge(actor, source, target, reason="The same"):
    with transaction():
        found = lock_questions(source.id, target.id)
        return merge_question(actor, found[source.id], found[target.id], reason)


def split(actor, question, *posts, title=TITLE):
    with transaction():
        locked = lock_questions(question.id)[question.id]
        fresh = {post.id: post for post in find_posts(locked, [post.id for post in posts])}
        ordered = [fresh[post.id] for post in posts if post.id in fresh]
        return split_question(actor, locked, ordered, title=title, reason="Another matter")


def turn(operation, actor, question, post, *parent):
    with transaction():
        locked = lock_questions(question.id)[question.id]
        fresh = [
            db.session.get_one(Post, one.id, populate_existing=True) for one in (post, *parent)
        ]
        operation(actor, locked, *fresh, reason="Fits better")


def undo(actor, regrouping=None):
    with transaction():
        row = (
            regrouping
            or db.session.scalars(
                select(Regrouping)
                .where(Regrouping.undone_at.is_(None))
                .order_by(Regrouping.id.desc())
            ).first()
        )
        row = db.session.get_one(Regrouping, row.id, populate_existing=True)
        lock_questions(row.source_id, row.target_id)
        undo_regrouping(actor, row, "Not the same after all")


def rows():
    """Return every row of every table by its primary key, but of what only notes acts."""
    found = {}
    with transaction():
        for table in Base.metadata.sorted_tables:
            if table.name in HISTORY or table.name.startswith("ledger"):
                continue
            for row in db.session.execute(select(table)).mappings():
                if row.get("kind") != "moved":
                    key = tuple(row[column.name] for column in table.primary_key)
                    found[table.name, key] = {k: row[k] for k in row if k != "unread_count"}
    return found


def broken():
    return [name for name, found in verify_ledger() if found]


def changed(before, after):
    return {where for where in {*before, *after} if before.get(where) != after.get(where)}


class Pair:
    """Two questions with everything that can hang on them."""

    def __init__(self):
        self.mod = make_user(role="moderator")
        self.askers = make_user("Ada"), make_user("Ben")
        self.helpers = [make_user(f"Helper {n}") for n in range(3)]
        self.board, self.other_board = make_board("here"), make_board("there")
        self.source = make_question(self.askers[0], self.board, tags="esim")
        self.target = make_question(self.askers[1], self.other_board, tags="bill")
        self.answers = [make_answer(self.source, helper) for helper in self.helpers[:2]]
        self.answers.append(make_answer(self.source, self.askers[1]))
        self.theirs = make_answer(self.target, self.helpers[2])
        self.comments = [
            make_comment(self.source, post, self.askers[0], "Thank you for that!")
            for post in (self.source, *self.answers[:2])
        ]
        make_acceptance(self.answers[0], self.askers[0])
        make_acceptance(self.theirs, self.askers[1])
        self._follow()
        run_due_jobs()
        with transaction():
            # What everybody has for their confirmed account is booked with the first settling.
            settle_members(list(db.session.scalars(select(User.id))))

    def _follow(self):
        fan, both = make_user(), make_user()
        with transaction():
            found = lock_questions(self.source.id, self.target.id)
            for user, question in (
                (fan, self.source),
                (both, self.source),
                (both, self.target),
                (self.askers[1], self.source),
            ):
                say_me_too(user, found[question.id])
                save_draft(user.id, f"answer:{question.id}", body=f"Half a text on {question.id}")
            unwatch(both.id, post_id=self.target.id)
            watch(self.helpers[0].id, post_id=self.source.id)
            for user in (fan, both, self.helpers[2]):
                for post in (self.source, self.answers[0], self.comments[1]):
                    give_kudos(user, db.session.get_one(Post, post.id, populate_existing=True))
        duplicate = make_question()
        with transaction():
            found = lock_questions(duplicate.id, self.source.id)
            one, original = found[duplicate.id], found[self.source.id]
            close_question(self.mod, one, reason="duplicate", original=original)
        self.duplicate = duplicate

    @property
    def people(self):
        return [*self.askers, *self.helpers]

    def points(self):
        run_due_jobs()
        assert broken() == []
        return {user.id: get_balances(user.id) for user in self.people}


@pytest.fixture
def pair(app):
    return Pair()


def test_merging_and_undoing_leaves_every_row_as_it_was(pair):
    before, points = rows(), pair.points()
    merge(pair.mod, pair.source, pair.target)
    assert_totals_are_right()
    assert pair.points() == points
    undo(pair.mod)
    assert_totals_are_right()
    assert pair.points() == points
    assert changed(before, rows()) == set()


def test_what_hangs_on_a_question_goes_along(pair):
    merge(pair.mod, pair.source, pair.target)
    source, target = reload(pair.source), reload(pair.target)
    assert (source.visibility, source.root_id, source.board_id) == (
        "merged",
        target.id,
        target.board_id,
    )
    assert {reload(answer).root_id for answer in pair.answers} == {target.id}
    assert {reload(comment).root_id for comment in pair.comments} == {target.id}
    assert reload(pair.comments[0]).parent_id == target.id
    accepted = db.session.scalars(
        select(Acceptance).where(Acceptance.question_id == target.id).order_by(Acceptance.id)
    )
    assert [(one.answer_id, one.place, one.asker_id) for one in accepted] == [
        (pair.answers[0].id, 2, pair.askers[0].id),
        (pair.theirs.id, 1, None),
    ]
    me_toos = set(db.session.scalars(select(MeToo.user_id).where(MeToo.question_id == target.id)))
    assert pair.askers[0].id in me_toos
    assert pair.askers[1].id not in me_toos
    assert target.me_too_count == len(me_toos) == 3
    closure = db.session.scalars(
        select(Closure).where(Closure.question_id == pair.duplicate.id)
    ).one()
    assert closure.duplicate_of_id == target.id


def test_what_came_meanwhile_goes_with_what_it_belongs_to(pair):
    merge(pair.mod, pair.source, pair.target)
    reply = make_comment(pair.target, pair.answers[1], make_user(role="moderator"), "And then?")
    new = make_answer(pair.target)
    make_acceptance(reload(pair.answers[1]), pair.askers[1], also=True)
    undo(pair.mod)
    assert reload(reply).root_id == pair.source.id
    assert reload(new).root_id == pair.target.id
    on_source = db.session.scalars(
        select(Acceptance.place).where(Acceptance.question_id == pair.source.id)
    )
    assert sorted(on_source) == [1, 2]
    assert_totals_are_right()
    run_due_jobs()
    assert broken() == []


def test_unaccepting_after_a_merge_takes_points_from_whom_they_were_given(pair):
    from community.questions.operations.acceptances import unaccept_answer

    merge(pair.mod, pair.source, pair.target)
    run_due_jobs()
    with transaction():
        target = lock_questions(pair.target.id)[pair.target.id]
        answer = db.session.get_one(Post, pair.answers[0].id, populate_existing=True)
        unaccept_answer(pair.askers[1], target, answer)
    run_due_jobs()
    assert broken() == []
    assert_totals_are_right()
    assert get_balances(pair.askers[0].id).get("payback", 0) == 0


def test_splitting_and_undoing_leaves_every_row_as_it_was(pair):
    before, points = rows(), pair.points()
    made = split(pair.mod, pair.source, pair.answers[1], pair.answers[2], pair.comments[0])
    assert_totals_are_right()
    assert pair.points() == points
    assert {reload(post).root_id for post in (*pair.answers[1:], *pair.comments[::2])} == {made.id}
    assert reload(pair.comments[2]).parent_id == made.id
    assert reload(pair.answers[1]).visibility == "merged"
    undo(pair.mod)
    assert_totals_are_right()
    assert pair.points() == points
    left = {where for where in changed(before, rows()) if not _is_of(made, where)}
    assert left == set()


def _is_of(made, where):
    table, key = where
    if table in ("posts", "questions"):
        return key == (made.id,)
    if table == "post_tags":
        return key[0] == made.id
    return table == "watches" and reload(db.session.get_one(Watch, key[0])).post_id == made.id


def test_what_came_to_a_split_question_comes_back_with_it(pair):
    made = split(pair.mod, pair.source, pair.answers[1])
    new = make_answer(made)
    comment = make_comment(made, made, pair.helpers[1], "Which phone is it?")
    member = make_user()
    with transaction():
        say_me_too(member, lock_questions(made.id)[made.id])
        give_kudos(member, lock_questions(made.id)[made.id])
    make_acceptance(new, pair.helpers[1])
    points = pair.points()
    undo(pair.mod)
    assert reload(new).root_id == reload(comment).root_id == pair.source.id
    assert reload(comment).parent_id == pair.answers[1].id
    assert reload(made).root_id == pair.source.id
    assert pair.points() == points
    assert_totals_are_right()
    for _ in rebuild_totals():
        assert_totals_are_right()


@pytest.mark.parametrize("number", [0, 1])
def test_a_comment_becomes_an_answer_and_back(pair, number):
    comment = pair.comments[number]
    before = rows()
    turn(turn_into_answer, pair.mod, pair.source, comment)
    assert reload(db.session.get_one(Post, comment.id)).kind == "answer"
    assert_totals_are_right()
    pair.points()
    undo(pair.mod)
    pair.points()
    assert_totals_are_right()
    assert changed(before, rows()) == set()


def test_an_answer_becomes_a_comment_and_back(pair):
    answer, before = pair.answers[1], rows()
    turn(turn_into_comment, pair.mod, pair.source, answer, pair.answers[0])
    db.session.expunge_all()
    assert db.session.get_one(Post, answer.id).kind == "comment"
    assert db.session.get_one(Post, pair.comments[2].id).parent_id == pair.answers[0].id
    assert_totals_are_right()
    pair.points()
    undo(pair.mod)
    pair.points()
    assert_totals_are_right()
    assert changed(before, rows()) == set()


def test_what_cannot_be_is_refused(pair):
    hidden = make_question()
    with transaction():
        db.session.get_one(Question, hidden.id).visibility = "held"
    with pytest.raises(UnknownTarget):
        merge(pair.mod, pair.source, pair.source)
    with pytest.raises(NotMergeable):
        merge(pair.mod, pair.source, hidden)
    with pytest.raises(NotMergeable):
        merge(pair.mod, pair.source, pair.duplicate)
    with pytest.raises(NotSplittable):
        split(pair.mod, pair.source, pair.answers[0])
    with pytest.raises(NotSplittable):
        split(pair.mod, pair.target, pair.answers[1])
    with pytest.raises(NotTurnable):
        turn(turn_into_comment, pair.mod, pair.source, pair.answers[0])
    with pytest.raises(NotTurnable):
        turn(turn_into_answer, pair.mod, pair.source, pair.answers[1])
    member = make_user()
    for attempt in (
        lambda: merge(member, pair.source, pair.target),
        lambda: split(member, pair.source, pair.answers[1]),
        lambda: turn(turn_into_answer, member, pair.source, pair.comments[0]),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_no_more_than_three_solutions_together(pair):
    for answer in pair.answers[1:]:
        make_acceptance(answer, pair.mod, also=True)
    with pytest.raises(TooManySolutionsTogether):
        merge(pair.mod, pair.source, pair.target)


def test_the_second_of_two_moderators_is_told(pair):
    made = merge(pair.mod, pair.source, pair.target)
    with pytest.raises(NotMergeable):
        merge(make_user(role="moderator"), pair.source, pair.target)
    undo(pair.mod, made)
    with pytest.raises(RegroupingDone):
        undo(pair.mod, made)
    told = db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == pair.mod.id))
    assert sorted(told) == ["question.closed", "question.merged", "regrouping.undone"]


def test_what_was_done_later_is_undone_first(pair):
    third = make_question()
    first = merge(pair.mod, pair.source, pair.target)
    merge(pair.mod, pair.target, third)
    with pytest.raises(LaterFirst):
        undo(pair.mod, first)
    undo(pair.mod)
    undo(pair.mod, first)
    assert reload(pair.source).root_id == pair.source.id


def test_superusers_of_the_second_tier_merge_and_undo_their_own(pair):
    with pytest.raises(NotAllowed):
        merge(make_user(role="superuser"), pair.source, pair.target)
    second = make_user(role="superuser", superuser_tier=2)
    made = merge(second, pair.source, pair.target)
    with pytest.raises(NotAllowed):
        undo(make_user(role="superuser", superuser_tier=2), made)
    undo(second, made)


STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "turn", "undo", "undo"]), st.integers(0, 9_999)),
    min_size=6,
    max_size=16,
)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_is_regrouped_undoing_all_brings_all_back(app, steps):
    from tests.conftest import empty_database

    empty_database()
    pair = Pair()
    before, points = rows(), pair.points()
    for step, seed in steps:
        try:
            _take(pair.mod, step, seed)
        except Refusal:
            continue
        assert_totals_are_right()
    while _standing_left():
        undo(pair.mod)
    assert_totals_are_right()
    assert pair.points() == points
    made = {key for (table, key) in changed(before, rows()) if table == "questions"}
    left = {
        (table, key)
        for table, key in changed(before, rows())
        if table not in ("post_tags", "watches", "board_tag_counts")
        and not (table in ("posts", "questions") and key in made)
    }
    assert left == set()


def _standing_left():
    with transaction():
        return db.session.scalar(select(Regrouping.id).where(Regrouping.undone_at.is_(None)))


def _take(actor, step, seed):
    if step == "undo":
        if _standing_left():
            undo(actor)
        return
    with transaction():
        shown = select(Post).where(Post.visibility == "published").order_by(Post.id)
        posts = db.session.scalars(shown.execution_options(populate_existing=True)).all()
    questions = [post for post in posts if post.kind == "question"]
    replies = [post for post in posts if post.kind != "question"]
    one, other = questions[seed % len(questions)], questions[seed // 7 % len(questions)]
    reply = replies[seed % len(replies)]
    root = db.session.get_one(Question, reply.root_id)
    if step == "merge":
        merge(actor, one, other)
    elif step == "split":
        more = [p for p in replies[seed % 3 :: 3] if p.root_id == root.id and p is not reply]
        split(actor, root, reply, *more[:2])
    elif reply.kind == "comment":
        turn(turn_into_answer, actor, root, reply)
    else:
        turn(turn_into_comment, actor, root, reply)

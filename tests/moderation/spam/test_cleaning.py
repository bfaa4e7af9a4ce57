"""Cleaning up after a spammer by one press, and taking that back within a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs, run_one_job
from community.identity.models import User
from community.identity.operations.sessions import open_session
from community.posts.models import Post
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case
from moderation.sanctions.models import Sanction, Statement
from moderation.sanctions.operations.sanctions import lift_sanction
from moderation.spam.models import SPAM, CleanedPost, SpamCleanup, SpamLesson
from moderation.spam.operations import cleaning
from moderation.spam.queries import newest_cleanup
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.moderation.spam.teaching import make_spam_case


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def spammer(app):
    return make_user("Sam Spammer")


def posts_of(author):
    """Post a question, an answer and a comment; hide one more, which a moderator did before."""
    board = make_board()
    question = make_question(author, board)
    other = make_question(board=board)
    answer = make_answer(other, author)
    comment = make_comment(other, other, author, "Look at what I sell, it is cheap.")
    return question, answer, comment


def clean(keeper, spammer):
    with transaction():
        cleanup = cleaning.start_cleanup(load_user(keeper.id), spammer.id)
    run_due_jobs()
    return cleanup


def take_back(keeper, cleanup):
    with transaction():
        cleaning.undo_cleanup(load_user(keeper.id), cleanup.id)
    run_due_jobs()


def visibilities(*posts):
    return [reload(post).visibility for post in posts]


def acts(user):
    db.session.rollback()
    query = select(AuditEntry.action).where(
        AuditEntry.subject_type == "user", AuditEntry.subject_id == user.id
    )
    return sorted(db.session.scalars(query))


def test_one_press_hides_all_and_shuts_the_account(keeper, spammer) -> None:
    with transaction():
        open_session(spammer, method="password", second_factor=False)
    posts = posts_of(spammer)
    bystander = make_question()
    cleanup = clean(keeper, spammer)
    assert visibilities(*posts, bystander) == ["hidden", "hidden", "hidden", "published"]
    assert reload(cleanup).state == "done"
    sanction = db.session.scalars(select(Sanction)).one()
    assert (sanction.user_id, sanction.kind, sanction.state) == (spammer.id, "suspension", "active")
    assert cleanup.sanction_id == sanction.id
    assert acts(spammer) == [
        "payback.held",
        "sanction.started",
        "spam.cleaned",
        "statement.issued",
    ]


def test_each_post_has_its_reasons_and_the_member_one_letter(app, keeper, spammer) -> None:
    posts = posts_of(spammer)
    run_due_jobs()
    app.extensions["mailman"].outbox.clear()
    cleanup = clean(keeper, spammer)
    told = db.session.scalars(select(Statement).where(Statement.measure == "post_hidden")).all()
    assert {statement.post_id for statement in told} == {post.id for post in posts}
    assert all(statement.rule == "spam" and statement.appeal_until for statement in told)
    assert [mail.to for mail in app.extensions["mailman"].outbox] == [[spammer.email]]
    take_back(keeper, cleanup)
    assert [reload(statement).is_undone for statement in told] == [True, True, True]
    assert len(app.extensions["mailman"].outbox) == 2


def test_taking_it_back_restores_what_was(keeper, spammer) -> None:
    question, answer, comment = posts_of(spammer)
    helped = make_answer(question, make_user())
    make_acceptance(helped, spammer)
    run_due_jobs()
    before = figures(spammer, helped)
    set_post_visibility(comment, "held", keeper)
    cleanup = clean(keeper, spammer)
    assert figures(spammer, helped) != before
    take_back(keeper, cleanup)
    assert visibilities(question, answer, comment) == ["published", "published", "held"]
    set_post_visibility(comment, "published", keeper)
    run_due_jobs()
    assert figures(spammer, helped) == before
    assert reload(cleanup).state == "undone"
    assert db.session.scalars(select(Sanction)).one().state == "lifted"
    assert acts(spammer).count("spam.cleanup_undone") == 1


def figures(spammer, helped):
    """Return what the product counts about the people concerned."""
    db.session.rollback()
    people = select(User.id, User.solved_count, User.kudos_count, User.points).order_by(User.id)
    concerned = people.where(User.id.in_([spammer.id, helped.author_id]))
    return [tuple(row) for row in db.session.execute(concerned)]


def test_what_was_changed_since_stays_as_it_is(keeper, spammer) -> None:
    question, answer, comment = posts_of(spammer)
    cleanup = clean(keeper, spammer)
    set_post_visibility(question, "deleted", keeper)
    for visibility in ("published", "hidden"):
        set_post_visibility(answer, visibility, keeper)
    with transaction():
        lift_sanction(keeper, cleanup.sanction_id, "Looked at again")
    take_back(keeper, cleanup)
    assert visibilities(question, answer, comment) == ["deleted", "hidden", "published"]
    assert reload(cleanup).state == "undone"


def test_a_suspension_that_was_in_force_before_is_left_alone(keeper, spammer) -> None:
    from tests.factories.sanctions import make_sanction

    sanction = make_sanction(spammer, "suspension", by=keeper)
    cleanup = clean(keeper, spammer)
    assert cleanup.sanction_id is None
    take_back(keeper, cleanup)
    assert reload(sanction).state == "active"


def test_a_day_later_it_stands(keeper, spammer) -> None:
    cleanup = clean(keeper, spammer)
    a_day_later = clock.now() + timedelta(hours=24, minutes=1)
    with time_machine.travel(a_day_later), pytest.raises(cleaning.CleanupOver):
        take_back(keeper, cleanup)
    assert reload(cleanup).state == "done"


def test_it_is_taken_back_once(keeper, spammer) -> None:
    cleanup = clean(keeper, spammer)
    take_back(keeper, cleanup)
    with pytest.raises(cleaning.CleanupOver):
        take_back(keeper, cleanup)
    assert acts(spammer).count("spam.cleanup_undone") == 1


def test_many_posts_go_in_batches_that_can_be_killed_anywhere(keeper, spammer, monkeypatch) -> None:
    monkeypatch.setattr(cleaning, "BATCH", 2)
    board = make_board()
    posts = [make_question(spammer, board) for _number in range(5)]
    run_due_jobs()
    with transaction():
        cleanup = cleaning.start_cleanup(load_user(keeper.id), spammer.id)
    # A batch that dies takes nothing along: its transaction is gone.
    with pytest.raises(Killed):
        clean_up_and_die(cleanup)
    assert visibilities(*posts) == ["published"] * 5
    run_due_jobs()
    assert visibilities(*posts) == ["hidden"] * 5
    with transaction():
        cleaning.clean_up(cleanup.id)
    assert db.session.scalar(select(func.count()).select_from(CleanedPost)) == 5
    take_back(keeper, cleanup)
    with transaction():
        cleaning.bring_back(cleanup.id)
    assert visibilities(*posts) == ["published"] * 5


class Killed(RuntimeError):
    """Stands for a worker that dies."""


def clean_up_and_die(cleanup) -> None:
    with transaction():
        cleaning.clean_up(cleanup.id)
        raise Killed()


def test_it_can_be_taken_back_while_it_runs(keeper, spammer, monkeypatch) -> None:
    monkeypatch.setattr(cleaning, "BATCH", 2)
    board = make_board()
    posts = [make_question(spammer, board) for _number in range(5)]
    run_due_jobs()
    with transaction():
        cleanup = cleaning.start_cleanup(load_user(keeper.id), spammer.id)
        cleaning.clean_up(cleanup.id)
    assert visibilities(*posts).count("hidden") == 2
    take_back(keeper, cleanup)
    assert visibilities(*posts) == ["published"] * 5
    assert reload(cleanup).state == "undone"


def test_cases_that_wait_are_decided_together_and_undone_with_it(keeper, spammer) -> None:
    question, answer, comment = posts_of(spammer)
    other = make_user("Olga Other", role="moderator")
    mine, taken = make_spam_case(question), make_spam_case(answer)
    unrelated = make_spam_case(make_question())
    with transaction():
        claim_case(other, db.session.get_one(ModerationCase, taken.id))
    cleanup = clean(keeper, spammer)
    assert states(mine, taken, unrelated) == ["actioned", "claimed", "open"]
    assert (reload(mine).decision_key, reload(mine).decided_by_id) == ("spam", keeper.id)
    assert visibilities(question, answer, comment) == ["hidden", "hidden", "hidden"]
    take_back(keeper, cleanup)
    assert states(mine, taken, unrelated) == ["undone", "claimed", "open"]
    assert visibilities(question, answer, comment) == ["published", "published", "published"]


def states(*cases):
    return [reload(case).state for case in cases]


def test_what_was_hidden_is_learned_and_unlearned(keeper, spammer, monkeypatch) -> None:
    monkeypatch.setattr(cleaning, "MOST_LESSONS", 2)
    posts_of(spammer)
    cleanup = clean(keeper, spammer)
    db.session.rollback()
    assert list(db.session.scalars(select(SpamLesson.label))) == [SPAM, SPAM]
    take_back(keeper, cleanup)
    db.session.rollback()
    assert db.session.scalars(select(SpamLesson)).all() == []


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_only_moderators_clean_up(spammer, role: str) -> None:
    with pytest.raises(NotAllowed):
        clean(make_user(role=role), spammer)


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_nobody_cleans_up_after_the_team(keeper, role: str) -> None:
    with pytest.raises(NotAllowed):
        clean(keeper, make_user(role=role))
    with pytest.raises(NotAllowed):
        clean(keeper, keeper)


def test_who_lost_the_right_meanwhile_changes_no_more(keeper, spammer) -> None:
    from community.identity.models import RoleGrant

    posts = posts_of(spammer)
    run_due_jobs()
    with transaction():
        cleanup = cleaning.start_cleanup(load_user(keeper.id), spammer.id)
        db.session.delete(
            db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == keeper.id)).one()
        )
    run_due_jobs()
    assert visibilities(*posts) == ["published"] * 3
    assert reload(cleanup).state == "done"


def test_of_two_who_press_at_once_one_is_told(app, keeper, spammer) -> None:
    other = make_user(role="moderator")

    def press(user_id: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    cleaning.start_cleanup(load_user(user_id), spammer.id)
            except cleaning.CleanupAtWork:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, [keeper.id, other.id])) == [False, True]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(SpamCleanup)) == 1
    assert acts(spammer).count("spam.cleaned") == 1


def test_the_page_cleans_up_and_takes_back(client: ForumClient, keeper, spammer) -> None:
    question = make_question(spammer)
    client.sign_in(keeper)
    address = f"/moderation/people/{spammer.id}/cleanup"
    page = client.get(address)
    assert "Clean up after Sam Spammer" in page.text
    assert client.submit(address, {"case": ""}).status_code == 303
    while run_one_job():
        pass
    assert reload(question).visibility == "hidden"
    assert "Take it back" in client.get(address).text
    assert client.submit(address, {"_method": "DELETE"}).status_code == 303
    run_due_jobs()
    assert reload(question).visibility == "published"
    assert newest_cleanup(spammer.id).state == "undone"


def test_posts_are_counted_on_the_page(client: ForumClient, keeper, spammer) -> None:
    posts_of(spammer)
    clean(keeper, spammer)
    client.sign_in(keeper)
    page = client.get(f"/moderation/people/{spammer.id}/cleanup").text
    assert "<dt>Posts hidden</dt><dd>3</dd>" in page
    assert db.session.scalar(select(func.count()).select_from(Post)) == 4

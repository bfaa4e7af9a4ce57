"""Trust levels in the database: what moves them, who is told, and that a rebuild agrees."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from community.core import clock
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.identity.operations.roles import grant_role, revoke_role
from community.notifications.models import Notification
from community.posts.models import Vote
from community.privacy.retention import PERIODS
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.questions import lock_question
from reputation.trust import flags
from reputation.trust.models import VisitDay
from reputation.trust.operations import (
    add_visits,
    prune_visits,
    rebuild_levels,
    refresh_levels,
    refresh_levels_of,
)
from reputation.trust.queries import measures_of
from reputation.trust.reading import Visit
from reputation.trust.rules import GRACE, NEEDS, REGULAR
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.notifications.telling import told

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def now():
    with time_machine.travel("2026-11-22 12:00:00+00:00", tick=False) as traveller:
        yield traveller


def _read(user, *, days=1, topics=5, posts=30, seconds=600, first=0):
    """Let a member have read this much on each of some days."""
    today = clock.now().date()
    rows = [
        Visit(user.id, today - timedelta(days=first + number), topics, posts, seconds)
        for number in range(days)
    ]
    with transaction():
        add_visits(rows)


def _refresh(*users):
    with transaction():
        return refresh_levels_of([user.id for user in users])


def _level(user):
    return load_user(user.id).trust_level


def _measures(user):
    with transaction():
        return measures_of([user.id], clock.now())[user.id]


def _vote(giver_ids, post_ids, at=None):
    rows = [
        {"user_id": giver, "post_id": post, "value": 1, "created_at": at or clock.now()}
        for giver in giver_ids
        for post in post_ids
    ]
    with transaction():
        db.session.execute(insert(Vote), rows)


def _make_regular():
    """Make a member who holds level 3 by what they did."""
    user, board = make_user(), make_board()
    _read(user, days=50, topics=10, posts=50)
    for _number in range(10):
        asker = make_user()
        make_acceptance(make_answer(make_question(asker, board), user), asker)
    own = [make_question(user, board).id for _number in range(2)]
    others = [make_question(board=board).id for _number in range(30)]
    _vote([make_user().id for _number in range(10)], own)
    _vote([user.id], others)
    assert _refresh(user) == 1
    return load_user(user.id)


def test_reading_makes_one_known_and_is_told(now):
    user = make_user()
    _read(user, posts=29)
    assert (_refresh(user), _level(user)) == (0, 0)
    _read(user, topics=0, posts=1, seconds=0)
    assert (_refresh(user), _level(user)) == (1, 1)
    assert told(user) == ["trust"]


def test_the_first_accepted_answer_makes_one_known(now):
    helper, asker = make_user(), make_user()
    make_acceptance(make_answer(make_question(asker), helper), asker)
    run_due_jobs()
    assert (_level(helper), _level(asker)) == (1, 0)


def test_an_acceptance_taken_back_leaves_what_was_reached(now):
    helper, asker = make_user(), make_user()
    question = make_question(asker)
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    run_due_jobs()
    with transaction():
        unaccept_answer(asker, lock_question(question.id), answer)
    run_due_jobs()
    assert _level(helper) == 1


def test_an_own_answer_or_a_hidden_one_makes_nobody_known(now):
    selfish, helper, asker = make_user(), make_user(), make_user()
    own = make_question(selfish)
    make_acceptance(make_answer(own, selfish), make_user(role="agent"))
    hidden = make_answer(make_question(asker), helper)
    make_acceptance(hidden, asker)
    set_post_visibility(hidden, "hidden", make_user(role="moderator"))
    run_due_jobs()
    assert (_level(selfish), _level(helper)) == (0, 0)


def test_what_counts_is_what_others_gave_and_what_can_be_read(now):
    user, fan = make_user(), make_user()
    question, other = make_question(user), make_question()
    answers = [make_answer(other, user), make_answer(other, user)]
    make_answer(question, user)
    _vote([fan.id], [question.id, answers[0].id])
    _vote([user.id], [other.id], at=clock.now() - timedelta(days=101))
    found = _measures(user)
    assert (found.likes_received, found.recent_likes_received) == (2, 2)
    assert (found.likes_given, found.recent_likes_given) == (1, 0)
    assert (found.questions_answered, found.recent_questions_answered) == (1, 1)
    set_post_visibility(question, "deleted", make_user(role="moderator"))
    assert _measures(user).likes_received == 1


def test_days_add_up_and_days_too_old_do_not_count(now):
    user = make_user()
    _read(user, days=3, topics=2, posts=7, seconds=90)
    _read(user, topics=1, posts=1, seconds=30)
    _read(user, first=100)
    found = _measures(user)
    assert (found.topics_entered, found.posts_read) == (7, 22)
    assert (found.minutes, found.days_visited) == (5, 3)


def test_everything_level_3_takes_is_measured(now):
    user = _make_regular()
    assert user.trust_level == REGULAR
    found = _measures(user)
    for name, wanted in NEEDS[REGULAR].items():
        assert getattr(found, name) >= wanted, name


def test_level_3_is_lost_with_notice_after_fourteen_days_and_only_then(now):
    user = _make_regular()
    told(user)
    now.shift(timedelta(days=60))
    with transaction():
        refresh_levels()
    run_due_jobs()
    held = load_user(user.id)
    assert (held.trust_level, held.trust_grace_until) == (3, clock.now() + GRACE)
    with transaction():
        refresh_levels()
    notes = _notes(user)
    assert notes[-1] == "risk 3 2027-02-04"
    assert notes.count(notes[-1]) == 1
    now.shift(GRACE - timedelta(seconds=1))
    _refresh(user)
    assert _level(user) == 3
    now.shift(1)
    _refresh(user)
    assert (_level(user), load_user(user.id).trust_grace_until) == (2, None)
    assert _notes(user)[-1] == "down 2"


def _notes(user):
    run_due_jobs()
    query = select(Notification.note).where(
        Notification.user_id == user.id, Notification.kind == "trust"
    )
    return list(db.session.scalars(query.order_by(Notification.id)))


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "Your trust level is now 3: trusted for long",
                "Your trust level 3 (trusted for long) ends on 4 February 2027",
            ),
        ),
        (
            "de",
            (
                "Deine Vertrauensstufe ist jetzt 3: seit Langem vertraut",
                "Deine Vertrauensstufe 3 (seit Langem vertraut) endet am 4. Februar 2027",
            ),
        ),
    ],
)
def test_it_is_told_in_the_members_language(client, now, language, lines):
    user = _make_regular()
    with transaction():
        db.session.get_one(User, user.id).language = language
    run_due_jobs()
    now.shift(timedelta(days=60))
    _refresh(user)
    run_due_jobs()
    page = client.sign_in(user).get("/notifications").text
    for line in lines:
        assert line in page
    assert 'href="/privileges"' in page


def test_level_4_comes_and_goes_with_the_role_of_a_superuser(now):
    user, admin = make_user(), make_user(role="admin")
    with transaction():
        grant_role(admin, load_user(user.id), "superuser")
    run_due_jobs()
    assert _level(user) == 4
    with transaction():
        revoke_role(admin, load_user(user.id), "superuser")
    run_due_jobs()
    former = load_user(user.id)
    assert (former.trust_level, former.trust_grace_until) == (3, clock.now() + GRACE)


def test_upheld_reports_count_as_soon_as_somebody_counts_them(now, monkeypatch):
    user = _make_regular()
    asked = []

    def count(user_ids, since):
        asked.append(since)
        return {user.id: 6}

    monkeypatch.setattr(flags, "_counters", [count])
    assert _refresh(user) == 1
    assert load_user(user.id).trust_grace_until is not None
    assert asked == [clock.now() - timedelta(days=100)]


def test_a_rebuild_finds_nothing_to_correct_and_corrects_what_is_wrong(now):
    regular, known = _make_regular(), make_user()
    _read(known)
    _refresh(known)
    run_due_jobs()
    with transaction():
        refresh_levels()
    run_due_jobs()
    assert rebuild_levels() == 0
    with transaction():
        for user in (regular, known):
            db.session.get_one(User, user.id).trust_level = 0
    assert rebuild_levels() == 2
    assert (_level(regular), _level(known)) == (3, 1)


def test_the_command_rebuilds_levels_too(runner, now):
    user = make_user()
    _read(user)
    result = runner.invoke(args=["reputation", "rebuild"])
    assert "1 trust levels corrected" in result.output
    assert _level(user) == 1


def test_members_of_several_jobs_are_all_looked_at(now, monkeypatch):
    monkeypatch.setattr("reputation.trust.operations.BATCH", 2)
    users = [make_user() for _number in range(5)]
    for user in users:
        _read(user)
    with transaction():
        refresh_levels()
    run_due_jobs()
    assert [_level(user) for user in users] == [1] * 5


def test_days_are_forgotten_after_a_hundred_and_levels_stay(now):
    user = make_user()
    _read(user, days=2, first=98)
    _refresh(user)
    with transaction():
        prune_visits()
    assert db.session.query(VisitDay).count() == 2
    now.shift(timedelta(days=1))
    (period,) = (each for each in PERIODS if each.kind == "reading")
    period.forget(period.age)
    assert db.session.query(VisitDay).count() == 1
    _refresh(user)
    assert _level(user) == 1


def test_nothing_is_written_down_of_who_is_gone(now):
    gone, user = make_user(erased_at=clock.now()), make_user()
    for person in (gone, user):
        _read(person)
    assert [row.user_id for row in db.session.scalars(select(VisitDay))] == [user.id]
    assert _refresh(gone) == 0
    with transaction():
        add_visits([Visit(99_999, clock.now().date(), 1, 1, 1)])
        add_visits([])

"""What holds whenever subscribers tell: twice is once, half is nothing, and rights count."""

import pytest
from sqlalchemy import delete, insert, select, update

from community.boards.models import AUDIENCES, Board
from community.boards.operations import change_audience
from community.boards.policies import can_see_board
from community.boards.queries import board_is_visible, group_ids_of
from community.core import clock
from community.core.authz import BOARD_ROLES, ROLES
from community.core.db import db, transaction
from community.core.jobs import EventRecord, Job, registry
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications import subscribers
from community.notifications.models import Notification
from community.notifications.operations.unread import rebuild_unread
from community.notifications.queries.receivers import may_read_board
from community.posts.models import Watch
from community.posts.operations import give_kudos, watch
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.closures import close_question, reopen_question, request_info
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_group,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.notifications.telling import told

pytestmark = pytest.mark.usefixtures("app", "numbers_stay_right")


def test_every_event_delivered_twice_tells_once():
    asker, helper, fan = make_user("asker"), make_user("helper"), make_user("fan")
    moderator, board = make_user(role="moderator"), make_board()
    with transaction():
        watch(fan.id, board_id=board.id)
    question = make_question(asker, board)
    answer = make_answer(question, helper, "Do ask @fan, he knows all about these phones.")
    make_comment(question, answer, fan, "I do not know, sorry @asker")
    make_acceptance(answer, asker)
    with transaction():
        unaccept_answer(asker, lock_question(question.id), answer)
    with transaction():
        give_kudos(fan, reload(answer))
        give_kudos(asker, reload(answer))
    with transaction():
        request_info(moderator, lock_question(question.id), "Which phone and which plan?")
    with transaction():
        close_question(moderator, lock_question(question.id), reason="off_topic")
    with transaction():
        reopen_question(moderator, lock_question(question.id))
    run_due_jobs()
    before, counts = _all_notifications(), _counts()
    assert len(before) >= 10
    _deliver_all_again()
    assert (_all_notifications(), _counts()) == (before, counts)
    with transaction():
        db.session.execute(update(Notification).values(read_at=clock.now()))
        rebuild_unread()
    _deliver_all_again()
    assert [row[:3] for row in _all_notifications()] == [row[:3] for row in before]


def _all_notifications() -> list[tuple]:
    rows = db.session.execute(
        select(
            Notification.user_id, Notification.event_id, Notification.kind, Notification.actor_id
        ).order_by(Notification.id)
    )
    return [tuple(row) for row in rows]


def _counts() -> dict[int, int]:
    return {
        row.id: row.unread_count for row in db.session.execute(select(User.id, User.unread_count))
    }


def _deliver_all_again() -> None:
    for record in db.session.scalars(select(EventRecord).order_by(EventRecord.id)).all():
        for name in registry.subscribers.get(record.name, ()):
            if not name.startswith("notifications."):
                continue
            event = registry.event_classes[record.name](**record.payload)
            with transaction():
                registry.find(name)(event, event_id=record.id)
    run_due_jobs()


def test_a_subscriber_that_fails_half_way_leaves_nothing_and_then_tells_once(monkeypatch):
    asker = make_user()
    make_answer(make_question(asker))
    original = subscribers.tell

    def tell_and_fail(*args: object, **values: object) -> None:
        original(*args, **values)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(subscribers, "tell", tell_and_fail)
    run_due_jobs()
    assert db.session.scalars(select(Notification.id)).all() == []
    assert reload(asker).unread_count == 0
    monkeypatch.undo()
    with transaction():
        db.session.execute(update(Job).values(due_at=clock.now()))
    assert told(asker) == ["answer"]
    assert reload(asker).unread_count == 1


@pytest.mark.parametrize("visibility", ["hidden", "held", "deleted"])
def test_what_left_the_public_before_the_worker_came_tells_nobody(visibility):
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    answer = make_answer(question)
    set_post_visibility(answer, visibility, moderator)
    assert told(asker) == []


def test_removed_content_leaves_the_number_beside_the_bell_and_comes_back():
    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    answer = make_answer(question)
    run_due_jobs()
    set_post_visibility(answer, "hidden", moderator)
    run_due_jobs()
    assert reload(asker).unread_count == 0
    set_post_visibility(answer, "published", moderator)
    run_due_jobs()
    assert reload(asker).unread_count == 1
    set_post_visibility(question, "deleted", moderator)
    # What is counted now is only that, and why, the question was deleted.
    assert told(asker) == ["answer", "decision"]
    assert reload(asker).unread_count == 1


@pytest.mark.parametrize(
    ("audience", "role", "expected"),
    [
        ("public", "member", True),
        ("members", "member", True),
        ("staff", "member", False),
        ("staff", "superuser", False),
        ("staff", "moderator", True),
        ("staff", "agent", True),
        ("staff", "admin", True),
    ],
)
def test_only_members_of_the_boards_audience_are_told(audience, role, expected):
    board, watcher = make_board(audience=audience), make_user(role=role)
    with transaction():
        watch(watcher.id, board_id=board.id)
    make_question(make_user(role="admin"), board)
    assert bool(told(watcher)) is expected


def test_who_reads_a_board_is_the_same_in_sql_and_in_the_policy():
    admin = make_user(role="admin")
    groups = [make_group(), make_group()]
    for audience in AUDIENCES:
        for group in groups:
            change = [group.id] if audience == "groups" else []
            with transaction():
                change_audience(admin, make_board(), audience, change)
    boards = {board.id: board for board in db.session.scalars(select(Board))}
    people = [make_user(role=role) for role in ROLES]
    people += [make_user(groups=groups[:1]), make_user(groups=groups)]
    people += [make_user(on={b.id: role}) for b in boards.values() for role in BOARD_ROLES]
    # A role that cannot be narrowed to a board counts nowhere.
    people += [make_user(on={board_id: "admin"}) for board_id in boards]
    for user in people:
        told_of = select(Board.id).join(User, User.id == user.id).where(may_read_board())
        seen = select(Board.id).where(board_is_visible(user))
        by_policy = {b.id for b in boards.values() if can_see_board(user, b, group_ids_of(b))}
        assert set(db.session.scalars(told_of)) == set(db.session.scalars(seen)) == by_policy


def test_a_role_on_one_board_opens_that_staff_board_alone():
    board, other = make_board(audience="staff"), make_board(audience="staff")
    local = make_user(on={board.id: "moderator"})
    with transaction():
        watch(local.id, board_id=board.id)
        watch(local.id, board_id=other.id)
    make_question(make_user(role="admin"), other)
    assert told(local) == []
    make_question(make_user(role="admin"), board)
    assert len(told(local)) == 1


def test_only_the_members_of_a_boards_groups_are_told():
    group, admin = make_group(), make_user(role="admin")
    member, stranger = make_user(groups=[group]), make_user(groups=[make_group()])
    board = make_board()
    with transaction():
        change_audience(admin, board, "groups", [group.id])
        for person in (member, stranger):
            watch(person.id, board_id=board.id)
    make_question(admin, board, body=f"Hello @{member.display_name.replace(' ', '')} and others.")
    assert told(member)
    assert told(stranger) == []


def test_five_thousand_watchers_cost_few_statements(count_statements):
    question = make_question()
    run_due_jobs()
    now = clock.now()
    with transaction():
        people = [
            {
                "display_name": f"Watcher {n}",
                "name_key": f"watcher{n}",
                "fs_uniquifier": f"watcher{n}",
                "email": f"watcher{n}@example.org",
                "confirmed_at": now,
            }
            for n in range(5_000)
        ]
        db.session.execute(insert(User), people)
        ids = db.session.scalars(select(User.id).where(User.name_key.like("watcher%"))).all()
        db.session.execute(
            insert(Watch),
            [{"user_id": user_id, "post_id": question.id, "created_at": now} for user_id in ids],
        )
        # The index is brought up to date a little later; that job must not be the one counted.
        db.session.execute(delete(Job))
    make_answer(question)
    with count_statements() as statements:
        run_due_jobs(1)
    assert len(statements) <= 45
    stored = db.session.scalars(select(Notification.id).where(Notification.user_id.in_(ids))).all()
    assert len(stored) == 5_000
    jobs = db.session.scalars(select(Job.id).where(Job.task.like("%send_notification_mail"))).all()
    assert len(jobs) == 5_001
    with transaction():
        db.session.execute(delete(Job))

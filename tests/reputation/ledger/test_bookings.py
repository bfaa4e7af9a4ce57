"""What earns points, what does not, and that each thing earns once."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import EventRecord, emit
from community.events import AccountConfirmed, AnswerAccepted
from community.identity.models import User
from community.posts.models import Post, Vote
from community.privacy.operations.erasures import erase_account, order_erasure
from community.privacy.operations.rows import count_votes
from community.questions.models import Acceptance
from reputation.ledger import rules
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import book_opening
from reputation.ledger.queries import get_balances
from reputation.ledger.subscribers import on_acceptance_changed
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.reputation.ledger.booking import (
    assert_sound,
    broken,
    entries_of,
    make_member,
    points_of,
    rebuild,
    take_back,
    thank,
    unaccept,
)

pytestmark = pytest.mark.usefixtures("app")


def test_an_accepted_answer_earns_for_both(solved):
    asker, helper, _ = solved
    assert (points_of(helper), points_of(asker)) == (15, 2)
    assert_sound()


def test_accepting_unaccepting_and_accepting_again_pays_once(solved):
    asker, helper, answer = solved
    points_of(helper)
    unaccept(asker, answer)
    assert (points_of(helper), points_of(asker)) == (0, 0)
    make_acceptance(answer, asker)
    assert (points_of(helper), points_of(asker)) == (15, 2)
    assert entries_of(helper) == [("accepted", 15), ("accepted", -15), ("accepted", 15)]
    assert_sound()


def test_events_that_come_late_find_nothing_left_to_do(solved):
    asker, helper, answer = solved
    unaccept(asker, answer)
    assert points_of(helper) == 0
    assert entries_of(helper) == []


def test_an_event_delivered_twice_books_once(solved):
    asker, helper, answer = solved
    points_of(helper)
    event = AnswerAccepted(answer.id, answer.root_id, helper.id, asker.id)
    with transaction():
        emit(event)
    with transaction():
        on_acceptance_changed(event, event_id=db.session.query(EventRecord).count())
    assert (points_of(helper), len(entries_of(helper))) == (15, 1)


def test_own_answers_earn_nothing():
    asker, moderator = make_member(), make_member(role="moderator")
    question = make_question(asker)
    make_acceptance(make_answer(question, asker), asker)
    other = make_question(asker)
    make_acceptance(make_answer(other, moderator), moderator)
    assert (points_of(asker), points_of(moderator)) == (0, 0)


def test_who_accepts_for_others_earns_nothing():
    asker, helper, moderator = make_member(), make_member(), make_member(role="moderator")
    make_acceptance(make_answer(make_question(asker), helper), moderator)
    assert [points_of(who) for who in (helper, asker, moderator)] == [15, 0, 0]


def test_the_first_five_givers_bring_more_than_those_after_them():
    author, asker = make_member(), make_member()
    question = make_question(asker)
    answer = make_answer(question, author)
    for _ in range(7):
        giver = make_member()
        thank(giver, answer)
        thank(giver, question)
    assert points_of(author) == 5 * 10 + 2 * 2
    assert points_of(asker) == 5 * 5 + 2 * 2
    assert_sound()


def test_kudos_taken_back_move_the_later_ones_up():
    author = make_member()
    answer = make_answer(make_question(make_member()), author)
    givers = [make_member() for _ in range(6)]
    for giver in givers:
        thank(giver, answer)
    assert points_of(author) == 52
    take_back(givers[0], answer)
    assert points_of(author) == 50
    assert_sound()


def test_a_day_brings_no_more_than_the_cap_from_kudos():
    author = make_member()
    givers = [make_member() for _ in range(5)]
    answers = [make_answer(make_question(make_member()), author) for _ in range(5)]
    for giver in givers:
        for answer in answers:
            thank(giver, answer)
    make_acceptance(answers[0], make_member(role="moderator"))
    assert points_of(author) == 200 + 15
    take_back(givers[0], answers[0])
    assert points_of(author) == 200 + 15
    assert_sound()


def test_the_next_day_has_a_cap_of_its_own():
    author = make_member()
    givers = [make_member() for _ in range(5)]
    answers = [make_answer(make_question(make_member()), author) for _ in range(5)]
    for giver in givers:
        for answer in answers:
            thank(giver, answer)
    with transaction():
        yesterday = clock.now() - timedelta(days=1)
        db.session.execute(
            update(Vote).where(Vote.post_id == answers[0].id).values(created_at=yesterday)
        )
    assert points_of(author) == 250
    assert_sound()


def test_removed_posts_earn_nothing_until_they_come_back(solved):
    asker, helper, answer = solved
    moderator = make_member(role="moderator")
    thank(moderator, answer)
    assert points_of(helper) == 25
    set_post_visibility(answer, "hidden", moderator)
    assert (points_of(helper), points_of(asker)) == (0, 0)
    set_post_visibility(answer, "published", moderator)
    assert (points_of(helper), points_of(asker)) == (25, 2)
    assert_sound()


def test_a_removed_question_takes_its_answers_points_along(solved):
    asker, helper, answer = solved
    moderator = make_member(role="moderator")
    assert points_of(helper) == 15
    root = _root_of(answer)
    set_post_visibility(root, "hidden", moderator)
    assert (points_of(helper), points_of(asker)) == (0, 0)
    set_post_visibility(root, "published", moderator)
    assert (points_of(helper), points_of(asker)) == (15, 2)
    assert_sound()


def _root_of(answer):
    with transaction():
        return db.session.get_one(Post, answer.root_id)


def test_imported_kudos_and_acceptances_earn_nothing(solved):
    asker, helper, answer = solved
    thank(asker, answer)
    with transaction():
        db.session.execute(update(Vote).values(imported=True))
        db.session.execute(update(Acceptance).values(imported=True))
    assert points_of(helper) == 0
    thank(make_member(), answer)
    assert points_of(helper) == 10
    assert_sound()


def test_a_confirmed_account_brings_one_point_once():
    user = make_user()
    with transaction():
        emit(AccountConfirmed(user.id))
        emit(AccountConfirmed(user.id))
    assert points_of(user) == 1
    with transaction():
        db.session.execute(update(User).values(confirmed_at=None))
        emit(AccountConfirmed(user.id))
    assert points_of(user) == 0
    assert_sound()


def test_kudos_of_somebody_erased_stay_booked():
    author, giver = make_member(), make_member()
    answer = make_answer(make_question(make_member()), author)
    thank(giver, answer)
    assert points_of(author) == 10
    with transaction():
        db.session.execute(delete(Vote).where(Vote.user_id == giver.id))
        db.session.execute(
            update(User).where(User.id == giver.id).values(erased_at=clock.now(), active=False)
        )
    thank(make_member(), answer)
    assert points_of(author) == 20
    assert_sound()


def test_kudos_of_somebody_erased_come_back_with_a_hidden_post():
    author, giver, turncoat = make_member(), make_member(), make_member()
    moderator = make_member(role="moderator")
    answer = make_answer(make_question(make_member()), author)
    for each in (giver, turncoat):
        thank(each, answer)
    assert points_of(author) == 20
    take_back(turncoat, answer)
    assert points_of(author) == 10
    with transaction():
        db.session.execute(delete(Vote).where(Vote.user_id == giver.id))
        gone = update(User).where(User.id.in_([giver.id, turncoat.id]))
        db.session.execute(gone.values(erased_at=clock.now(), active=False))
    for _ in range(2):
        set_post_visibility(answer, "hidden", moderator)
        assert points_of(author) == 0
        set_post_visibility(answer, "published", moderator)
        assert points_of(author) == 10
    assert_sound()


def test_kudos_of_somebody_who_is_just_being_erased_stay_booked():
    author, giver = make_member(), make_member()
    answer = make_answer(make_question(make_member()), author)
    thank(giver, answer)
    assert points_of(author) == 10
    with transaction():
        order_erasure(make_member(role="admin"), load_user(giver.id))
    count_votes(giver.id)
    thank(make_member(), answer)
    assert points_of(author) == 20
    erase_account(giver.id)
    assert points_of(author) == 20
    assert_sound()


def test_an_opening_is_booked_once():
    user = make_member()
    for _ in range(2):
        with transaction():
            book_opening(user.id, 740, currency="reputation")
    assert points_of(user) == 740
    assert_sound()


def test_payback_is_booked_apart_and_ripens(solved, monkeypatch):
    _, helper, answer = solved
    monkeypatch.setitem(rules.FIRST_RULES, "payback", (rules.PAYBACK_1,))
    thank(make_member(), answer)
    assert points_of(helper) == 25
    with transaction():
        assert get_balances(helper.id) == {"reputation": 25, "payback": 21}
        row = db.session.query(LedgerEntry).filter_by(currency="payback", cause="accepted").one()
    assert row.matures_at == row.occurred_at + timedelta(days=14)
    assert_sound()


def test_rules_are_those_of_the_time_of_the_deed(solved, monkeypatch):
    _, helper, _ = solved
    later = clock.now() + timedelta(days=1)
    second = rules.Rules(
        version=2,
        begins_at=later,
        values={"accepted": 99},
        full_givers=1,
        later_kudos=0,
        daily_cap=10,
    )
    monkeypatch.setitem(rules.FIRST_RULES, "reputation", (rules.REPUTATION_1, second))
    assert points_of(helper) == 15
    with transaction():
        db.session.execute(update(Acceptance).values(accepted_at=later))
    rebuild()
    assert points_of(helper) == 99
    assert_sound()


@pytest.mark.parametrize(
    "change", ["UPDATE ledger_entries SET amount = 1", "DELETE FROM ledger_entries"]
)
def test_the_database_refuses_to_change_an_entry(solved, change):
    points_of(solved[1])
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text(change))


def test_a_rebuild_books_what_events_never_told_of(solved):
    _, helper, _ = solved
    with transaction():
        db.session.execute(text("DELETE FROM jobs"))
    assert rebuild().entries == 2
    assert points_of(helper) == 15
    assert_sound()


def test_wrong_points_are_found_and_put_right(solved):
    _, helper, _ = solved
    points_of(helper)
    with transaction():
        db.session.execute(update(User).where(User.id == helper.id).values(points=1_000))
    assert [found.says for found in broken()] == ["members are shown the points of their account"]
    assert rebuild().balances == 1
    assert_sound()

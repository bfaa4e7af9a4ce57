"""Badges by rule follow what counts, both ways, once each, and a rebuild finds nothing to do."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import EventRecord, enqueue
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import Notification
from community.privacy.operations.erasures import order_erasure
from community.questions.models import Question
from community.questions.operations.questions import lock_question, say_me_too
from reputation.badges.models import Badge, BadgeGrant
from reputation.badges.operations.granting import (
    count_holders,
    rebuild_badges,
    refresh_all_badges,
    refresh_badges,
)
from reputation.badges.queries.measures import earned_by
from reputation.ledger.operations import exclude_pairs
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.reputation.badges.holding import badge, change_rule, held_by, solve, times_held
from tests.reputation.ledger.booking import take_back, thank, unaccept

pytestmark = pytest.mark.usefixtures("app")


def grants() -> list[tuple[int, int, int, bool]]:
    """Return member, badge, number and whether it stands, of all grants."""
    with transaction():
        rows = db.session.execute(
            select(
                BadgeGrant.user_id,
                BadgeGrant.badge_id,
                BadgeGrant.number,
                BadgeGrant.revoked_at.is_(None),
            ).order_by(BadgeGrant.id)
        )
        return [tuple(row) for row in rows]


def test_more_than_a_dozen_are_delivered_in_both_languages():
    with transaction():
        badges = db.session.scalars(select(Badge)).all()
        assert len(badges) >= 12
        assert all(each.names["de"] and each.names["en"] for each in badges)
        assert all(each.descriptions["de"] and each.descriptions["en"] for each in badges)
        assert [each.key for each in badges if not each.is_by_rule] == ["beyond"]


def test_a_first_solution_brings_badges_to_both_sides():
    helper, asker = make_user(), make_user()
    solve(helper, asker)
    assert held_by(helper) == {"first_answer", "first_solution", "welcome"}
    assert held_by(asker) == {"feedback"}


def test_what_earned_a_badge_is_taken_back_and_so_is_the_badge():
    helper, asker = make_user(), make_user()
    answer = solve(helper, asker)
    assert "first_solution" in held_by(helper)
    unaccept(asker, answer)
    assert held_by(helper) == {"first_answer"}
    assert held_by(asker) == set()


def test_a_removed_answer_takes_its_badges_along_and_brings_them_back():
    helper, moderator = make_user(), make_user(role="moderator")
    answer = solve(helper)
    assert len(held_by(helper)) == 3
    set_post_visibility(answer, "hidden", moderator)
    assert held_by(helper) == set()
    set_post_visibility(answer, "published", moderator)
    assert held_by(helper) == {"first_answer", "first_solution", "welcome"}


def test_a_removed_question_takes_along_what_its_answers_earned():
    helper, moderator = make_user(), make_user(role="moderator")
    answer = solve(helper)
    with transaction():
        question = db.session.get_one(Question, answer.root_id)
    assert len(held_by(helper)) == 3
    set_post_visibility(question, "deleted", moderator)
    assert held_by(helper) == set()


def test_solving_ones_own_question_earns_nothing():
    member, moderator = make_user(), make_user(role="moderator")
    own = make_answer(make_question(member), member)
    make_acceptance(own, moderator)
    assert held_by(member) == set()


def test_only_the_very_first_question_of_somebody_is_a_welcome():
    asker, early, late = make_user(), make_user(), make_user()
    make_question(asker)
    solve(late, asker)
    assert "welcome" not in held_by(late)
    solve(early)
    assert "welcome" in held_by(early)


@pytest.mark.parametrize(("key", "measure"), [("solutions_10", "solved"), ("guide", "welcomed")])
def test_a_threshold_is_reached_with_the_last_one(key, measure):
    helper = make_user()
    change_rule(key, needs={measure: 3})
    for _number in range(2):
        solve(helper)
    assert key not in held_by(helper)
    solve(helper)
    assert key in held_by(helper)


def test_kudos_bring_a_badge_to_who_gives_and_again_for_each_hundred():
    change_rule("thanks_100", needs={"kudos": 2})
    author = make_user()
    question = make_question(author)
    givers = [make_user() for _number in range(5)]
    for giver in givers:
        thank(giver, question)
    assert held_by(givers[0]) == {"first_thanks"}
    assert times_held(author, "thanks_100") == 2
    for giver in givers[:3]:
        take_back(giver, question)
    assert times_held(author, "thanks_100") == 1
    assert held_by(givers[0]) == set()


def test_an_answer_many_give_kudos_for_and_a_question_many_have():
    change_rule("great_answer", needs={"best_answer": 2})
    change_rule("good_question", needs={"best_question": 2})
    asker, helper = make_user(), make_user()
    question = make_question(asker)
    answer = make_answer(question, helper)
    for _number in range(2):
        reader = make_user()
        thank(reader, answer)
        with transaction():
            say_me_too(load_user(reader.id), lock_question(question.id))
    assert "great_answer" in held_by(helper)
    assert held_by(asker) == {"good_question"}


def test_each_year_counts_for_who_took_part():
    long_ago = clock.now() - timedelta(days=800)
    writer, silent = make_user(created_at=long_ago), make_user(created_at=long_ago)
    make_question(writer)
    make_question(writer)
    with transaction():
        enqueue(refresh_all_badges)
    assert times_held(writer, "year") == 2
    assert held_by(silent) == set()


def test_the_nightly_look_reaches_everybody(monkeypatch):
    monkeypatch.setattr("reputation.badges.operations.granting.BATCH", 2)
    change_rule("year", needs={"days": 1}, repeatable=False)
    members = [make_user() for _number in range(5)]
    with transaction():
        enqueue(refresh_all_badges)
    assert [held_by(member) for member in members] == [{"year"}] * 5


def test_looking_twice_changes_nothing_and_tells_nobody_again():
    helper = make_user()
    solve(helper)
    run_due_jobs()
    before = grants()
    with transaction():
        events = db.session.scalar(select(func.count(EventRecord.id)))
        assert refresh_badges(helper.id) == 0
        assert db.session.scalar(select(func.count(EventRecord.id))) == events
    assert grants() == before


def test_a_badge_comes_with_a_notification():
    helper = make_user()
    make_answer(make_question(), helper)
    run_due_jobs()
    with transaction():
        query = select(Notification).where(Notification.user_id == helper.id)
        [told] = [one for one in db.session.scalars(query) if one.kind == "badge"]
        assert (told.note, told.page) == ("First answer", f"/badges/{badge('first_answer').id}")


def test_a_badge_that_is_not_enabled_is_neither_granted_nor_withdrawn():
    early, late = make_user(), make_user()
    answer = solve(early)
    assert "first_solution" in held_by(early)
    change_rule("first_solution", enabled=False)
    solve(late)
    assert "first_solution" not in held_by(late)
    set_post_visibility(answer, "hidden", make_user(role="moderator"))
    assert held_by(early) == {"first_solution"}


def test_a_rebuild_equals_what_events_did_and_tells_nobody():
    helpers = [make_user() for _number in range(3)]
    for helper in helpers[1:]:
        thank(make_user(), solve(helper))
    held = [held_by(helper) for helper in helpers]
    assert rebuild_badges() == 0
    with transaction():
        db.session.execute(delete(BadgeGrant))
        db.session.execute(delete(Notification))
    assert rebuild_badges() > 0
    assert [held_by(helper) for helper in helpers] == held
    with transaction():
        assert db.session.scalar(select(func.count(Notification.id))) == 0


def test_a_rebuild_withdraws_what_nothing_earned():
    member = make_user()
    with transaction():
        db.session.add(BadgeGrant(badge_id=badge("thanks_10").id, user_id=member.id))
    assert held_by(member) == {"thanks_10"}
    assert rebuild_badges() == 1
    assert held_by(member) == set()


def test_the_command_rebuilds_badges_too(runner):
    solve(make_user())
    run_due_jobs()
    with transaction():
        db.session.execute(delete(BadgeGrant))
    result = runner.invoke(args=["reputation", "rebuild"])
    assert result.exit_code == 0, result.output
    assert "4 badges granted or withdrawn" in result.output
    assert "0 badges granted" in runner.invoke(args=["reputation", "rebuild"]).output


def test_holders_are_counted_once_each_and_without_closed_accounts():
    change_rule("thanks_100", needs={"kudos": 1})
    author, other = make_user(), make_user()
    for owner in (author, other):
        question = make_question(owner)
        for _number in range(2):
            thank(make_user(), question)
    assert times_held(author, "thanks_100") == 2
    with transaction():
        db.session.execute(update(User).where(User.id == other.id).values(active=False))
        count_holders()
    with transaction():
        assert badge("thanks_100").holders_count == 1


def test_who_was_erased_leaves_no_badge_behind_and_gets_none():
    helper = make_user()
    solve(helper)
    assert held_by(helper)
    with transaction():
        order_erasure(SYSTEM, load_user(helper.id))
    run_due_jobs()
    assert [grant for grant in grants() if grant[0] == helper.id] == []
    assert rebuild_badges() == 0
    with transaction():
        assert earned_by([helper.id]) == {}


def test_what_excluded_people_gave_earns_no_badge():
    helper, partner = make_user(), make_user()
    solve(helper, partner)
    assert "first_solution" in held_by(helper)
    with transaction():
        exclude_pairs(SYSTEM, [(helper.id, partner.id)], reason="ring", reference="case:1")
    assert held_by(helper) == {"first_answer"}


def test_badges_earned_on_closed_boards_name_no_post(client):
    helper, asker = make_user(), make_user()
    question = make_question(asker, make_board(audience="members"), title="A secret of this house")
    make_acceptance(make_answer(question, helper), asker)
    assert "first_solution" in held_by(helper)
    for address in (f"/users/{helper.id}/badges", f"/badges/{badge('first_solution').id}"):
        page = client.get(address).text
        assert "First solution" in page
        assert "secret" not in page

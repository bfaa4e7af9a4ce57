"""Sanctions begin, hold, and end once: by time, by hand, in any order."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.jobs import EventRecord
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.identity.models import UserSession
from community.identity.operations.closing import disable_user, enable_user
from community.posts.policies import can_write
from community.privacy.operations.erasures import order_erasure
from moderation.sanctions.models import Sanction, Statement
from moderation.sanctions.operations.sanctions import (
    InForceAlready,
    SanctionedMeanwhile,
    SanctionInvalid,
    SanctionOver,
    expire_sanctions,
    impose_sanction,
    lift_sanction,
)
from moderation.sanctions.operations.statements import StatementInvalid
from tests.factories.community import (
    load_user,
    make_board,
    make_question,
    make_user,
    reload,
)
from tests.factories.sanctions import FACTS, make_sanction
from tests.parallel import errors_of

DAY = timedelta(days=1)


def actions_about(user):
    rows = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == user.id).order_by(AuditEntry.id)
    )
    return [action for action in rows if action.startswith("sanction.")]


def events_of(name):
    query = select(EventRecord.payload).where(EventRecord.name == name).order_by(EventRecord.id)
    return list(db.session.scalars(query))


def expire():
    with transaction():
        expire_sanctions()


@pytest.fixture
def user(app):
    return make_user("Mira Member")


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


@pytest.mark.parametrize("kind", ["notice", "warning"])
def test_words_take_nothing_away(user, keeper, kind):
    sanction = make_sanction(user, kind, by=keeper)
    assert (sanction.state, sanction.ends_at) == ("active", None)
    assert can_write(load_user(user.id))
    assert load_user(user.id).active


@pytest.mark.parametrize("days", [1, 3, 7, 30])
def test_read_only_holds_for_so_many_times_24_hours(user, keeper, days):
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        sanction = make_sanction(user, "read_only", by=keeper, days=days)
    assert sanction.ends_at == begun + days * DAY
    with time_machine.travel(begun + days * DAY - timedelta(seconds=1), tick=False):
        expire()
        assert not can_write(load_user(user.id))
        assert reload(sanction).state == "active"
    with time_machine.travel(begun + days * DAY, tick=False):
        assert can_write(load_user(user.id))
        expire()
        assert reload(sanction).state == "expired"
    assert load_user(user.id).silenced_until is None


@pytest.mark.parametrize("days", [None, 0, 2, 8, 31])
def test_read_only_is_for_the_days_the_rules_name(user, keeper, days):
    with pytest.raises(SanctionInvalid) as refusal:
        make_sanction(user, "read_only", by=keeper, days=days)
    assert list(refusal.value.errors) == ["days"]
    assert load_user(user.id).silenced_until is None


@pytest.mark.parametrize(
    ("days", "fits"), [(None, False), (0, False), (1, True), (365, True), (366, False)]
)
def test_a_suspension_is_for_up_to_a_year(user, keeper, days, fits):
    if fits:
        assert make_sanction(user, "suspension", by=keeper, days=days).state == "active"
        return
    with pytest.raises(SanctionInvalid):
        make_sanction(user, "suspension", by=keeper, days=days)
    assert load_user(user.id).active


@pytest.mark.parametrize(
    "wrong", [{"rule": "nonsense"}, {"rule": ""}, {"facts": " "}, {"facts": "x" * 2_001}]
)
def test_a_sanction_names_its_rule_and_facts(user, keeper, wrong):
    with pytest.raises(StatementInvalid) as refusal:
        make_sanction(user, "warning", by=keeper, **wrong)
    assert list(refusal.value.errors) == list(wrong)
    assert db.session.scalar(select(Sanction.id)) is None


@pytest.mark.parametrize("kind", ["suspension", "ban"])
def test_a_suspended_member_is_signed_out_everywhere_and_kept_out(app, user, keeper, kind):
    browsers = [app.test_client().sign_in(user) for _number in range(2)]
    assert all(browser.get("/notifications").status_code == 200 for browser in browsers)
    make_sanction(user, kind, by=keeper)
    for browser in browsers:
        assert "/sign-in" in browser.get("/notifications").location
    assert db.session.scalar(select(UserSession.id).where(UserSession.user_id == user.id)) is None
    assert not load_user(user.id).active


def test_a_suspension_ends_on_time_once_and_is_audited_once(user, keeper):
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        sanction = make_sanction(user, "suspension", by=keeper, days=3)
    with time_machine.travel(begun + 3 * DAY, tick=False):
        for _again in range(3):
            expire()
        assert load_user(user.id).active
        assert reload(sanction).ended_at == begun + 3 * DAY
    assert actions_about(user) == ["sanction.started", "sanction.expired"]
    told = [{"user_id": user.id, "kind": "suspension", "sanction_id": sanction.id}]
    assert events_of("SanctionStarted") == events_of("SanctionEnded") == told


def test_a_ban_never_ends_by_itself(user, keeper):
    sanction = make_sanction(user, "ban", by=keeper)
    with time_machine.travel(clock.now() + 3_650 * DAY, tick=False):
        expire()
        assert reload(sanction).state == "active"
        assert not load_user(user.id).active


def test_the_worker_ends_it_at_its_second_without_the_periodic_task(user, keeper):
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        make_sanction(user, "suspension", by=keeper, days=1)
        run_due_jobs()
        assert not load_user(user.id).active
    with time_machine.travel(begun + DAY, tick=False):
        run_due_jobs()
        assert load_user(user.id).active


@pytest.mark.parametrize(
    "begun",
    [
        # The night before clocks go forward in Berlin, and the night before they go back.
        datetime(2026, 3, 28, 12, 0, tzinfo=UTC),
        datetime(2026, 10, 24, 12, 0, tzinfo=UTC),
    ],
)
def test_a_day_has_24_hours_when_clocks_change(user, keeper, begun):
    with time_machine.travel(begun, tick=False):
        sanction = make_sanction(user, "suspension", by=keeper, days=1)
    assert sanction.ends_at - sanction.started_at == timedelta(hours=24)
    with time_machine.travel(begun + timedelta(hours=24, seconds=-1), tick=False):
        expire()
        assert not load_user(user.id).active
    with time_machine.travel(begun + timedelta(hours=24), tick=False):
        expire()
        assert load_user(user.id).active


def test_a_clock_that_jumps_back_brings_nothing_back(user, keeper):
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        sanction = make_sanction(user, "suspension", by=keeper, days=1)
    with time_machine.travel(begun + DAY, tick=False):
        expire()
    with time_machine.travel(begun - DAY, tick=False):
        expire()
        assert load_user(user.id).active
    assert reload(sanction).state == "expired"
    assert actions_about(user) == ["sanction.started", "sanction.expired"]


def test_what_was_missed_while_nothing_ran_is_caught_up_with(user, keeper):
    other = make_user()
    make_sanction(user, "suspension", by=keeper, days=1)
    make_sanction(other, "read_only", by=keeper, days=3)
    with time_machine.travel(clock.now() + 40 * DAY, tick=False):
        expire()
    assert load_user(user.id).active
    assert load_user(other.id).silenced_until is None
    assert actions_about(user)[-1] == actions_about(other)[-1] == "sanction.expired"


def test_lifting_ends_it_at_once_with_the_reason(user, keeper):
    sanction = make_sanction(user, "suspension", by=keeper)
    with transaction():
        lift_sanction(keeper, sanction.id, "It was somebody else")
    assert load_user(user.id).active
    stored = reload(sanction)
    assert (stored.state, stored.lifted_by_id) == ("lifted", keeper.id)
    assert stored.lift_reason == "It was somebody else"
    assert actions_about(user) == ["sanction.started", "sanction.lifted"]


def test_what_was_lifted_does_not_expire_and_is_not_lifted_again(user, keeper):
    sanction = make_sanction(user, "read_only", by=keeper)
    with transaction():
        lift_sanction(keeper, sanction.id, "Enough")
    with time_machine.travel(clock.now() + 40 * DAY, tick=False):
        expire()
    with pytest.raises(SanctionOver), transaction():
        lift_sanction(keeper, sanction.id, "Enough")
    assert actions_about(user) == ["sanction.started", "sanction.lifted"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_lifting_needs_a_reason(user, keeper, reason):
    sanction = make_sanction(user, "read_only", by=keeper)
    with pytest.raises(ReasonUnfit), transaction():
        lift_sanction(keeper, sanction.id, reason)
    assert reload(sanction).state == "active"


def test_the_longer_one_of_two_decides(user, keeper):
    suspension = make_sanction(user, "suspension", by=keeper, days=1)
    ban = make_sanction(user, "ban", by=keeper)
    with time_machine.travel(clock.now() + 2 * DAY, tick=False):
        expire()
    assert reload(suspension).state == "expired"
    assert not load_user(user.id).active
    with transaction():
        lift_sanction(keeper, ban.id, "Enough")
    assert load_user(user.id).active


def test_a_suspension_that_ends_opens_no_account_that_is_closed_besides(user, keeper):
    sanction = make_sanction(user, "suspension", by=keeper, days=1)
    with transaction():
        disable_user(SYSTEM, load_user(user.id))
    with transaction():
        lift_sanction(keeper, sanction.id, "Enough")
    assert not load_user(user.id).active
    with transaction():
        enable_user(SYSTEM, load_user(user.id))
    assert load_user(user.id).active


def test_opening_a_closed_account_does_not_end_its_suspension(user, keeper):
    with transaction():
        disable_user(SYSTEM, load_user(user.id))
    sanction = make_sanction(user, "suspension", by=keeper, days=1)
    with transaction():
        enable_user(SYSTEM, load_user(user.id))
    assert not load_user(user.id).active
    with transaction():
        lift_sanction(keeper, sanction.id, "Enough")
    assert load_user(user.id).active


def test_a_suspension_that_ends_opens_no_account_that_is_erased(user, keeper):
    make_sanction(user, "suspension", by=keeper, days=1)
    with transaction():
        order_erasure(SYSTEM, load_user(user.id))
    with time_machine.travel(clock.now() + 2 * DAY, tick=False):
        expire()
        assert not load_user(user.id).active
        run_due_jobs()
    assert not load_user(user.id).active


def test_the_same_again_is_refused_until_it_is_lifted(user, keeper):
    first = make_sanction(user, "read_only", by=keeper, days=3)
    with pytest.raises(InForceAlready):
        make_sanction(user, "read_only", by=keeper, days=30)
    with transaction():
        lift_sanction(keeper, first.id, "Too short")
    assert make_sanction(user, "read_only", by=keeper, days=30).state == "active"


def test_who_did_not_see_the_newest_sanction_is_told(user, keeper):
    first = make_sanction(user, "warning", by=keeper, seen_id=0)
    with pytest.raises(SanctionedMeanwhile):
        make_sanction(user, "read_only", by=keeper, seen_id=0)
    assert make_sanction(user, "read_only", by=keeper, seen_id=first.id).state == "active"


def test_of_two_moderators_at_once_one_wins(at_once, user):
    keepers = [make_user(role="moderator") for _number in range(2)]

    def impose(keeper):
        with transaction():
            impose_sanction(keeper, user.id, "suspension", days=7, rule="abuse", facts=FACTS)

    errors = errors_of(at_once([lambda keeper=keeper: impose(keeper) for keeper in keepers]))
    assert errors == ["InForceAlready()"]
    assert len(db.session.scalars(select(Sanction)).all()) == 1
    assert len(db.session.scalars(select(Statement)).all()) == 1
    assert actions_about(user) == ["sanction.started"]


def test_of_two_who_lift_at_once_one_is_told(at_once, user, keeper):
    sanction = make_sanction(user, "ban", by=keeper)
    keepers = [make_user(role="moderator") for _number in range(2)]

    def lift(keeper):
        with transaction():
            lift_sanction(keeper, sanction.id, "Enough")

    errors = errors_of(at_once([lambda keeper=keeper: lift(keeper) for keeper in keepers]))
    assert errors == ["SanctionOver()"]
    assert actions_about(user) == ["sanction.started", "sanction.lifted"]


def test_staff_of_the_same_rank_and_above_are_out_of_reach(app, keeper):
    admin = make_user(role="admin")
    for target in (make_user(role="moderator"), make_user(role="agent"), admin, keeper):
        with pytest.raises(NotAllowed):
            make_sanction(target, "notice", by=keeper)
    warned = make_sanction(keeper, "warning", by=admin)
    with pytest.raises(NotAllowed), transaction():
        lift_sanction(make_user(role="moderator"), warned.id, "We stick together")


def test_a_board_moderator_has_words_alone_about_posts_there(app, user):
    board, elsewhere = make_board(), make_board()
    keeper = make_user(on={board.id: "moderator"})
    here, there = make_question(user, board), make_question(user, elsewhere)
    foreign = make_question(make_user(), board)
    assert make_sanction(user, "warning", by=keeper, post_id=here.id).kind == "warning"
    for values in ({"post_id": there.id}, {}):
        with pytest.raises(NotAllowed):
            make_sanction(user, "warning", by=keeper, **values)
    with pytest.raises(NotAllowed):
        make_sanction(user, "read_only", by=keeper, post_id=here.id)
    with pytest.raises(SanctionInvalid):
        make_sanction(user, "warning", by=keeper, post_id=foreign.id)


def test_nobody_who_is_gone_is_sanctioned(app, keeper):
    gone = make_user()
    with transaction():
        order_erasure(SYSTEM, gone)
    run_due_jobs()
    for user_id in (gone.id, 999_999):
        with pytest.raises(NotFound), transaction():
            impose_sanction(keeper, user_id, "notice", rule="spam", facts=FACTS)

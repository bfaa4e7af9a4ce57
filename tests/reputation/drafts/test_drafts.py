"""Drafts of rules: edited, published with notice, withdrawn before they begin."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.settings import site_zone
from reputation.drafts.operations.drafts import (
    DraftClosed,
    NoticeTooShort,
    PaybackNotStarted,
    RulesInvalid,
    drop_draft,
    make_draft,
    publish_draft,
    withdraw_version,
)
from reputation.drafts.queries import list_drafts, list_versions
from reputation.drafts.values import beginning_of
from reputation.ledger.models import RuleVersion
from reputation.ledger.operations import add_rules
from reputation.ledger.operations.rules import RulesBegun, RulesTooEarly
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import PAYBACK_1, REPUTATION_1
from tests.factories.community import load_user, make_user, reload
from tests.mailbox import sent_mails
from tests.reputation.drafts.scene import draft_of, first_day, publish

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def admin(app):
    """An administrator."""
    return make_user(role="admin", language="en")


def start_payback():
    with transaction():
        add_rules(SYSTEM, "payback", PAYBACK_1)


def drop(actor, draft):
    with transaction():
        drop_draft(load_user(actor.id), draft.id)


def withdraw(actor, version):
    with transaction():
        withdraw_version(load_user(actor.id), version.id)


def rules_at(currency, instant):
    with transaction():
        return load_rulebook().at(currency, instant)


def actions():
    with transaction():
        query = select(AuditEntry.action).where(AuditEntry.action.like("rules.%"))
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def versions():
    with transaction():
        return list(db.session.scalars(select(RuleVersion.version).order_by(RuleVersion.id)))


def test_a_draft_begins_with_the_values_in_force(admin):
    draft = draft_of(admin)
    assert (draft.full_givers, draft.later_kudos, draft.daily_cap) == (5, 2, 200)
    assert draft.amounts == REPUTATION_1.values
    with transaction():
        assert [each.id for each in list_drafts(admin, "reputation")] == [draft.id]


def test_a_draft_of_payback_has_values_before_payback_is_started(admin):
    draft = draft_of(admin, "payback")
    assert (draft.amounts["accepted"], draft.amounts["confirmed"]) == (20, 0)
    assert draft.matures_after_days == 14


def test_published_rules_hold_from_their_day_on_in_the_zone_of_the_site(admin):
    day = first_day("reputation") + timedelta(days=3)
    draft = draft_of(admin, amounts={"accepted": 30, "kudos_question": 0}, begins_on=day)
    version = publish(admin, draft)
    begins_at = beginning_of(day, site_zone())
    assert version.begins_at == begins_at
    assert rules_at("reputation", begins_at - timedelta(seconds=1)).values["accepted"] == 15
    coming = rules_at("reputation", begins_at)
    assert (coming.values["accepted"], "kudos_question" in coming.values) == (30, False)
    with transaction():
        assert load_rulebook().after("reputation", clock.now()) == (coming,)


def test_publishing_twice_is_publishing_once(admin):
    draft = draft_of(admin)
    assert publish(admin, draft).id == publish(admin, draft).id
    assert versions() == [2]
    assert actions() == ["rules.added"]


def test_payback_rules_need_a_month_of_notice_and_others_a_night(admin):
    start_payback()
    for currency in ("payback", "reputation"):
        first = first_day(currency)
        early = draft_of(admin, currency, begins_on=first - timedelta(days=1))
        with pytest.raises(NoticeTooShort):
            publish(admin, early)
        publish(admin, draft_of(admin, currency, begins_on=first))
    assert (first_day("payback") - first_day("reputation")).days == 30
    version = rules_at("payback", clock.now() + timedelta(days=32))
    assert version.begins_at - clock.now() >= timedelta(days=30)


def test_the_first_payback_rules_come_with_the_first_period(admin):
    with pytest.raises(PaybackNotStarted):
        publish(admin, draft_of(admin, "payback"))


def test_rules_do_not_begin_before_those_announced(admin):
    day = first_day("reputation") + timedelta(days=9)
    publish(admin, draft_of(admin, begins_on=day))
    with pytest.raises(RulesTooEarly):
        publish(admin, draft_of(admin, begins_on=day))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amounts": {"accepted": -1}}, "value_accepted"),
        ({"amounts": {"kudos_answer": 10_001}}, "value_kudos_answer"),
        ({"full_givers": -1}, "full_givers"),
        ({"later_kudos": 10_001}, "later_kudos"),
        ({"daily_cap": 100_001}, "daily_cap"),
        ({"matures_after_days": 3}, "matures_after_days"),
    ],
)
def test_values_that_cannot_be_are_refused(admin, changes, field):
    with pytest.raises(RulesInvalid) as refusal:
        draft_of(admin, **changes)
    assert list(refusal.value.errors) == [field]


@pytest.mark.parametrize("days", [None, 0, 15])
def test_payback_matures_within_two_weeks(admin, days):
    """A period is locked two weeks after its end."""
    with pytest.raises(RulesInvalid):
        draft_of(admin, "payback", matures_after_days=days)


def test_what_is_published_or_dropped_is_not_changed_any_more(admin):
    published, dropped = draft_of(admin), draft_of(admin)
    publish(admin, published)
    drop(admin, dropped)
    with pytest.raises(DraftClosed):
        drop(admin, published)
    for act in (drop, publish):
        with pytest.raises(NotFound):
            act(admin, dropped)
    with transaction():
        assert list_drafts(admin, "reputation") == []


def test_no_such_points_have_no_draft(admin):
    with pytest.raises(NotFound), transaction():
        make_draft(load_user(admin.id), "gold")


def test_rules_that_have_not_begun_can_be_withdrawn(app, admin):
    version = publish(admin, draft_of(admin, amounts={"accepted": 30}))
    for _time in range(2):
        withdraw(admin, version)
    assert rules_at("reputation", version.begins_at) == REPUTATION_1
    assert actions() == ["rules.added", "rules.withdrawn"]
    with transaction():
        assert [each.state for each in list_versions(admin, "reputation")] == [
            "withdrawn",
            "present",
        ]
    publish(admin, draft_of(admin, amounts={"accepted": 30}))
    assert versions() == [2, 3]


def test_rules_that_have_begun_stay(admin):
    version = publish(admin, draft_of(admin))
    with time_machine.travel(version.begins_at + timedelta(seconds=1), tick=False):
        with pytest.raises(RulesBegun):
            withdraw(admin, version)
        with transaction():
            states = [each.state for each in list_versions(admin, "reputation")]
    assert states == ["present", "past"]
    assert reload(version).withdrawn_at is None


def test_nobody_withdraws_what_there_is_not(admin):
    with pytest.raises(NotFound), transaction():
        withdraw_version(load_user(admin.id), 999_999)


@pytest.mark.parametrize("role", ["member", "superuser", "agent", "moderator"])
def test_administrators_alone_make_rules(admin, role):
    actor, draft = make_user(role=role), draft_of(admin)
    version = publish(admin, draft_of(admin))
    for act in (
        lambda: draft_of(actor),
        lambda: publish(actor, draft),
        lambda: drop(actor, draft),
        lambda: withdraw(actor, version),
        lambda: list_versions(actor, "reputation"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_members_are_told_of_new_payback_rules_by_bell_and_mail(app, client, admin):
    start_payback()
    member = make_user(language="en")
    quiet = make_user(active=False)
    day = first_day("payback")
    version = publish(admin, draft_of(admin, "payback", begins_on=day))
    mails = {mail.to[0]: mail.subject for mail in sent_mails(app)}
    assert mails[member.email].startswith("New payback rules begin on ")
    assert str(day.year) in mails[member.email]
    assert quiet.email not in mails
    assert "New payback rules begin on" in client.sign_in(member).get("/notifications").text
    assert reload(member).unread_count == 1
    withdraw(admin, version)
    mails = {mail.to[0]: mail.subject for mail in sent_mails(app)}
    assert "will not come" in mails[member.email]


def test_two_who_publish_at_once_publish_once(admin, at_once):
    draft = draft_of(admin)
    draft_id, actor_id = draft.id, admin.id

    def send():
        with transaction():
            publish_draft(load_user(actor_id), draft_id)

    assert at_once([send] * 4) == [None] * 4
    assert versions() == [2]
    assert actions() == ["rules.added"]

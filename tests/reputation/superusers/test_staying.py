"""Being a superuser: tiers, reviews, leaving in peace, and being told to go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.identity.operations.roles import grant_role, revoke_role
from reputation.superusers.agreements import IN_FORCE
from reputation.superusers.models import ACTIVE, ENDED, GRANT, LEFT, SuperuserMembership
from reputation.superusers.operations import following, joining, refusals, staying
from reputation.superusers.operations.following import look_after_superusers
from tests.factories.community import load_user, make_group, make_question, make_user, reload
from tests.mailbox import sent_mails
from tests.reputation.superusers.scheme import (
    apply_as,
    deeds,
    invited,
    is_in_group,
    last_of,
    make_applicant,
    make_superuser,
    set_dates,
)


@pytest.fixture
def admin(app) -> User:
    return make_user(role="admin")


def test_a_tier_is_set_once_and_recorded(admin):
    user = make_superuser()
    for _time in range(2):
        with transaction():
            staying.set_tier(admin, last_of(user), 2)
    assert load_user(user.id).superuser_tier == last_of(user).tier == 2
    assert deeds(user).count("superuser.tier_set") == 1


@pytest.mark.parametrize("tier", [0, 3, -1])
def test_there_are_two_tiers(admin, tier):
    with pytest.raises(refusals.TierUnknown), transaction():
        staying.set_tier(admin, last_of(make_superuser()), tier)


def test_who_is_no_superuser_has_no_tier_and_no_review(admin):
    asked, gone = make_user(), make_superuser()
    invited(asked)
    with transaction():
        staying.leave(gone)
    for user in (asked, gone):
        for act in (lambda m: staying.set_tier(admin, m, 2), lambda m: staying.extend(admin, m)):
            with pytest.raises(refusals.NotASuperuser), transaction():
                act(last_of(user))


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_others_than_administrators_change_nothing(app, role):
    actor, membership = make_user(role=role), last_of(make_superuser())
    for act in (
        lambda: staying.set_tier(actor, membership, 2),
        lambda: staying.extend(actor, membership),
        lambda: staying.end(actor, membership, "No"),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()


def test_nobody_looks_after_their_own_membership(app):
    user = make_superuser()
    with transaction():
        grant_role(SYSTEM, load_user(user.id), "admin")
    actor, membership = load_user(user.id), last_of(user)
    for act in (
        lambda: staying.set_tier(actor, membership, 2),
        lambda: staying.extend(actor, membership),
        lambda: staying.end(actor, membership, "No"),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()


def test_a_review_that_is_due_is_told_once_to_both(app, admin):
    user = make_superuser()
    sent_mails(app)
    set_dates(last_of(user), review_due_at=clock.now() - timedelta(minutes=1))
    for _time in range(2):
        with transaction():
            look_after_superusers()
    assert sorted(mail.to[0] for mail in sent_mails(app)) == sorted([user.email, admin.email])
    assert last_of(user).is_review_due(clock.now())


def test_a_review_gives_half_a_year_more_and_only_once(app, admin):
    user = make_superuser()
    with transaction():
        staying.extend(admin, last_of(user))
    assert "superuser.extended" not in deeds(user), "it was not due"
    set_dates(last_of(user), review_due_at=clock.now(), review_told_at=clock.now())
    for _time in range(2):
        with transaction():
            staying.extend(admin, last_of(user))
    membership = last_of(user)
    assert membership.review_due_at > clock.now() + timedelta(days=181)
    assert membership.review_told_at is None
    assert deeds(user).count("superuser.extended") == 1


def test_who_leaves_is_thanked_and_stays_a_former_superuser(app):
    user = make_superuser()
    sent_mails(app)
    for _time in range(2):
        with transaction():
            staying.leave(user)
    member = load_user(user.id)
    assert last_of(user).state == LEFT
    assert (member.role, member.superuser_tier) == ("member", 0)
    assert member.superuser_left_at is not None
    assert not is_in_group(user)
    assert deeds(user).count("superuser.left") == 1
    assert [mail.to for mail in sent_mails(app)] == [[user.email]]


def test_who_left_can_come_back(app):
    user = make_superuser(points=1_000)
    with transaction():
        staying.leave(user)
    apply_as(load_user(user.id))
    with transaction():
        joining.approve(make_user(role="admin"), last_of(user))
        joining.accept_agreement(user, IN_FORCE, "en")
    member = load_user(user.id)
    assert (member.role, member.superuser_left_at) == ("superuser", None)
    assert is_in_group(user)


def test_staff_ends_a_membership_once_and_says_why(app, admin):
    user = make_superuser(points=5_000)
    with pytest.raises(ReasonUnfit), transaction():
        staying.end(admin, last_of(user), "")
    sent_mails(app)
    membership = last_of(user)
    for _time in range(2):
        with transaction():
            staying.end(admin, membership, "Names were passed on.")
    member = load_user(user.id)
    assert last_of(user).state == ENDED
    assert (member.role, member.superuser_tier, member.superuser_left_at) == ("member", 0, None)
    assert not is_in_group(user)
    assert deeds(user).count("superuser.ended") == 1
    (mail,) = sent_mails(app)
    assert "Names were passed on." in mail.body
    with pytest.raises(refusals.StandingTooLow), transaction():
        joining.apply(member, "I would like to come back at once.", "Roaming")


def test_an_invitation_can_be_taken_back_but_no_application_ended(app, admin):
    user, applicant = make_user(), make_applicant()
    invited(user)
    apply_as(applicant)
    with transaction():
        staying.end(admin, last_of(user), "A mistake of ours.")
    assert last_of(user).state == ENDED
    assert "role.revoked" not in deeds(user)
    with pytest.raises(refusals.DecidedAlready), transaction():
        staying.end(admin, last_of(applicant), "No")


def test_a_role_given_by_hand_begins_a_membership_that_owes_the_agreement(app, admin):
    user = make_user()
    with transaction():
        grant_role(admin, user, "superuser")
    mails = sent_mails(app)
    membership = last_of(user)
    assert (membership.state, membership.origin, membership.tier) == (ACTIVE, GRANT, 1)
    assert membership.began_by_id == admin.id
    assert membership.agreed_version == ""
    assert load_user(user.id).superuser_tier == 1
    assert is_in_group(user)
    assert [mail.to for mail in mails] == [[user.email]]
    with transaction():
        joining.accept_agreement(user, IN_FORCE, "de")
    assert last_of(user).agreed_version == IN_FORCE
    assert deeds(user).count("superuser.started") == 1


def test_a_role_taken_by_hand_ends_the_membership(app, admin):
    user = make_superuser()
    run_due_jobs()
    with transaction():
        revoke_role(admin, load_user(user.id), "superuser")
    run_due_jobs()
    assert last_of(user).state == ENDED
    assert last_of(user).ended_by_id == admin.id
    assert load_user(user.id).superuser_tier == 0
    assert not is_in_group(user)
    with transaction():
        following.follow_role(user.id, admin.id)
    assert deeds(user).count("superuser.ended") == 1


def test_a_role_given_to_who_applied_needs_no_decision_any_more(app, admin):
    user = make_applicant()
    application = apply_as(user)
    with transaction():
        grant_role(admin, user, "superuser")
    run_due_jobs()
    assert (last_of(user).id, last_of(user).state) == (application.id, ACTIVE)


def test_roles_from_before_the_scheme_are_taken_in(app):
    user = make_user(role="superuser")
    for _time in range(2):
        with transaction():
            look_after_superusers()
    with transaction():
        query = select(SuperuserMembership).where(SuperuserMembership.user_id == user.id)
        (membership,) = db.session.scalars(query)
    assert membership.state == ACTIVE
    assert is_in_group(user)


def test_a_new_agreement_is_asked_for_once(app, monkeypatch):
    user = make_superuser()
    sent_mails(app)
    monkeypatch.setattr(following, "IN_FORCE", "2099-01")
    for _time in range(2):
        with transaction():
            look_after_superusers()
    assert [mail.to for mail in sent_mails(app)] == [[user.email]]


def test_a_site_may_name_the_group_or_have_none(app, monkeypatch):
    settings = app.config["SETTINGS"]
    group = make_group("wizards")
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, superuser_group="wizards"))
    user = make_superuser()
    assert is_in_group(user, group.slug)
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, superuser_group=""))
    other = make_superuser()
    assert other.role == "superuser"
    assert other.group_ids == frozenset()


def test_superusers_improve_what_others_wrote_while_they_are_superusers(client):
    user, question = make_superuser(), make_question(title="My fone has no sigmal at all")
    client.sign_in(user)
    address = f"/posts/{question.id}/revisions"
    form = {"title": "My phone has no signal at all", "body": question.body, "tags": ""}
    assert client.submit(address, form).status_code == 303
    assert reload(question).title == "My phone has no signal at all"
    with transaction():
        staying.leave(user)
    assert client.submit(address, form).status_code == 403

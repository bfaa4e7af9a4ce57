"""Becoming a superuser: by invitation or application, and never without the agreement."""

from datetime import timedelta

import pytest

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.identity.operations.roles import grant_role
from community.identity.superusers import TOOLBOX, has_tool, superuser_tier
from reputation.superusers.agreements import IN_FORCE
from reputation.superusers.models import ACTIVE, APPLIED, DECLINED, INVITED, REJECTED
from reputation.superusers.operations import joining, refusals, staying
from reputation.superusers.operations.following import look_after_superusers
from tests.factories.community import load_user, make_user
from tests.mailbox import sent_mails
from tests.reputation.superusers.scheme import (
    MOTIVE,
    apply_as,
    deeds,
    invited,
    is_in_group,
    last_of,
    make_applicant,
    make_superuser,
    set_dates,
)


def test_an_invitation_becomes_a_membership_with_the_agreement(app):
    user = make_user("Tilda", language="de")
    invitation = invited(user, note="Your answers on eSIM are a joy.")
    assert (invitation.state, invitation.tier) == (INVITED, 0)
    assert superuser_tier(load_user(user.id)) == 0
    with transaction():
        joining.accept_agreement(user, IN_FORCE, "de")
    membership, member = last_of(user), load_user(user.id)
    assert (membership.state, membership.tier) == (ACTIVE, 1)
    assert (membership.agreed_version, membership.agreed_language) == (IN_FORCE, "de")
    assert membership.review_due_at - membership.active_at == joining.REVIEW_AFTER
    assert member.role == "superuser"
    assert superuser_tier(member) == member.superuser_tier == 1
    assert is_in_group(user)
    assert deeds(user) == [
        *("superuser.invited", "superuser.agreed", "role.granted", "group.joined"),
        "superuser.started",
    ]
    subjects = [mail.subject for mail in sent_mails(app)]
    assert len(subjects) == 2


def test_inviting_and_accepting_twice_changes_nothing(app):
    user, moderator = make_user(), make_user(role="moderator")
    first, second = invited(user, moderator), invited(user, moderator)
    assert first.id == second.id
    for _time in range(2):
        with transaction():
            joining.accept_agreement(user, IN_FORCE, "en")
    assert deeds(user).count("superuser.started") == deeds(user).count("superuser.agreed") == 1
    assert len(sent_mails(app)) == 2


def test_an_application_is_decided_by_an_administrator(app):
    user, admin = make_applicant(), make_user(role="admin")
    application = apply_as(user)
    assert application.state == APPLIED
    assert [mail.to for mail in sent_mails(app)] == [[admin.email]]
    for _time in range(2):
        with transaction():
            joining.approve(admin, application)
    assert last_of(user).state == INVITED
    assert last_of(user).decided_by_id == admin.id
    assert deeds(user) == ["superuser.applied", "superuser.approved"]
    assert [mail.to for mail in sent_mails(app)] == [[user.email]]
    with transaction():
        joining.accept_agreement(user, IN_FORCE, "en")
    assert last_of(user).state == ACTIVE


def test_an_application_is_turned_down_once_and_with_a_reason(app):
    user, admin = make_applicant(), make_user(role="admin")
    application = apply_as(user)
    with pytest.raises(ReasonUnfit), transaction():
        joining.reject(admin, application, "  ")
    for _time in range(2):
        with transaction():
            joining.reject(admin, application, "Please be with us a bit longer.")
    assert last_of(user).state == REJECTED
    assert deeds(user) == ["superuser.applied", "superuser.rejected"]
    assert "a bit longer" in sent_mails(app)[-1].body
    with pytest.raises(refusals.DecidedAlready), transaction():
        joining.approve(admin, application)
    with pytest.raises(refusals.StandingTooLow), transaction():
        joining.apply(user, MOTIVE, "Roaming")
    set_dates(last_of(user), ended_at=clock.now() - timedelta(days=91))
    assert apply_as(user).state == APPLIED


def test_an_approved_application_cannot_be_turned_down(app):
    user, admin = make_applicant(), make_user(role="admin")
    application = apply_as(user)
    with transaction():
        joining.approve(admin, application)
    with pytest.raises(refusals.DecidedAlready), transaction():
        joining.reject(admin, application, "Too late")


@pytest.mark.parametrize(
    ("motive", "topics", "refusal"),
    [
        ("Because.", "Roaming", refusals.MotiveUnfit),
        ("x" * 2_001, "Roaming", refusals.MotiveUnfit),
        (MOTIVE, " ", refusals.TopicsUnfit),
        (MOTIVE, "x" * 201, refusals.TopicsUnfit),
    ],
)
def test_an_application_says_why_and_for_what(app, motive, topics, refusal):
    user = make_applicant()
    with pytest.raises(refusal) as refused, transaction():
        joining.apply(user, motive, topics)
    assert len(refused.value.errors) == 1
    assert deeds(user) == []


@pytest.mark.parametrize(
    "values",
    [
        {"points": 999},
        {"role": "moderator"},
        {"silenced_until": clock.now() + timedelta(days=1)},
    ],
)
def test_who_has_no_standing_cannot_apply(app, values):
    user = make_applicant(**values)
    with pytest.raises(refusals.StandingTooLow), transaction():
        joining.apply(user, MOTIVE, "Roaming")
    assert deeds(user) == []


def test_applying_twice_is_applying_once(app):
    user = make_applicant()
    assert apply_as(user).id == apply_as(user).id
    assert deeds(user) == ["superuser.applied"]


def test_who_is_invited_or_a_superuser_cannot_apply(app):
    asked, active = make_applicant(), make_superuser(points=2_000)
    invited(asked)
    for user in (asked, active):
        with pytest.raises(refusals.AlreadyUnderWay), transaction():
            joining.apply(user, MOTIVE, "Roaming")


def test_who_applied_or_is_a_superuser_cannot_be_invited(app):
    moderator = make_user(role="moderator")
    applicant, active = make_applicant(), make_superuser()
    apply_as(applicant)
    for user in (applicant, active):
        with pytest.raises(refusals.AlreadyUnderWay), transaction():
            joining.invite(moderator, user)


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_others_than_moderators_invite_nobody(app, role):
    actor, user = make_user(role=role), make_user()
    with pytest.raises(NotAllowed), transaction():
        joining.invite(actor, user)


def test_nobody_invites_themself_or_staff_or_the_disabled(app):
    moderator = make_user(role="moderator")
    with pytest.raises(NotAllowed), transaction():
        joining.invite(moderator, moderator)
    for user in (make_user(role="agent"), make_user(active=False)):
        with pytest.raises(refusals.NotEligible), transaction():
            joining.invite(moderator, user)
    with pytest.raises(refusals.NoteUnfit), transaction():
        joining.invite(moderator, make_user(), "x" * 501)


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_others_than_administrators_decide_nothing(app, role):
    actor, application = make_user(role=role), apply_as(make_applicant())
    for act in (
        lambda: joining.approve(actor, application),
        lambda: joining.reject(actor, application, "No"),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()


def test_nobody_decides_their_own_application(app):
    user = make_applicant()
    application = apply_as(user)
    # Made an administrator since they applied.
    with transaction():
        grant_role(SYSTEM, load_user(user.id), "admin")
    for act in (joining.approve, lambda a, m: joining.reject(a, m, "No")):
        with pytest.raises(NotAllowed), transaction():
            act(load_user(user.id), application)
    with pytest.raises(refusals.NotEligible), transaction():
        joining.approve(make_user(role="admin"), application)


def test_another_version_than_the_one_in_force_is_not_accepted(app):
    user = make_user()
    invited(user)
    with pytest.raises(refusals.AgreementChanged), transaction():
        joining.accept_agreement(user, "2020-01", "en")
    assert last_of(user).state == INVITED


def test_without_an_invitation_there_is_nothing_to_accept(app):
    applicant, stranger = make_applicant(), make_user()
    apply_as(applicant)
    for user in (applicant, stranger):
        with pytest.raises(refusals.NothingToAnswer), transaction():
            joining.accept_agreement(user, IN_FORCE, "en")
        assert load_user(user.id).role == "member"


def test_who_became_staff_meanwhile_cannot_accept(app):
    user = make_user()
    invited(user)
    with transaction():
        grant_role(SYSTEM, load_user(user.id), "agent")
    with pytest.raises(refusals.NotEligible), transaction():
        joining.accept_agreement(load_user(user.id), IN_FORCE, "en")


def test_an_invitation_lapses_after_thirty_days(app):
    user, other = make_user(), make_user()
    invitation = invited(user)
    invited(other)
    set_dates(invitation, answer_by=clock.now() - timedelta(seconds=1))
    with pytest.raises(refusals.NothingToAnswer), transaction():
        joining.accept_agreement(user, IN_FORCE, "en")
    for _time in range(2):
        with transaction():
            look_after_superusers()
    assert last_of(user).state == "lapsed"
    assert last_of(other).state == INVITED
    assert deeds(user) == ["superuser.invited", "superuser.lapsed"]
    assert invited(user).state == INVITED


def test_an_application_can_be_taken_back_and_an_invitation_declined(app):
    applicant, guest = make_applicant(), make_applicant()
    apply_as(applicant)
    invited(guest)
    for user in (applicant, guest):
        for _time in range(2):
            with transaction():
                staying.leave(user)
        assert last_of(user).state == DECLINED
        assert deeds(user).count("superuser.declined") == 1
        assert load_user(user.id).superuser_left_at is None
        assert apply_as(user).state == APPLIED


def test_tools_come_with_the_tier(app):
    member, first, second = make_user(), make_superuser(), make_superuser()
    with transaction():
        staying.set_tier(make_user(role="admin"), last_of(second), 2)
    found = {
        tool: [has_tool(load_user(user.id), tool) for user in (member, first, second)]
        for tool in TOOLBOX
    }
    wanted = {tool: [False, tier == 1, True] for tool, tier in TOOLBOX.items()}
    assert found == wanted


def test_a_role_without_a_tier_counts_as_the_first(app):
    assert superuser_tier(make_user(role="superuser")) == 1
    assert superuser_tier(make_user(role="admin", superuser_tier=2)) == 0


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "You are invited to be a superuser"),
        ("de", "Du bist eingeladen, Superuser zu werden"),
    ],
)
def test_the_bell_tells_of_an_invitation(client, language, line):
    user = make_user(language=language)
    invited(user)
    run_due_jobs()
    page = client.sign_in(user).get("/notifications").text
    assert line in page
    assert 'href="/account/superuser"' in page


def test_the_bell_tells_administrators_of_an_application(client):
    admin, application = make_user(role="admin"), apply_as(make_applicant())
    run_due_jobs()
    page = client.sign_in(admin).get("/notifications").text
    assert "Somebody has applied to be a superuser" in page
    assert f'href="/admin/superusers/{application.id}"' in page

"""Becoming a superuser: invited or applied, then the agreement."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from community.core import clock
from community.core.audit import Action
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.reasons import fit_reason
from community.identity.models import User
from reputation.superusers import letters
from reputation.superusers.agreements import IN_FORCE
from reputation.superusers.models import (
    ACTIVE,
    APPLICATION,
    APPLIED,
    INVITATION,
    INVITED,
    MOTIVE_MAX_CHARS,
    NOTE_MAX_CHARS,
    REJECTED,
    TOPICS_MAX_CHARS,
    SuperuserMembership,
)
from reputation.superusers.operations.moves import as_it_is, move, note_deed
from reputation.superusers.operations.refusals import (
    AgreementChanged,
    AlreadyUnderWay,
    DecidedAlready,
    MotiveUnfit,
    NotEligible,
    NoteUnfit,
    NothingToAnswer,
    StandingTooLow,
    TopicsUnfit,
)
from reputation.superusers.operations.rights import give_rights, lock_member, lock_rights
from reputation.superusers.policies import can_decide, can_invite_user, is_eligible
from reputation.superusers.queries import get_open_membership, list_admins, obstacle_for

ANSWER_WITHIN = timedelta(days=30)
REVIEW_AFTER = timedelta(days=182)
MOTIVE_MIN_CHARS = 20


def invite(actor: Viewer, user: User, note: str = "") -> SuperuserMembership:
    """Invite a member, with some words for them; an invitation that is open stays as it is.

    Raises ``NotAllowed``, ``NotEligible``, ``AlreadyUnderWay``, ``NoteUnfit``.
    """
    require(can_invite_user(actor, user))
    note = _tidy_note(note)
    member = lock_member(user.id)
    if not is_eligible(member):
        raise NotEligible()
    current = get_open_membership(user.id)
    if current is not None:
        if current.state != INVITED:
            raise AlreadyUnderWay()
        return current
    invitation = SuperuserMembership(
        user_id=user.id,
        state=INVITED,
        origin=INVITATION,
        began_at=clock.now(),
        began_by_id=actor.viewer_id,
        note=note,
        answer_by=clock.now() + ANSWER_WITHIN,
        asked_version=IN_FORCE,
    )
    _begin(actor, Action.SUPERUSER_INVITED, invitation)
    letters.send_invitation(member, invitation)
    return invitation


def apply(actor: User, motive: str, topics: str) -> SuperuserMembership:
    """Ask to become a superuser; an application that is open stays as it is.

    Raises ``StandingTooLow``, ``AlreadyUnderWay``, ``MotiveUnfit``, ``TopicsUnfit``.
    """
    member = lock_member(actor.id)
    current = get_open_membership(actor.id)
    if current is not None:
        if current.state != APPLIED:
            raise AlreadyUnderWay()
        return current
    if obstacle_for(member) is not None:
        raise StandingTooLow()
    application = SuperuserMembership(
        user_id=actor.id,
        state=APPLIED,
        origin=APPLICATION,
        began_at=clock.now(),
        motive=_tidy_motive(motive),
        topics=_tidy_topics(topics),
    )
    _begin(actor, Action.SUPERUSER_APPLIED, application)
    for admin in list_admins():
        letters.send_application(admin, application)
    return application


def approve(actor: Viewer, application: SuperuserMembership) -> None:
    """Welcome an applicant, who then has thirty days to accept the agreement.

    Raises ``NotAllowed`` (also for one's own), ``NotEligible``, ``DecidedAlready``.
    """
    require(can_decide(actor, application))
    member = lock_member(application.user_id)
    if not is_eligible(member):
        raise NotEligible()
    application, now = as_it_is(application), clock.now()
    if move(
        application,
        APPLIED,
        state=INVITED,
        decided_at=now,
        decided_by_id=actor.viewer_id,
        answer_by=now + ANSWER_WITHIN,
        asked_version=IN_FORCE,
    ):
        note_deed(actor, Action.SUPERUSER_APPROVED, application)
        letters.send_invitation(member, application)
    elif application.state not in (INVITED, ACTIVE):
        raise DecidedAlready()


def reject(actor: Viewer, application: SuperuserMembership, reason: str) -> None:
    """Turn an application down and say why.

    Raises ``NotAllowed`` (also for one's own), ``ReasonUnfit``, ``DecidedAlready``.
    """
    require(can_decide(actor, application))
    reason = tidy_reason(reason)
    member, now = lock_member(application.user_id), clock.now()
    application = as_it_is(application)
    if move(
        application,
        APPLIED,
        state=REJECTED,
        decided_at=now,
        decided_by_id=actor.viewer_id,
        ended_at=now,
        ended_by_id=actor.viewer_id,
        end_reason=reason,
    ):
        note_deed(actor, Action.SUPERUSER_REJECTED, application)
        letters.send_rejection(member, application)
    elif application.state != REJECTED:
        raise DecidedAlready()


def accept_agreement(actor: User, version: str, language: str) -> SuperuserMembership:
    """Accept the agreement; who was invited is a superuser from then on, of the first tier.

    ``language`` is the one it was read in. Raises ``AgreementChanged`` where another version is in
    force, ``NothingToAnswer``, ``NotEligible``.
    """
    if version != IN_FORCE:
        raise AgreementChanged()
    member = lock_rights(actor.id)
    current, now = get_open_membership(actor.id), clock.now()
    if current is None or current.state == APPLIED or is_too_late(current, now):
        raise NothingToAnswer()
    if current.agreed_version == version:
        return current
    if current.state == INVITED and not is_eligible(member):
        raise NotEligible()
    agreed = {"agreed_version": version, "agreed_language": language, "agreed_at": now}
    move(current, current.state, **agreed)
    note_deed(actor, Action.SUPERUSER_AGREED, current, version=version, language=language)
    if current.state == INVITED:
        _start(actor, member, current)
        letters.send_welcome(member)
    return current


def _start(actor: Viewer, member: User, membership: SuperuserMembership) -> None:
    now = clock.now()
    move(
        membership,
        INVITED,
        state=ACTIVE,
        tier=1,
        active_at=now,
        answer_by=None,
        review_due_at=now + REVIEW_AFTER,
    )
    give_rights(member, 1)
    note_deed(actor, Action.SUPERUSER_STARTED, membership, tier=1)


def is_too_late(membership: SuperuserMembership, now: datetime) -> bool:
    """Say whether an invitation was not answered in time."""
    answer_by = membership.answer_by
    return membership.state == INVITED and answer_by is not None and answer_by <= now


def _begin(actor: Viewer, action: Action, membership: SuperuserMembership) -> None:
    db.session.add(membership)
    db.session.flush()
    note_deed(actor, action, membership)


def tidy_reason(reason: str) -> str:
    """Return a reason without blanks around it; raises ``ReasonUnfit``."""
    missing = _l("Say why, in up to 500 characters: the member is told.")
    return fit_reason(reason, longest=NOTE_MAX_CHARS, missing=missing)


def _tidy_note(note: str) -> str:
    note = note.replace("\0", "").strip()
    if len(note) > NOTE_MAX_CHARS:
        raise NoteUnfit(errors={"note": NoteUnfit.message})
    return note


def _tidy_motive(motive: str) -> str:
    motive = motive.replace("\0", "").strip()
    if not MOTIVE_MIN_CHARS <= len(motive) <= MOTIVE_MAX_CHARS:
        raise MotiveUnfit(errors={"motive": MotiveUnfit.message})
    return motive


def _tidy_topics(topics: str) -> str:
    topics = " ".join(topics.replace("\0", "").split())
    if not 2 <= len(topics) <= TOPICS_MAX_CHARS:
        raise TopicsUnfit(errors={"topics": TopicsUnfit.message})
    return topics

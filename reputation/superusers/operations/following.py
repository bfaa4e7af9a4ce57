"""What happens without anybody asking: roles given by hand, time that runs out."""

from datetime import timedelta

from community.core import clock
from community.core.audit import Action
from community.core.authz import SYSTEM
from community.core.db import db
from community.identity.models import User
from reputation.superusers import letters
from reputation.superusers.agreements import IN_FORCE
from reputation.superusers.models import (
    ACTIVE,
    APPLIED,
    ENDED,
    GRANT,
    INVITED,
    LAPSED,
    SuperuserMembership,
)
from reputation.superusers.operations.joining import REVIEW_AFTER
from reputation.superusers.operations.moves import move, note_deed
from reputation.superusers.operations.rights import (
    give_rights,
    keep_superusers_group,
    lock_rights,
    take_rights,
)
from reputation.superusers.queries import (
    get_open_membership,
    holds_role,
    list_admins,
    list_due_reviews,
    list_out_of_step,
    list_silent_helpers,
    list_to_be_asked,
    list_unanswered,
)

BATCH = 100


def follow_role(user_id: int, actor_id: int | None = None) -> None:
    """Bring membership, tier and group in line with the role, which may be given by hand.

    A role begins an active membership that still lacks the agreement; one that was taken away ends
    it. ``actor_id`` is who changed the role.
    """
    member = lock_rights(user_id)
    current = get_open_membership(user_id)
    if not holds_role(user_id):
        if current is not None and current.is_active:
            _end_with_role(member, current, actor_id)
    elif current is None:
        _begin_with_role(member, actor_id)
    elif not current.is_active:
        _start_with_role(member, current)


def _begin_with_role(member: User, actor_id: int | None) -> None:
    membership = SuperuserMembership(
        user_id=member.id,
        state=INVITED,
        origin=GRANT,
        began_at=clock.now(),
        began_by_id=actor_id,
    )
    db.session.add(membership)
    db.session.flush()
    _start_with_role(member, membership)


def _start_with_role(member: User, membership: SuperuserMembership) -> None:
    now = clock.now()
    move(
        membership,
        APPLIED,
        INVITED,
        state=ACTIVE,
        tier=1,
        active_at=now,
        answer_by=None,
        review_due_at=now + REVIEW_AFTER,
        asked_version=IN_FORCE,
    )
    give_rights(member, 1)
    note_deed(SYSTEM, Action.SUPERUSER_STARTED, membership, tier=1, origin=GRANT)
    letters.send_request_to_agree(member)


def _end_with_role(member: User, membership: SuperuserMembership, actor_id: int | None) -> None:
    if move(membership, ACTIVE, state=ENDED, ended_at=clock.now(), ended_by_id=actor_id):
        take_rights(member, left_at=None)
        note_deed(SYSTEM, Action.SUPERUSER_ENDED, membership, origin=GRANT)


def look_after_superusers() -> None:
    """Follow roles, let old invitations lapse, tell of reviews that are due (periodic task)."""
    keep_superusers_group()
    for user_id in list_out_of_step(BATCH):
        follow_role(user_id)
    let_invitations_lapse()
    ask_for_agreement()
    tell_of_reviews()


def let_invitations_lapse() -> None:
    """End invitations that nobody answered within thirty days."""
    now = clock.now()
    for membership in _memberships(list_unanswered(now, BATCH)):
        if move(membership, INVITED, state=LAPSED, ended_at=now):
            note_deed(SYSTEM, Action.SUPERUSER_LAPSED, membership)


def ask_for_agreement() -> None:
    """Ask superusers, once a version, to accept an agreement that has changed."""
    for membership in _memberships(list_to_be_asked(IN_FORCE, BATCH)):
        if move(membership, ACTIVE, asked_version=IN_FORCE):
            letters.send_request_to_agree(db.session.get_one(User, membership.user_id))


def tell_of_reviews() -> None:
    """Tell member and administrators, once, that a half year is over."""
    now = clock.now()
    admins = list_admins()
    for membership in _memberships(list_due_reviews(now, BATCH)):
        if move(membership, ACTIVE, review_told_at=now):
            member = db.session.get_one(User, membership.user_id)
            letters.send_review(member)
            for admin in admins:
                letters.send_review_to_staff(admin, member, membership)


def tell_of_silence() -> None:
    """Tell administrators of daily helpers who have been silent for fourteen days (daily task).

    Each is told of on one day; the page of staff shows them for four weeks.
    """
    silent = list_silent_helpers(SYSTEM, within=timedelta(days=1))
    names = [helper.person.name for helper in silent]
    if names:
        for admin in list_admins():
            letters.send_silence_to_staff(admin, names)


def _memberships(ids: list[int]) -> list[SuperuserMembership]:
    return [db.session.get_one(SuperuserMembership, membership_id) for membership_id in ids]

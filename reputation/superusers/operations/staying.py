"""Being a superuser: tiers, half-yearly reviews, and the end."""

from community.core import clock
from community.core.audit import Action
from community.core.authz import Viewer, require
from community.identity.models import User
from community.identity.operations.superusers import set_superuser
from reputation.superusers import letters
from reputation.superusers.models import (
    ACTIVE,
    APPLIED,
    DECLINED,
    ENDED,
    INVITED,
    LEFT,
    TIERS,
    SuperuserMembership,
)
from reputation.superusers.operations.joining import REVIEW_AFTER, tidy_reason
from reputation.superusers.operations.moves import as_it_is, move, note_deed
from reputation.superusers.operations.refusals import (
    DecidedAlready,
    NotASuperuser,
    TierUnknown,
)
from reputation.superusers.operations.rights import lock_member, lock_rights, take_rights
from reputation.superusers.policies import can_end, can_review, can_set_tier
from reputation.superusers.queries import get_open_membership


def set_tier(actor: Viewer, membership: SuperuserMembership, tier: int) -> None:
    """Give a superuser the tools of a tier; the same one changes nothing.

    Raises ``NotAllowed`` (also for one's own), ``TierUnknown``, ``NotASuperuser``.
    """
    require(can_set_tier(actor, membership))
    if tier not in TIERS:
        raise TierUnknown(errors={"tier": TierUnknown.message})
    lock_member(membership.user_id)
    current = as_it_is(membership)
    if not current.is_active:
        raise NotASuperuser()
    if current.tier == tier:
        return
    before = current.tier
    move(current, ACTIVE, tier=tier)
    set_superuser(current.user_id, tier=tier)
    note_deed(actor, Action.SUPERUSER_TIER_SET, current, tier=tier, tier_before=before)


def extend(actor: Viewer, membership: SuperuserMembership) -> None:
    """Do the review that is due, or will be within a month: half a year more from now on.

    Where none is near, as after a second click, nothing changes. Raises ``NotAllowed`` (also for
    one's own), ``NotASuperuser``.
    """
    require(can_review(actor, membership))
    member, now = lock_member(membership.user_id), clock.now()
    membership = as_it_is(membership)
    if not membership.is_active:
        raise NotASuperuser()
    if not membership.is_review_open(now):
        return
    move(membership, ACTIVE, review_due_at=now + REVIEW_AFTER, review_told_at=None)
    note_deed(actor, Action.SUPERUSER_EXTENDED, membership)
    letters.send_extension(member, membership)


def leave(actor: User) -> None:
    """Stop by one's own wish: an active superuser leaves in honour and is thanked.

    An application is taken back, an invitation declined. Who is none changes nothing.
    """
    member, now = lock_rights(actor.id), clock.now()
    current = get_open_membership(actor.id)
    if current is None:
        return
    over = {"ended_at": now, "ended_by_id": actor.id}
    if move(current, APPLIED, INVITED, state=DECLINED, **over):
        note_deed(actor, Action.SUPERUSER_DECLINED, current)
    elif move(current, ACTIVE, state=LEFT, **over):
        take_rights(member, left_at=now)
        note_deed(actor, Action.SUPERUSER_LEFT, current)
        letters.send_thanks(member)


def end(actor: Viewer, membership: SuperuserMembership, reason: str) -> None:
    """End a membership, or take an invitation back, and say why; twice changes nothing.

    Raises ``NotAllowed`` (also for one's own), ``ReasonUnfit``, ``DecidedAlready``.
    """
    require(can_end(actor, membership))
    reason = tidy_reason(reason)
    member = lock_rights(membership.user_id)
    membership = as_it_is(membership)
    over = {"ended_at": clock.now(), "ended_by_id": actor.viewer_id, "end_reason": reason}
    if move(membership, ACTIVE, INVITED, state=ENDED, **over):
        if membership.active_at is not None:
            take_rights(member, left_at=None)
        note_deed(actor, Action.SUPERUSER_ENDED, membership)
        letters.send_end(member, membership)
    elif membership.state != ENDED:
        raise DecidedAlready()

"""Giving a badge by hand and taking one back, with a reason, recorded."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Conflict, NotFound
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.events import BadgeGranted
from community.identity.models import User
from reputation.badges.models import REASON_MAX_CHARS, Badge, BadgeGrant
from reputation.badges.operations.granting import count_holders_soon
from reputation.badges.policies import can_give_badge_to
from reputation.badges.queries.holders import list_grants
from reputation.ledger.operations import lock_accounts

REASON_MIN_CHARS = 5


class BadgeHeld(Conflict):
    """A badge there is once, which the member holds."""

    message = _l("They hold this badge already.")


class BadgeDisabled(Conflict):
    """A badge that is granted no more."""

    message = _l("This badge is not given any more.")


def give_badge(actor: Viewer, badge: Badge, user_id: int, reason: str) -> int:
    """Give a member a badge; returns the grant's id.

    One there is once is given again to who lost it, whoever took it. Raises ``NotAllowed``,
    ``NotFound``, ``ReasonUnfit``, ``BadgeDisabled``, ``BadgeHeld``.
    """
    require(can_give_badge_to(actor, user_id))
    reason = _fit(reason)
    _check_is_member(user_id)
    if not badge.enabled:
        raise BadgeDisabled()
    lock_accounts([user_id])
    grants = list_grants([user_id]).get((user_id, badge.id), [])
    standing = {one.number for one in grants if one.stands}
    if standing and not badge.repeatable:
        raise BadgeHeld()
    grant = BadgeGrant(
        badge_id=badge.id,
        user_id=user_id,
        number=1 + max(standing, default=0),
        granted_by_id=actor.viewer_id,
        reason=reason,
    )
    db.session.add(grant)
    db.session.flush()
    record(
        actor,
        Action.BADGE_GRANTED,
        subject=("user", user_id),
        after={"badge": badge.key, "grant_id": grant.id},
        reason=reason,
    )
    emit(BadgeGranted(user_id, badge.id, badge.names, actor.viewer_id))
    count_holders_soon()
    return grant.id


def take_badge(actor: Viewer, grant_id: int, reason: str) -> None:
    """Take a badge back, however it was granted; no rule grants it again.

    A second time changes nothing. Raises ``NotAllowed``, ``NotFound``, ``ReasonUnfit``.
    """
    grant = db.session.get(BadgeGrant, grant_id, populate_existing=True)
    if grant is None:
        raise NotFound()
    require(can_give_badge_to(actor, grant.user_id))
    reason = _fit(reason)
    lock_accounts([grant.user_id])
    taken = db.session.execute(
        update(BadgeGrant)
        .where(BadgeGrant.id == grant_id, BadgeGrant.revoked_at.is_(None))
        .values(revoked_at=clock.now(), revoked_by_id=actor.viewer_id, revoke_reason=reason)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return
    key = db.session.scalars(select(Badge.key).where(Badge.id == grant.badge_id)).one()
    record(
        actor,
        Action.BADGE_REVOKED,
        subject=("user", grant.user_id),
        before={"badge": key, "grant_id": grant_id},
        reason=reason,
    )
    count_holders_soon()


def _fit(reason: str) -> str:
    return fit_reason(
        " ".join(reason.split()),
        shortest=REASON_MIN_CHARS,
        longest=REASON_MAX_CHARS,
        missing=_l("Say why, in 5 to 300 characters."),
    )


def _check_is_member(user_id: int) -> None:
    query = select(User.id).where(User.id == user_id, User.erased_at.is_(None))
    if db.session.scalar(query) is None:
        raise NotFound()

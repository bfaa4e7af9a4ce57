"""Imposing sanctions and ending them: by time, by hand, once.

What a member may do follows from the sanctions in force (``_carry_out``), so it is the same after
any order of beginnings and ends. All of it happens under the lock of the member's account.
"""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import count_changed, db
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit, enqueue
from community.core.reasons import fit_reason
from community.events import SanctionEnded, SanctionStarted
from community.identity.models import User
from community.identity.operations.closing import lock_account
from community.identity.operations.suspensions import (
    end_suspension,
    set_silence,
    suspend_account,
)
from moderation.sanctions.letters import send_ended_letter
from moderation.sanctions.models import (
    ACTIVE,
    EXPIRED,
    KINDS,
    LIFTED,
    READ_ONLY,
    REASON_MAX_CHARS,
    RESTRICTING,
    SHUTTING_OUT,
    SUSPENSION,
    Sanction,
)
from moderation.sanctions.operations.statements import check_statement, issue_statement
from moderation.sanctions.policies import can_impose_sanction, can_lift_sanction
from moderation.sanctions.queries.sanctions import (
    get_sanction,
    get_target,
    list_due,
    list_in_force,
    newest_sanction_id,
)
from moderation.sanctions.queries.statements import board_of_post

# Source: PRODUCT 2.4 (read-only 1/3/7/30 days).
READ_ONLY_DAYS = (1, 3, 7, 30)
SUSPENSION_MAX_DAYS = 365
DAY = timedelta(days=1)


class SanctionInvalid(Invalid):
    """A sanction has a kind, a rule, facts and, where it ends by itself, a number of days."""


class SanctionedMeanwhile(Conflict):
    """Somebody else was faster."""

    message = _l(
        "Somebody else has just imposed a measure on this member. Look at it before you impose "
        "another one."
    )


class InForceAlready(Conflict):
    """The same measure holds already; it is lifted before it begins anew."""

    message = _l("This measure is in force for this member already. Lift it first to change it.")


class SanctionOver(Conflict):
    """The sanction has ended."""

    message = _l("This measure has ended already.")


def impose_sanction(
    actor: Viewer,
    user_id: int,
    kind: str,
    *,
    days: int | None = None,
    rule: str,
    facts: str,
    post_id: int | None = None,
    automated: bool = False,
    case_id: int | None = None,
    seen_id: int | None = None,
) -> Sanction:
    """Impose a measure on a member and tell them why.

    ``days`` are of 24 hours each and for read-only and suspensions alone. ``seen_id`` is the newest
    sanction of the member that the actor knew of, 0 for none; None asks nothing. Raises
    ``NotAllowed``, ``SanctionInvalid``, ``SanctionedMeanwhile``, ``InForceAlready``.
    """
    _require_imposing(actor, user_id, kind, post_id)
    facts, days = check_sanction(kind, rule, facts, days)
    lock_account(user_id)
    _refuse_known(user_id, kind, seen_id)
    now = clock.now()
    ends_at = None if days is None else now + days * DAY
    statement = issue_statement(
        actor,
        user_id=user_id,
        measure=kind,
        rule=rule,
        facts=facts,
        post_id=post_id,
        automated=automated,
        case_id=case_id,
        days=days,
        until=ends_at,
    )
    sanction = Sanction(
        user_id=user_id,
        kind=kind,
        statement_id=statement.id,
        imposed_by_id=actor.viewer_id,
        started_at=now,
        ends_at=ends_at,
    )
    db.session.add(sanction)
    db.session.flush()
    _begin(actor, sanction, days, rule)
    return sanction


def _require_imposing(actor: Viewer, user_id: int, kind: str, post_id: int | None) -> None:
    if kind not in KINDS:
        raise SanctionInvalid(errors={"kind": _l("Choose what is to be done.")})
    there = board_of_post(post_id, user_id)
    if post_id is not None and there is None:
        raise SanctionInvalid(errors={"post": _l("This member did not write that post.")})
    require(can_impose_sanction(actor, get_target(user_id), kind, there))


def check_sanction(kind: str, rule: str, facts: str, days: int | None) -> tuple[str, int | None]:
    """Return tidy facts, and the days where the kind has any.

    Raises ``StatementInvalid`` and ``SanctionInvalid``.
    """
    return check_statement(kind, rule, facts), _check_days(kind, days)


def _check_days(kind: str, days: int | None) -> int | None:
    if kind == READ_ONLY and days not in READ_ONLY_DAYS:
        raise SanctionInvalid(errors={"days": _l("Choose 1, 3, 7 or 30 days.")})
    if kind == SUSPENSION and not 1 <= (days or 0) <= SUSPENSION_MAX_DAYS:
        raise SanctionInvalid(errors={"days": _l("Choose from 1 to 365 days.")})
    return days if kind in (READ_ONLY, SUSPENSION) else None


def _refuse_known(user_id: int, kind: str, seen_id: int | None) -> None:
    if seen_id is not None and newest_sanction_id(user_id) != seen_id:
        raise SanctionedMeanwhile()
    if kind in RESTRICTING and any(one.kind == kind for one in list_in_force(user_id)):
        raise InForceAlready()


def _begin(actor: Viewer, sanction: Sanction, days: int | None, rule: str) -> None:
    _carry_out(sanction.user_id)
    after = {"sanction": sanction.id, "kind": sanction.kind, "rule": rule, "days": days}
    record(actor, Action.SANCTION_STARTED, subject=("user", sanction.user_id), after=after)
    emit(SanctionStarted(sanction.user_id, sanction.kind, sanction.id))
    if sanction.ends_at is not None:
        # On time to the second; the periodic task catches up with what was missed.
        enqueue(expire_sanctions, due_at=sanction.ends_at)


def _carry_out(user_id: int) -> None:
    """Bring the account in line with the sanctions in force."""
    in_force = list_in_force(user_id)
    silences = [one.ends_at for one in in_force if one.kind == READ_ONLY and one.ends_at]
    set_silence(user_id, max(silences, default=None))
    shut = [one for one in in_force if one.kind in SHUTTING_OUT]
    if shut:
        suspend_account(user_id, until=_last_end(shut))
    else:
        end_suspension(user_id)


def _last_end(sanctions: list[Sanction]) -> datetime | None:
    """Return when the last of them ends; None where one never does."""
    ends = [one.ends_at for one in sanctions if one.ends_at is not None]
    return max(ends) if len(ends) == len(sanctions) else None


def expire_sanctions() -> None:
    """End whatever has lasted as long as it was to last (periodic, and at each end)."""
    for due in list_due(clock.now()):
        lock_account(due.user_id)
        if _end(SYSTEM, due, EXPIRED):
            _tell_of_end(due)


def lift_sanction(actor: Viewer, sanction_id: int, reason: str) -> Sanction:
    """End a sanction before its time and tell the member why.

    Raises ``NotFound``, ``NotAllowed``, ``ReasonUnfit``, ``SanctionOver``.
    """
    sanction = get_sanction(sanction_id)
    require(can_lift_sanction(actor, get_target(sanction.user_id)))
    tidy = fit_reason(
        reason,
        longest=REASON_MAX_CHARS,
        missing=_l("Say why, in up to 500 characters. The member reads it."),
    )
    lock_account(sanction.user_id)
    if not _end(actor, sanction, LIFTED, tidy):
        raise SanctionOver()
    _tell_of_end(sanction)
    return sanction


def overturn_sanction(actor: Viewer, sanction_id: int, reason: str) -> None:
    """End a sanction that was wrong; the answer to the appeal tells the member.

    One that has ended meanwhile stays as it is. Raises ``NotFound``, ``NotAllowed`` and
    ``ReasonUnfit``.
    """
    sanction = get_sanction(sanction_id)
    require(can_lift_sanction(actor, get_target(sanction.user_id)))
    reason = fit_reason(reason, longest=REASON_MAX_CHARS)
    lock_account(sanction.user_id)
    _end(actor, sanction, LIFTED, reason)


def _tell_of_end(sanction: Sanction) -> None:
    send_ended_letter(db.session.get_one(User, sanction.user_id), sanction)


def _end(actor: Viewer, sanction: Sanction, state: str, reason: str = "") -> bool:
    """End a sanction that is in force; the one of two who comes first does."""
    ended = update(Sanction).where(Sanction.id == sanction.id, Sanction.state == ACTIVE)
    new = {"state": state, "ended_at": clock.now(), "lift_reason": reason}
    if state == LIFTED:
        new["lifted_by_id"] = actor.viewer_id
    if not count_changed(ended.values(**new).execution_options(synchronize_session=False)):
        return False
    db.session.refresh(sanction)
    _carry_out(sanction.user_id)
    action = Action.SANCTION_LIFTED if state == LIFTED else Action.SANCTION_EXPIRED
    after = {"sanction": sanction.id, "kind": sanction.kind}
    record(actor, action, subject=("user", sanction.user_id), after=after, reason=reason)
    emit(SanctionEnded(sanction.user_id, sanction.kind, sanction.id))
    return True

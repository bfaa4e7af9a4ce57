"""Files: made once, stored sealed, the same bytes however often they are asked for."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import insert

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.sealing import seal, unseal
from community.core.settings import current_settings, site_zone
from reputation.payback.models import Choice, LineState, PaybackPeriod, PayoutLine, PeriodState
from reputation.payback.operations.periods import advance
from reputation.payback.queries.periods import lock_period
from reputation.payouts.errors import FileGone, NotApproved
from reputation.payouts.models import ItemState, PayoutBatch, PayoutItem
from reputation.payouts.operations.approval import require_list
from reputation.payouts.operations.contents import Content, content_of
from reputation.payouts.operations.halts import require_sound_books
from reputation.payouts.operations.lines import finish_period, move_lines
from reputation.payouts.operations.sorting import sort_out
from reputation.payouts.policies import can_run_payouts
from reputation.payouts.queries import EXPORTABLE, find_latest_batch, get_batch, list_waiting

PURPOSE = "payout file"
SATURDAY = 5


def export_form(actor: Viewer, period_id: int, form: Choice) -> PayoutBatch | None:
    """Put all lines of a form that wait into a file, once; without any, return the last file.

    None where nothing is to be paid in this form. Who must not be paid now is left out (see
    ``sorting``). Raises ``NotApproved``, ``PayoutsHalted``, ``ListChanged``, ``PayerMissing`` or
    ``OnlyEuros``.
    """
    require(can_run_payouts(actor))
    period = lock_period(period_id)
    if period.approved_at is None:
        raise NotApproved()
    waiting = list_waiting(period.id, form)
    if waiting:
        require_sound_books()
        require_list(period, period.list_digest)
        payable = sort_out(actor, waiting, form)
        if payable:
            return _make_batch(actor, period, form, payable)
        finish_period(actor, period)
    return find_latest_batch(period.id, form)


def _make_batch(
    actor: Viewer, period: PaybackPeriod, form: Choice, lines: Sequence[PayoutLine]
) -> PayoutBatch:
    batch = _begin_batch(actor, period, form)
    content = content_of(batch, lines)
    _store(batch, content)
    move_lines([line.id for line in lines], EXPORTABLE, LineState.EXPORTED)
    _record(actor, batch)
    if period.state == PeriodState.APPROVED:
        advance(actor, period, PeriodState.PAYING, Action.PAYOUT_BEGUN, paying_at=clock.now())
    return batch


def _begin_batch(actor: Viewer, period: PaybackPeriod, form: Choice) -> PayoutBatch:
    before = find_latest_batch(period.id, form)
    number, now = (before.number + 1 if before else 1), clock.now()
    # The digest keeps apart what two installations, or two lives of one, call period 1.
    name = f"PB{period.id}-{form.value}-{number}-{(period.list_digest or '')[:8]}"
    return PayoutBatch(
        period_id=period.id,
        form=form.value,
        number=number,
        message_id=name.upper(),
        currency=current_settings().currency,
        execute_on=working_day(now.astimezone(site_zone()).date()),
        made_at=now,
        made_by_id=actor.viewer_id,
    )


def working_day(day: date) -> date:
    """Return the day itself, or the Monday after a weekend; banks themselves know the feasts."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _store(batch: PayoutBatch, content: Content) -> None:
    batch.items_count = len(content.rows)
    batch.points = sum(row.amount for row in content.rows)
    batch.total = batch.points + sum(row.matched for row in content.rows)
    batch.file_name = f"{batch.message_id.lower()}.{content.extension}"
    batch.file_digest = sha256(content.file).hexdigest()
    batch.sealed_file = seal(content.file.decode(), purpose=PURPOSE, record=batch.record)
    db.session.add(batch)
    db.session.flush()
    rows = [
        {"batch_id": batch.id, "state": ItemState.EXPORTED.value, "reason": "", **row._asdict()}
        for row in content.rows
    ]
    db.session.execute(insert(PayoutItem), rows)


def _record(actor: Viewer, batch: PayoutBatch) -> None:
    record(
        actor,
        Action.PAYOUT_EXPORTED,
        subject=("payout_batch", batch.id),
        after={
            "form": batch.form,
            "payments": batch.items_count,
            "total": batch.total,
            "file_digest": batch.file_digest,
        },
    )


def open_file(actor: Viewer, batch_id: int) -> bytes:
    """Return a file's bytes and record who took it; raises ``FileGone``.

    What is handed out is what was stored: a file that was changed at rest does not open.
    """
    require(can_run_payouts(actor))
    batch = get_batch(actor, batch_id)
    if batch.sealed_file is None:
        raise FileGone()
    data = unseal(batch.sealed_file, purpose=PURPOSE, record=batch.record).encode()
    record(actor, Action.PAYOUT_FILE_TAKEN, subject=("payout_batch", batch.id))
    return data

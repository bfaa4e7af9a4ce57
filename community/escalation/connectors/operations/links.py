"""Links: made once, worked on by one at a time, with what came of it."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import or_, update

from community.core import clock
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import MAX_ATTEMPTS, retry_delay
from community.escalation.connectors.models import (
    ERROR_CHARS,
    FAILED,
    IN,
    OUT,
    STATE_DECLINED,
    ConnectorDelivery,
    ConnectorLink,
    ConnectorState,
)
from community.escalation.connectors.protocol import OPEN, ConnectorFailed

# Longer than all requests of one go may take together.
LEASE = timedelta(minutes=3)


def link_case(case_id: int, connector: str) -> bool:
    """Note that a case is to be mirrored; returns whether that is new."""
    fresh = insert_ignoring_conflicts(ConnectorLink).values(
        case_id=case_id,
        connector=connector,
        remote_state="",
        problem="",
        error="",
        attempts=0,
        made_at=clock.now(),
    )
    return bool(count_changed(fresh))


def claim_link(link_id: int) -> bool:
    """Take a link for a while; False if another worker has it. Counts as an attempt."""
    now = clock.now()
    free = or_(ConnectorLink.leased_until.is_(None), ConnectorLink.leased_until <= now)
    taken = update(ConnectorLink).where(ConnectorLink.id == link_id, free)
    return bool(
        count_changed(taken.values(leased_until=now + LEASE, attempts=ConnectorLink.attempts + 1))
    )


def note_ticket(link_id: int, external_id: str) -> None:
    """Note which ticket stands for a case; a new one is open."""
    _set(link_id, external_id=external_id, remote_state=OPEN)


def note_remote_state(link_id: int, state: str) -> None:
    """Note the state a ticket has now."""
    _set(link_id, remote_state=state)


def note_sent(link_id: int, message_id: int, external_id: str | None) -> None:
    """Note that a message is there."""
    db.session.execute(
        insert_ignoring_conflicts(ConnectorDelivery).values(
            link_id=link_id,
            message_id=message_id,
            external_id=external_id,
            direction=OUT,
            carried_at=clock.now(),
        )
    )


def note_received(link_id: int, external_id: str) -> bool:
    """Note that a comment came; False if it is here already."""
    fresh = insert_ignoring_conflicts(ConnectorDelivery).values(
        link_id=link_id,
        external_id=external_id,
        direction=IN,
        carried_at=clock.now(),
    )
    return bool(count_changed(fresh))


def note_success(link_id: int, connector: str) -> None:
    """Give a link back after everything was carried over; what was declined stays said."""
    now = clock.now()
    _set(link_id, leased_until=None, attempts=0, retry_at=None, synced_at=now)
    failed = update(ConnectorLink).where(
        ConnectorLink.id == link_id, ConnectorLink.problem == FAILED
    )
    db.session.execute(failed.values(problem="", error=""))
    note_answer(connector)


def note_failure(
    link_id: int, connector: str, failure: ConnectorFailed, again: Callable[..., None]
) -> None:
    """Give a link back after something failed, and plan the next attempt (``again``) if it helps.

    Ever longer waits, as with jobs, or as long as the other side asks for. After the last attempt
    a person, or the hourly comparison, tries again.
    """
    link = db.session.get(ConnectorLink, link_id, populate_existing=True)
    if link is None:
        return
    link.leased_until, link.retry_at = None, None
    link.problem, link.error = FAILED, str(failure)[:ERROR_CHARS]
    if failure.is_passing and link.attempts < MAX_ATTEMPTS:
        wait = max(retry_delay(link.attempts), timedelta(seconds=failure.wait_seconds))
        link.retry_at = clock.now() + wait
        again(link_id, link.retry_at)
    db.session.flush()
    note_answer(connector, failure)


def decline(link_id: int, problem: str) -> None:
    """Note that something of the other side could not be taken over."""
    _set(link_id, problem=problem, error="")


def forget_declined_state(case_id: int) -> None:
    """Let the case's own state count again, as it changed here since."""
    declined = ConnectorLink.case_id == case_id, ConnectorLink.problem == STATE_DECLINED
    db.session.execute(update(ConnectorLink).where(*declined).values(problem=""))


def try_again(link_id: int) -> None:
    """Begin anew with a link, as if nothing had failed; what was declined has been seen."""
    _set(link_id, attempts=0, problem="", error="", retry_at=None)


def note_answer(connector: str, failure: ConnectorFailed | None = None) -> None:
    """Note that a connector answered, or why it did not."""
    now = clock.now()
    fresh = insert_ignoring_conflicts(ConnectorState).values(name=connector, cursor="", error="")
    db.session.execute(fresh)
    values = {"succeeded_at": now, "error": ""}
    if failure is not None:
        values = {"failed_at": now, "error": str(failure)[:ERROR_CHARS]}
    mine = update(ConnectorState).where(ConnectorState.name == connector)
    db.session.execute(mine.values(**values).execution_options(synchronize_session=False))


def note_cursor(connector: str, cursor: str) -> None:
    """Note how far changes were read."""
    note_answer(connector)
    mine = update(ConnectorState).where(ConnectorState.name == connector)
    db.session.execute(mine.values(cursor=cursor).execution_options(synchronize_session=False))


def _set(link_id: int, **values: object) -> None:
    mine = update(ConnectorLink).where(ConnectorLink.id == link_id)
    db.session.execute(mine.values(**values).execution_options(synchronize_session=False))

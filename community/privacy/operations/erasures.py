"""Erasing an account: asked for, waited for, kept after all, or carried out.

What was written stays under "former member", for the sake of those it helped. Everything that says
who that was goes: from the account, from everybody's texts, from jobs, files and the index.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from community.core import audit, clock
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import db, forget_changes, transaction
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit, enqueue, external
from community.core.settings import current_settings, site_zone
from community.events import AccountErased
from community.identity.models import FormerIdentifier, User
from community.identity.names import former_name_of, name_key_of
from community.identity.operations.closing import lock_account, refuse_last_administrator
from community.identity.operations.sessions import new_key
from community.posts.attaching import forget_images_of
from community.privacy.letters import send_due_letter, send_erased_letter
from community.privacy.operations import leftovers, rows, texts
from community.privacy.operations.archives import delete_archives
from community.privacy.operations.files import clean_database_files
from community.privacy.operations.leaving import is_back
from community.privacy.policies import can_erase_account
from community.privacy.queries.people import LINK, get_person, list_due_erasures, list_links
from community.privacy.redaction import Redactor
from community.search.tasks import rebuild_index

QUIET_HOUR = 3

log = structlog.get_logger()


class NameNotTyped(Invalid):
    """Erasing an account is confirmed by typing its name."""

    message = _l("Type the display name exactly as it stands here.")


class ErasureBegun(Conflict):
    """The account is being erased already."""

    message = _l("This account is being erased and cannot be kept any more.")


class ErasureHeld(Conflict):
    """A claim is open: until it is settled nothing may be erased."""

    message = _l("A legal hold keeps this account from being erased.")


def request_erasure(actor: User, user: User, *, typed_name: str) -> datetime:
    """Have one's account erased after the days to change one's mind; return when.

    Asking again changes nothing. Raises ``NotAllowed``, ``NameNotTyped``, ``LastAdministrator``.
    """
    require(can_erase_account(actor, user) and actor.id == user.id)
    check_typed_name(user, typed_name)
    stored = lock_account(user.id)
    refuse_last_administrator(stored.id)
    if stored.erasure_due_at is None:
        days = current_settings().erasure_wait_days
        stored.erasure_due_at = clock.now() + timedelta(days=days)
        stored.erasure_cause = "asked"
        audit.record(actor, audit.Action.ERASURE_REQUESTED, subject=("user", user.id))
        db.session.flush()
        send_due_letter(stored)
    return stored.erasure_due_at


def check_typed_name(user: User, typed: str) -> None:
    """Raise ``NameNotTyped`` unless this is the account's name, case and spaces aside."""
    if name_key_of(typed) != user.name_key:
        raise NameNotTyped(errors={"name": NameNotTyped.message})


def keep_account(actor: User) -> None:
    """Change one's mind; without a request nothing changes. Raises ``ErasureBegun``."""
    stored = lock_account(actor.id)
    if stored.erasure_due_at is None:
        return
    if not stored.active:
        raise ErasureBegun()
    stored.erasure_due_at = stored.erasure_cause = None
    audit.record(actor, audit.Action.ERASURE_CANCELLED, subject=("user", actor.id))


def order_erasure(actor: Viewer, user: User, *, reason: str = "") -> None:
    """Erase an account without waiting: for the operator, on a person's demand.

    It is closed at once, the rest is the worker's. Raises ``NotAllowed``, ``LastAdministrator``,
    ``ErasureHeld``.
    """
    require(can_erase_account(actor, user) and actor.viewer_id != user.id)
    stored = lock_account(user.id)
    refuse_last_administrator(stored.id)
    if stored.erasure_held_at is not None:
        raise ErasureHeld()
    stored.erasure_due_at, stored.erasure_cause = clock.now(), "ordered"
    audit.record(actor, audit.Action.ERASURE_ORDERED, subject=("user", user.id), reason=reason)
    _close(stored.id)
    enqueue(erase_account, unique_key=f"erase_account:{user.id}", user_id=user.id)


def erase_due_accounts() -> None:
    """Have every account erased whose time is over (periodic)."""
    for user_id in list_due_erasures():
        enqueue(erase_account, unique_key=f"erase_account:{user_id}", user_id=user_id)


@external
def erase_account(user_id: int) -> None:
    """Erase an account whose time is over (task).

    Each step is a transaction or several, and safe to repeat: a worker that is killed has its job
    taken over from the beginning. The name goes last, since everything is found by it. Raises
    ``LastAdministrator``.
    """
    with transaction():
        if not _begin(user_id):
            return
    person = get_person(user_id)
    redactor = Redactor(person)
    forget_changes()
    texts.empty_removed_posts(user_id)
    texts.empty_reasons_about(user_id)
    rows.delete_versions(user_id)
    changed = texts.rewrite_texts(redactor)
    rows.count_votes(user_id)
    rows.count_me_toos(user_id)
    delete_archives(user_id)
    forget_images_of(user_id)
    rows.delete_rows(user_id)
    rows.blank_rows(user_id)
    leftovers.forget_submissions(person)
    send_erased_letter(user_id)
    leftovers.forget_jobs(redactor)
    leftovers.forget_mail_files(redactor)
    with transaction():
        _end(user_id)
    log.info("account_erased", user_id=user_id, texts=changed)


def _begin(user_id: int) -> bool:
    """Close the account; False if it is to be kept, or erased already."""
    stored = lock_account(user_id)
    due = stored.erasure_due_at
    if stored.erased_at is not None or due is None or due > clock.now():
        return False
    if stored.erasure_held_at is not None:
        return False
    if is_back(stored):
        stored.erasure_due_at = stored.erasure_cause = None
        return False
    refuse_last_administrator(user_id)
    _close(user_id)
    return True


def _close(user_id: int) -> None:
    """Let nobody in any more; what is left of the account is erased by the worker."""
    # The links go, but a mail with one may still lie somewhere. It is found by the link and not by
    # its address: who asks for a change of address may type anybody's.
    for link in list_links(user_id):
        db.session.add(FormerIdentifier(user_id=user_id, kind=LINK, value=link))
    db.session.flush()
    closed = update(User).where(User.id == user_id)
    # A suspension that ends meanwhile must open nothing.
    shut = {"active": False, "suspended_at": None, "suspended_until": None}
    db.session.execute(closed.values(**shut, fs_uniquifier=new_key()))
    rows.delete_access(user_id)


def _end(user_id: int) -> None:
    """Empty the account itself, and have the index and the database's files made anew."""
    name, key = former_name_of(user_id)
    values: dict[str, Any] = {
        **rows.blanks_of("users"),
        "display_name": name,
        "name_key": key,
        "fs_uniquifier": new_key(),
        "active": False,
        "erased_at": clock.now(),
    }
    db.session.execute(update(User).where(User.id == user_id).values(values))
    rows.delete_former(user_id)
    audit.record(SYSTEM, audit.Action.ACCOUNT_ERASED, subject=("user", user_id))
    emit(AccountErased(user_id))
    enqueue(rebuild_index, unique_key="rebuild_index")
    enqueue(clean_database_files, due_at=_next_quiet_hour(), unique_key="clean_database_files")


def _next_quiet_hour() -> datetime:
    """Return the next time nobody minds a pause of a few seconds: three in the morning."""
    now = clock.now().astimezone(site_zone())
    quiet = now.replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
    return quiet if quiet > now else quiet + timedelta(days=1)

"""What is known elsewhere of a member as a customer, kept for a minute."""

import time
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app

from community.core import http
from community.core.db import db, forget_changes
from community.core.settings import current_settings
from community.escalation.customers.directory import CustomerRecord, directory_of
from community.identity.models import User

KEPT_SECONDS = 60
# Somebody who does not answer is asked again soon, but not by each page of a busy desk.
FAILURE_KEPT_SECONDS = 10
MOST_KEPT = 500

log = structlog.get_logger()


@dataclass(frozen=True)
class Lookup:
    """What came of asking; ``record`` is None for who is no customer, and where nobody answered."""

    is_reachable: bool = True
    record: CustomerRecord | None = None


def has_customer_directory() -> bool:
    """Say whether there is anybody to ask."""
    return bool(current_settings().customer_lookup_url)


def lookup_customer(user_id: int) -> Lookup:
    """Return what is known elsewhere of a member, from memory where that is a minute old.

    Waits up to two seconds, without a transaction: for fragments and tasks, never for a page.
    """
    kept: dict[tuple[str, int], tuple[Lookup, float]]
    kept = current_app.extensions.setdefault("customer_lookups", {})
    key = (current_settings().customer_lookup_url, user_id)
    found, until = kept.get(key, (Lookup(), 0.0))
    if until > time.monotonic():
        return found
    if len(kept) >= MOST_KEPT:
        kept.clear()
    found = _ask(user_id)
    seconds = KEPT_SECONDS if found.is_reachable else FAILURE_KEPT_SECONDS
    kept[key] = (found, time.monotonic() + seconds)
    return found


def _ask(user_id: int) -> Lookup:
    directory, user = directory_of(current_settings()), db.session.get(User, user_id)
    email: Any = user and user.confirmed_at and user.email
    # No transaction stays open while another machine takes its time.
    forget_changes()
    if directory is None or not email:
        return Lookup()
    try:
        return Lookup(record=directory.find(email))
    except http.RequestFailed as failure:
        log.warning("customer_lookup_failed", reason=str(failure))
        return Lookup(is_reachable=False)

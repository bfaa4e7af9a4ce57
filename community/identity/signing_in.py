"""The one door: how a browser's session begins, goes on and ends.

The browser's cookie holds a random token, the row in ``user_sessions`` its hash. Views call
``finish_first_factor`` once somebody has shown who they are; nothing else begins a session.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import structlog
from flask import Flask, Response, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import login_user
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from community.core import clock
from community.core.db import db, joined_transaction, lock_row, transaction
from community.core.errors import Conflict, NotAllowed
from community.core.limits import request_network
from community.core.settings import current_settings
from community.core.web import current_viewer, is_fragment_request, is_impersonal
from community.identity.addresses import page_address, safe_next
from community.identity.devices import device_of, network_of
from community.identity.mails import address_of, send_account_mail
from community.identity.models import User, UserSession
from community.identity.operations.sessions import (
    SEEN_EVERY,
    end_session_of_token,
    hash_of,
    note_seen,
    open_session,
    renew_session,
)
from community.identity.operations.traces import note_traces
from community.identity.pending import remember_first_factor
from community.identity.policies import (
    has_recent_second_factor,
    has_session_ended,
    is_recently_verified,
    needs_second_factor,
)
from community.identity.queries import get_user_and_session, has_second_factor
from community.identity.throttling import device_mark, is_device_known, remember_device

# Every endpoint that may begin a session. A new way in is a decision: it starts here.
SESSION_STARTERS = frozenset(
    {
        *("identity.sign_in", "identity.sign_in_by_link", "identity.confirm_registration"),
        *("providers.finish_flow", "providers.make_account"),
        *("identity.ask_second_factor", "identity.sign_in_with_passkey"),
    }
)

# All that staff reach before they have shown a second factor or set one up.
BEFORE_SECOND_FACTOR = frozenset(
    {
        "account.show_factors",
        "account.begin_totp",
        "account.show_totp",
        "account.confirm_totp",
        "account.make_registration_challenge",
        "account.add_passkey",
        "account.verify",
        "account.make_verify_challenge",
        "identity.sign_out",
        "preferences.set_language",
        "preferences.set_theme",
    }
)

# What a guest's session hands on at sign-in: the token of a draft (``posts.views``), no more.
KEPT_KEYS = frozenset({"draft_token"})
TOKEN_KEY = "_user_id"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

log = structlog.get_logger()


class UnlistedDoor(AssertionError):
    """A session was about to begin at an endpoint that is not on the list."""


class AccountChanged(Conflict):
    """The account was closed or got another password while somebody was being recognised."""

    message = _l("This account has just changed. Please sign in again.")


def load_viewer(token: str) -> User | None:
    """Return whose session a browser holds, or None where it has ended; one query."""
    found = get_user_and_session(hash_of(token))
    if found is None:
        return None
    user, row = found
    if not user.active or has_session_ended(user, row):
        return None
    g.user_session = row
    return user


def current_session() -> UserSession | None:
    """Return the session of this request; None for guests."""
    row: UserSession | None = g.get("user_session")
    return row


def signed_in_user() -> User:
    """Return the signed-in viewer; raises ``NotAllowed`` for a guest. Only views call this."""
    viewer = current_viewer()
    if not isinstance(viewer, User):
        raise NotAllowed()
    return viewer


def begin_session(user: User, *, method: str, second_factor: bool, remember: bool) -> None:
    """Sign this browser in; whatever session it had before ends.

    ``user`` is who was recognised, as loaded then, roles included. Raises ``UnlistedDoor`` where no
    session may begin, and ``AccountChanged``.
    """
    if request.endpoint not in SESSION_STARTERS:
        raise UnlistedDoor(request.endpoint)
    with joined_transaction():
        _refuse_changed(user)
        _end_former_session()
        row, token = open_session(
            user,
            method=method,
            second_factor=second_factor,
            device=device_of(request.user_agent.string),
            network=network_of(request.remote_addr),
        )
        _tell_of_new_device(user, row)
        note_traces(user.id, address=request_network(), browser=device_mark())
    _empty_cookie()
    login_user(user)
    session[TOKEN_KEY] = token
    remember_device(user.email)
    session.permanent = remember
    g.user_session = row
    g.viewer = user


def _refuse_changed(user: User) -> None:
    """Raise ``AccountChanged`` unless the account is open and its key the one that was checked.

    Locked, so what changes the key either comes before this question, or ends the new session.
    """
    present = select(User.active, User.fs_uniquifier).where(User.id == user.id)
    row = db.session.execute(lock_row(present)).one_or_none()
    if row is None or not row.active or row.fs_uniquifier != user.fs_uniquifier:
        raise AccountChanged()


def _tell_of_new_device(user: User, row: UserSession) -> None:
    # Who signs in by a mailed link reads the account's mail, so a mail would tell nobody else.
    if row.method == "link" or is_device_known(user.email):
        return
    details = (_l("Device"), row.device), (_l("Network"), row.network), (_l("Time"), row.created_at)
    link = address_of("account.show_sessions")
    send_account_mail(user, "new_device", link=link, details=details)


def finish_first_factor(
    user: User, *, method: str, remember: bool, goal: str | None = None
) -> ResponseReturnValue:
    """Go on after a password or link was right: to the second factor where there is one."""
    if has_second_factor(user.id):
        _empty_cookie()
        remember_first_factor(user, method=method, remember=remember, goal=safe_next(goal))
        return redirect(url_for("identity.ask_second_factor"), 303)
    begin_session(user, method=method, second_factor=False, remember=remember)
    return redirect(safe_next(goal), 303)


def end_current_session() -> None:
    """Sign this browser out, on the server first; nothing but the draft's token stays."""
    _end_former_session()
    g.pop("user_session", None)
    _empty_cookie()


def note_verification(*, second_factor: bool) -> None:
    """Note that the session's owner has just proved to be there; its token changes."""
    row = current_session()
    assert row is not None
    with joined_transaction():
        session[TOKEN_KEY] = renew_session(row.id, second_factor=second_factor)


def recently_verified(view: View) -> View:
    """Let a view be used only by who proved to be there within ten minutes, else ask again.

    Who has a second factor must have shown that: neither a password nor a provider is enough.
    Source: ASVS 5.0 §7.5.1 and §7.5.3.
    """

    @wraps(view)
    def verified_view(*args: object, **values: object) -> ResponseReturnValue:
        if _was_recently_verified():
            return view(*args, **values)
        address = url_for("account.verify", next=page_address())
        if is_fragment_request():
            return "", 401, {"HX-Redirect": address}
        return redirect(address, 303)

    verified_view.asks_again = True  # type: ignore[attr-defined]
    return verified_view  # type: ignore[return-value]


def _was_recently_verified() -> bool:
    row = current_session()
    if row is None:
        return False
    if has_recent_second_factor(row):
        return True
    return is_recently_verified(row) and not has_second_factor(row.user_id)


def is_held_back() -> bool:
    """Say whether this session is of staff who have not shown a second factor yet."""
    row = current_session()
    if row is None or not current_settings().require_second_factor:
        return False
    return needs_second_factor(signed_in_user(), row)


def serves_who_is_held_back(app: Flask, endpoint: str | None) -> bool:
    """Say whether an endpoint answers a session that is held back; "not found" counts."""
    return endpoint is None or endpoint in BEFORE_SECOND_FACTOR or is_impersonal(app, endpoint)


def address_for_second_factor() -> str:
    """Return where a session that is held back shows a second factor, or sets one up."""
    viewer = signed_in_user()
    if has_second_factor(viewer.id):
        return url_for("account.verify", next=page_address())
    return url_for("account.show_factors")


def note_activity(response: Response) -> Response:
    """Keep a session that is used from ending; the page was answered already."""
    row = current_session()
    if row is not None and row.last_seen_at < clock.now() - SEEN_EVERY:
        try:
            with transaction():
                note_seen(row.id)
        except OperationalError:
            # A busy database costs nobody the page; the next request tries again.
            log.warning("session_not_touched")
    return response


def init_app(app: Flask) -> None:
    """Bind the login manager to our sessions."""
    manager = app.login_manager  # type: ignore[attr-defined]
    manager.user_loader(load_viewer)
    manager.session_protection = None
    app.after_request(note_activity)


def _end_former_session() -> None:
    token = session.get(TOKEN_KEY)
    if token:
        end_session_of_token(token)


def _empty_cookie() -> None:
    for key in [key for key in session if key not in KEPT_KEYS]:
        session.pop(key)
    session.permanent = False
    g.pop("csrf_token", None)

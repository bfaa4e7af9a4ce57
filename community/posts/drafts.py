"""Drafts: text kept while it is being written, for members and, until they sign in, for guests.

A member's draft is found by the member, a guest's by a random token that only the guest's browser
holds; the database knows its hash. Nobody finds anybody else's.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, func, select, update

from community.core import clock, markup
from community.core.authz import Viewer
from community.core.db import db, insert_ignoring_conflicts
from community.identity.models import User
from community.posts.errors import UnfitText
from community.posts.models import Draft

KEPT_DAYS = 30
DRAFTS_PER_MEMBER = 50
GUEST_DRAFTS = 5_000
ASK = "ask"
PLACE = re.compile(r"ask|(?:answer|comment|edit):[1-9][0-9]{0,18}")
# Twice what may be posted: a text that must still be shortened is kept too.
LONGEST = {"title": 300, "body": 2 * markup.MAX_CHARS, "tags": 300, "board_slug": 60}


class DraftTexts(TypedDict, total=False):
    """What a draft holds; missing texts are empty."""

    title: str
    body: str
    tags: str
    board_slug: str


class UnfitDraft(UnfitText):
    """A draft that is far longer than anything that could be posted."""

    message = _l("This is too long to be kept as a draft.")


def find_draft(viewer: Viewer, place: str, guest_token: str | None = None) -> Draft | None:
    """Return the draft of one form: the viewer's own, else the one their browser brought along."""
    if viewer.viewer_id is not None:
        own = _find(Draft.user_id == viewer.viewer_id, place)
        if own is not None:
            return own
    return _find(Draft.guest_token == _hashed(guest_token), place) if guest_token else None


def _find(owner: ColumnElement[bool], place: str) -> Draft | None:
    # An expired draft is not found, whether or not the worker has pruned it yet.
    return db.session.scalar(
        select(Draft)
        .where(owner, Draft.place == place, Draft.updated_at >= _oldest_kept())
        .execution_options(populate_existing=True)
    )


def save_draft(user_id: int, place: str, **texts: Unpack[DraftTexts]) -> None:
    """Keep a member's text; an empty one ends the draft. Raises ``UnfitDraft``."""
    values = _checked(place, texts)
    owner = Draft.user_id == user_id
    if not _any_text(values):
        _drop(owner, place)
        return
    _store({"user_id": user_id}, owner, place, values)
    _drop_oldest(owner, DRAFTS_PER_MEMBER)


def keep_guest_draft(
    place: str, guest_token: str | None = None, **texts: Unpack[DraftTexts]
) -> str:
    """Keep a guest's text across the sign-in; return the token their session must carry.

    A given token is used again, so one browser keeps one draft a place. Raises ``UnfitDraft``.
    """
    values = _checked(place, texts)
    token = guest_token or secrets.token_urlsafe(32)
    hashed = _hashed(token)
    _store({"guest_token": hashed}, Draft.guest_token == hashed, place, values)
    _drop_oldest(Draft.guest_token.is_not(None), GUEST_DRAFTS)
    return token


def claim_guest_drafts(actor: User, guest_token: str | None) -> None:
    """Give what was written before the sign-in to the member; a newer draft of theirs stays."""
    if not guest_token:
        return
    written = db.session.scalars(
        select(Draft).where(Draft.guest_token == _hashed(guest_token))
    ).all()
    for draft in written:
        own = _find(Draft.user_id == actor.id, draft.place)
        if own is None or own.updated_at <= draft.updated_at:
            save_draft(actor.id, draft.place, **texts_of(draft))
    _drop_all(Draft.guest_token == _hashed(guest_token))


def texts_of(draft: Draft) -> DraftTexts:
    """Return what a draft holds."""
    return {
        "title": draft.title,
        "body": draft.body,
        "tags": draft.tags,
        "board_slug": draft.board_slug,
    }


def drop_draft(viewer: Viewer, place: str, guest_token: str | None = None) -> None:
    """Forget a draft: its text was posted or thrown away. Without one nothing changes."""
    if viewer.viewer_id is not None:
        _drop(Draft.user_id == viewer.viewer_id, place)
    if guest_token:
        _drop(Draft.guest_token == _hashed(guest_token), place)


def prune_drafts() -> None:
    """Forget drafts nobody has touched for 30 days (periodic)."""
    _drop_all(Draft.updated_at < _oldest_kept())


def _oldest_kept() -> datetime:
    return clock.now() - timedelta(days=KEPT_DAYS)


def _checked(place: str, texts: DraftTexts) -> dict[str, str]:
    if not PLACE.fullmatch(place):
        raise UnfitDraft(_l("There is no such form."))
    values = {}
    for name, longest in LONGEST.items():
        try:
            text = markup.clean_text(str(texts.get(name, "")))
        except markup.UnacceptableText:
            raise UnfitDraft(_l("The text holds a character that cannot be stored.")) from None
        if len(text) > longest:
            raise UnfitDraft(errors={name: UnfitDraft.message})
        values[name] = text
    return values


def _any_text(values: dict[str, str]) -> bool:
    return any(values[name].strip() for name in ("title", "body", "tags"))


def _store(
    owner: dict[str, Any], is_owners: ColumnElement[bool], place: str, values: dict[str, str]
) -> None:
    kept = {**values, "updated_at": clock.now()}
    insert = insert_ignoring_conflicts(Draft).values(**owner, place=place, **kept)
    if db.session.execute(insert).rowcount:  # type: ignore[attr-defined]
        return
    db.session.execute(
        update(Draft)
        .where(is_owners, Draft.place == place)
        .values(**kept)
        .execution_options(synchronize_session=False)
    )


def _drop_oldest(owned: ColumnElement[bool], limit: int) -> None:
    """Keep no more than ``limit`` drafts of an owner (or of all guests)."""
    some = select(Draft.id).where(owned).limit(limit + 1).subquery()
    if (db.session.scalar(select(func.count()).select_from(some)) or 0) <= limit:
        return
    oldest = select(Draft.id).where(owned).order_by(Draft.updated_at, Draft.id).limit(1)
    _drop_all(Draft.id == oldest.scalar_subquery())


def _drop(owned: ColumnElement[bool], place: str) -> None:
    _drop_all(owned, Draft.place == place)


def _drop_all(*conditions: ColumnElement[bool]) -> None:
    db.session.execute(
        delete(Draft).where(*conditions).execution_options(synchronize_session=False)
    )


def _hashed(token: str | None) -> str:
    return hashlib.sha256((token or "").encode("utf-8", "replace")).hexdigest()

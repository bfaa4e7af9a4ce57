"""Who is to be erased or exported: names, addresses, the account with its rights."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, exists, or_, select
from sqlalchemy.orm import aliased

from community.core import clock
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import FormerIdentifier, OneTimeToken, User
from community.identity.names import name_key_of
from community.identity.queries import VIEWER_RIGHTS
from community.posts.models import Post
from community.privacy.redaction import Person

# A word that stands in more posts than this, in questions the person had no part in, is no name.
ORDINARY_POSTS = 10
_LOOKED_AT = 500


def get_account(user_id: int) -> User:
    """Return somebody with their rights, as a request has them; raises ``NotFound``."""
    query = select(User).options(*VIEWER_RIGHTS).where(User.id == user_id)
    user = db.session.scalars(query).unique().one_or_none()
    if user is None:
        raise NotFound()
    return user


def list_due_erasures() -> list[int]:
    """Return the ids of accounts whose time is over; those under a legal hold wait."""
    due = select(User.id).where(
        User.erasure_due_at <= clock.now(),
        User.erased_at.is_(None),
        User.erasure_held_at.is_(None),
    )
    return list(db.session.scalars(due.order_by(User.erasure_due_at)))


def get_person(user_id: int) -> Person:
    """Return all names and addresses an account has or had."""
    user = db.session.get_one(User, user_id)
    former = db.session.execute(
        select(FormerIdentifier.kind, FormerIdentifier.value).where(
            FormerIdentifier.user_id == user_id
        )
    ).all()
    names = [user.display_name, *_still_theirs(user, [v for kind, v in former if kind == "name"])]
    emails = [user.email, *(value for kind, value in former if kind == "email")]
    person = Person(user_id, _unique(names), _unique(emails))
    return replace(person, ordinary=_ordinary_names(person))


def _still_theirs(user: User, names: list[str]) -> list[str]:
    """Leave out names that have become somebody else's: texts mean them by now."""
    keys = [name_key_of(name) for name in names]
    others = select(User.name_key).where(User.name_key.in_(keys), User.id != user.id)
    taken = set(db.session.scalars(others))
    return [name for name, key in zip(names, keys, strict=True) if key not in taken]


def list_mailed_addresses(user_id: int) -> list[str]:
    """Return addresses that links were mailed to."""
    sent = select(OneTimeToken.sent_to).where(
        OneTimeToken.user_id == user_id, OneTimeToken.sent_to.is_not(None)
    )
    return [address for address in db.session.scalars(sent.distinct()) if address]


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _ordinary_names(person: Person) -> frozenset[str]:
    return frozenset(name for name in person.names if _is_ordinary(name, person.user_id))


def _is_ordinary(name: str, user_id: int) -> bool:
    theirs = aliased(Post)
    took_part = exists().where(theirs.root_id == Post.root_id, theirs.author_id == user_id)
    found = db.session.scalars(
        select(Post.body)
        .where(contains(Post.body, name), Post.author_id != user_id, ~took_part)
        .limit(_LOOKED_AT)
    )
    word = re.compile(rf"(?<![\w@]){re.escape(name)}(?!\w)", re.IGNORECASE)
    return sum(1 for body in found if word.search(body)) > ORDINARY_POSTS


def contains(column: Any, needle: str) -> ColumnElement[bool]:
    """Return the condition that a text may hold another one, case aside.

    SQLite knows the case of ASCII letters alone, so any character will do for another letter:
    what is found is looked at more closely.
    """
    pattern = "".join(_matching(character) for character in needle)
    return cast(column, Text).ilike(f"%{pattern}%", escape="\\")


def _matching(character: str) -> str:
    if not character.isascii():
        return "_"
    return f"\\{character}" if character in "\\%_" else character


def names_any(columns: Sequence[Any], person: Person) -> ColumnElement[bool]:
    """Return a condition for rows that may name a person; mentions are spelt in many ways."""
    needles = (*person.needles, "@", f"/users/{person.user_id}/")
    return or_(*(contains(column, needle) for column in columns for needle in needles))

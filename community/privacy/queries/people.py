"""Who is to be erased or exported: names, addresses, the account with its rights."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from community.core import clock
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import FormerIdentifier, OneTimeToken, User
from community.identity.models.users import PENDING
from community.identity.names import name_key_of
from community.identity.queries import VIEWER_RIGHTS
from community.posts.models import Post
from community.privacy.redaction import Person

# The kind of a former identifier that is the hash of a link.
LINK = "link"
# A word that stands in more posts than this, in questions the person had no part in, is no name.
ORDINARY_POSTS = 10
# A single word of fewer letters ("SIM", "IP") is never taken for a name, however rare it is.
SHORT = 5
_PAGE = 500


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
    """Return all names and addresses an account has or had.

    An address is theirs once they have shown so: who registers or asks for a change may type
    anybody's.
    """
    user = db.session.get_one(User, user_id)
    former = db.session.execute(
        select(FormerIdentifier.kind, FormerIdentifier.value).where(
            FormerIdentifier.user_id == user_id
        )
    ).all()
    names = [user.display_name, *_still_theirs(user, [v for kind, v in former if kind == "name"])]
    addresses = [None if user.is_pending else user.email, *(v for k, v in former if k == "email")]
    person = Person(
        user_id,
        _unique(names),
        _not_others(user, _unique(addresses)),
        links=frozenset(value for kind, value in former if kind == LINK),
    )
    return replace(person, ordinary=_ordinary_spellings(person))


def _still_theirs(user: User, names: list[str]) -> list[str]:
    """Leave out names that have become somebody else's: texts mean them by now."""
    keys = [name_key_of(name) for name in names]
    others = select(User.name_key).where(User.name_key.in_(keys), User.id != user.id)
    taken = set(db.session.scalars(others))
    return [name for name, key in zip(names, keys, strict=True) if key not in taken]


def _not_others(user: User, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out addresses that somebody else has by now: texts mean them."""
    folded = [address.lower() for address in addresses]
    others = select(func.lower(User.email)).where(
        func.lower(User.email).in_(folded),
        User.id != user.id,
        ~User.name_key.startswith(PENDING),
    )
    taken = set(db.session.scalars(others))
    return tuple(address for address in addresses if address.lower() not in taken)


def list_links(user_id: int) -> list[str]:
    """Return the hashes of all links that were mailed for an account."""
    hashes = select(OneTimeToken.token_hash).where(OneTimeToken.user_id == user_id)
    return list(db.session.scalars(hashes))


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _ordinary_spellings(person: Person) -> frozenset[str]:
    # As it is mentioned, a name may be a word that it is not as it is shown: "pass word".
    return frozenset(word for word in person.spellings if _is_ordinary(word, person.user_id))


def _is_ordinary(word: str, user_id: int) -> bool:
    if len(word) < SHORT and " " not in word:
        return True
    standing = re.compile(rf"(?<![\w@]){re.escape(word)}(?!\w)", re.IGNORECASE)
    found = 0
    for bodies in _others_posts(word, user_id):
        found += sum(1 for body in bodies if standing.search(body))
        if found > ORDINARY_POSTS:
            return True
    return False


def _others_posts(word: str, user_id: int) -> Iterator[list[str]]:
    """Return posts that may hold a word, in questions the person had no part in, by pages."""
    theirs = aliased(Post)
    took_part = exists().where(theirs.root_id == Post.root_id, theirs.author_id == user_id)
    query = (
        select(Post.id, Post.body)
        .where(contains(Post.body, word), Post.author_id != user_id, ~took_part)
        .order_by(Post.id)
        .limit(_PAGE)
    )
    last = 0
    while rows := db.session.execute(query.where(Post.id > last)).all():
        last = rows[-1].id
        yield [row.body for row in rows]


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

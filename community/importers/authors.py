"""Members of the source become users without e-mail and password."""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select

from community.core.db import db, reserve_ids
from community.core.markup import plain_text
from community.core.markup.text import make_showable, shorten
from community.identity.models import NAME_MAX_CHARS, User
from community.identity.names import name_key_of
from community.importers.records import AuthorRef, UserRecord
from community.importers.store import Memory, remember, table_of, users_by_id

BIO_MAX_CHARS = 500
FORMER_MEMBER = "Former member"
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


class NewUser(NamedTuple):
    """A user to be made, remembered under ``key``."""

    key: str
    name: str
    created_at: datetime
    bio: str = ""


def write_users(source: str, records: Sequence[UserRecord]) -> None:
    """Make users of the source's members, in the caller's transaction."""
    _make_users(source, [_new_user(record) for record in records])


def find_or_make_authors(source: str, refs: Mapping[AuthorRef, datetime]) -> dict[AuthorRef, int]:
    """Return our user ids for authors; those the source does not list get a stand-in.

    ``refs`` says when each was first met, which becomes a stand-in's time of joining.
    """
    keys = {_stand_in_key(ref) for ref in refs} | {ref.source_id for ref in refs if ref.source_id}
    known = users_by_id(source, keys)
    missing = {
        _stand_in_key(ref): NewUser(_stand_in_key(ref), ref.name or FORMER_MEMBER, first_seen_at)
        for ref, first_seen_at in reversed(list(refs.items()))
        if ref.source_id not in known and _stand_in_key(ref) not in known
    }
    known |= _make_users(source, list(reversed(missing.values())))
    return {ref: known.get(ref.source_id or "") or known[_stand_in_key(ref)] for ref in refs}


def _stand_in_key(ref: AuthorRef) -> str:
    """Return the id under which somebody known by name only is remembered."""
    if not ref.name:
        return "former"
    return "name:" + hashlib.sha256(ref.name.encode("utf-8", "replace")).hexdigest()[:40]


def _new_user(record: UserRecord) -> NewUser:
    bio = shorten(plain_text(make_showable(record.about)), BIO_MAX_CHARS)
    return NewUser(record.source_id, record.name, record.created_at, bio)


def _make_users(source: str, wanted: list[NewUser]) -> dict[str, int]:
    if not wanted:
        return {}
    ids = reserve_ids(User.__table__, len(wanted))
    names = _free_names(wanted)
    rows = [
        {
            "id": user_id,
            "display_name": name,
            "name_key": name_key,
            "fs_uniquifier": secrets.token_hex(16),
            "created_at": user.created_at,
            "bio": user.bio,
        }
        for user_id, user, (name, name_key) in zip(ids, wanted, names, strict=True)
    ]
    db.session.execute(insert(table_of(User)), rows)
    made = {user.key: user_id for user_id, user in zip(ids, wanted, strict=True)}
    remember(source, "user", (Memory(key, user_id=user_id) for key, user_id in made.items()))
    return made


def _free_names(wanted: Sequence[NewUser]) -> list[tuple[str, str]]:
    """Return a name and its key for each, none of them taken."""
    tidy = [_tidy_name(user.name) for user in wanted]
    taken = _taken_keys(name_key_of(name) for name in tidy) | {""}
    found = []
    for user, name in zip(wanted, tidy, strict=True):
        choice = name
        tries = 0
        while (key := name_key_of(choice)) in taken or (tries and _taken_keys([key])):
            tries += 1
            choice = _with_suffix(name, user.key, tries)
        taken.add(key)
        found.append((choice, key))
    return found


def _tidy_name(raw: str) -> str:
    visible = (
        c for c in make_showable(raw) if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    return " ".join("".join(visible).split())[:NAME_MAX_CHARS].strip() or FORMER_MEMBER


def _with_suffix(name: str, key: str, tries: int) -> str:
    """Return the name with the source's id, which is the same in every run."""
    suffix = key.removeprefix("name:")[:12] + ("" if tries == 1 else f"-{tries}")
    return f"{name[: NAME_MAX_CHARS - len(suffix) - 1].rstrip()} {suffix}"


def _taken_keys(keys: Iterable[str]) -> set[str]:
    return set(db.session.scalars(select(User.name_key).where(User.name_key.in_(list(keys)))))

"""The demo community's people: accounts with a password and members without one."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_security import hash_password
from sqlalchemy import select

from community.core.db import db
from community.identity.models import RoleGrant, User
from community.identity.names import name_columns
from community.importers.demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from community.importers.demo.content import DemoMember
from community.importers.demo.records import keep_record, source_ids_of
from community.importers.models import ImportedRecord

MONTH = timedelta(days=30.44)
# Nobody joined after the first question was asked.
SHORTEST_MEMBERSHIP = timedelta(days=15)


def load_people(members: Iterable[DemoMember], now: datetime) -> dict[str, int]:
    """Add who is missing; returns the ids of everybody by key."""
    known = source_ids_of("user")
    for account in DEMO_ACCOUNTS:
        if account.key not in known:
            user = _make_user(account.name, account.joined_months_ago, account.bio, now)
            user.email = account.email
            user.password = hash_password(DEMO_PASSWORD)
            _add_user(account.key, user, account.role, now)
    for member in members:
        if member.key not in known:
            user = _make_user(member.name, member.joined_months_ago, member.bio, now)
            user.language = member.language
            _add_user(member.key, user, member.role, now)
    return _ids_by_key()


def _make_user(name: str, joined_months_ago: int, bio: str, now: datetime) -> User:
    joined_at = now - max(joined_months_ago * MONTH, SHORTEST_MEMBERSHIP)
    return User(
        **name_columns(name),
        fs_uniquifier=secrets.token_hex(32),
        active=True,
        bio=bio,
        created_at=joined_at,
        confirmed_at=joined_at,
    )


def _add_user(key: str, user: User, role: str, now: datetime) -> None:
    user.role = role
    db.session.add(user)
    db.session.flush()
    if role != "member":
        db.session.add(RoleGrant(user_id=user.id, name=role, granted_at=now))
    keep_record("user", key, user_id=user.id)


def _ids_by_key() -> dict[str, int]:
    rows = db.session.execute(
        select(ImportedRecord.source_id, ImportedRecord.user_id).where(
            ImportedRecord.source == "demo", ImportedRecord.kind == "user"
        )
    )
    return {key: user_id for key, user_id in rows if user_id is not None}

"""Users and the roles they were granted."""

from datetime import datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.core import clock
from community.core.authz import BOARD_ROLES, BoardRoles
from community.core.db import Base
from community.identity.models.consents import VERSION_MAX_CHARS
from community.identity.models.groups import GroupMember
from community.identity.names import MAX_CHARS, hue_of, initials_of

NAME_MAX_CHARS = MAX_CHARS
# Begins the key of a registration that was not confirmed yet; no name is folded to it.
PENDING = "~"
NAME_KEY_CHARS = 140
CAUSE_MAX_CHARS = 12


class User(Base, UserMixin):
    """A member of the community, staff included.

    ``name_key`` is the folded display name, unique, and what a mention is found by.
    ``name_skeleton`` is the same of all names that look alike (``identity.lookalikes``), unique as
    well; None until ``operations.names`` has filled it in. ``role`` is the
    highest role held, kept for lists; ``role_grants`` are the truth. ``unread_count``,
    ``solved_count``, ``points``, ``rank_level`` and ``trust_…`` belong to upper packages, which
    fill them through operations. Imported authors have neither e-mail nor password. ``active`` is
    off while the account is disabled, suspended or erased. ``suspended_at`` is since when a
    decision about their conduct keeps them out, ``suspended_until`` how long; None means for good.
    ``seen_at`` is when they last signed in. ``quiet_from_minutes`` and ``quiet_until_minutes``
    count from midnight in the member's time zone. ``superuser_tier`` is 1 or 2 for superusers;
    ``superuser_left_at`` is since when somebody who left in peace is a former one.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("name_key"),
        UniqueConstraint("fs_uniquifier"),
        Index("ix_users_solved_count", "solved_count", "id"),
        Index("ix_users_passkey_handle", "passkey_handle", unique=True),
        Index("ix_users_erasure_due_at", "erasure_due_at"),
        Index("ix_users_seen_at", "seen_at"),
        Index("ix_users_name_skeleton", "name_skeleton", unique=True),
        Index("ix_users_digest_time_zone", "digest", "time_zone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(255))  # type: ignore[assignment]
    display_name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    name_key: Mapped[str] = mapped_column(String(120))
    name_skeleton: Mapped[str | None] = mapped_column(String(NAME_KEY_CHARS))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    language: Mapped[str | None] = mapped_column(String(5))
    reads_languages: Mapped[str] = mapped_column(String(20), default="")
    time_zone: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str] = mapped_column(String(10), default="system")
    shortcuts: Mapped[bool] = mapped_column(default=True)
    bio: Mapped[str] = mapped_column(String(500), default="")
    role: Mapped[str] = mapped_column(String(16), default="member")
    points: Mapped[int] = mapped_column(default=0)
    rank_level: Mapped[int] = mapped_column(default=0)
    trust_level: Mapped[int] = mapped_column(default=0, server_default="0")
    trust_fixed: Mapped[bool] = mapped_column(default=False, server_default=false())
    trust_grace_until: Mapped[datetime | None]
    solved_count: Mapped[int] = mapped_column(default=0)
    kudos_count: Mapped[int] = mapped_column(default=0)
    unread_count: Mapped[int] = mapped_column(default=0)
    silenced_until: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    erasure_due_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    erasure_cause: Mapped[str | None] = mapped_column(String(CAUSE_MAX_CHARS))
    seen_at: Mapped[datetime | None]
    passkey_handle: Mapped[str | None] = mapped_column(String(64))
    terms_version: Mapped[str | None] = mapped_column(String(VERSION_MAX_CHARS))
    erasure_held_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(10), default="off", server_default="off")
    is_on_leaderboards: Mapped[bool] = mapped_column(default=True, server_default=true())
    quiet_from_minutes: Mapped[int | None]
    quiet_until_minutes: Mapped[int | None]
    superuser_tier: Mapped[int] = mapped_column(default=0, server_default="0")
    superuser_left_at: Mapped[datetime | None]

    role_grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", lazy="raise", foreign_keys="RoleGrant.user_id"
    )

    memberships: Mapped[list[GroupMember]] = relationship(
        lazy="raise", foreign_keys=GroupMember.user_id, viewonly=True
    )

    def get_id(self) -> str:
        """Tell Flask-Login nothing: the cookie holds a session's token, not who it belongs to."""
        return ""

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """Tell Flask-Security of no roles: its checks know no boards; policies ask role_names."""
        return []

    @property
    def role_names(self) -> frozenset[str]:
        """All roles held site-wide; everybody is a member."""
        return frozenset({"member", *(g.name for g in self.role_grants if g.board_id is None)})

    @property
    def board_roles(self) -> BoardRoles:
        """Roles held on single boards; one that cannot be narrowed to a board counts nowhere."""
        held: dict[int, set[str]] = {}
        for grant in self.role_grants:
            if grant.board_id is not None and grant.name in BOARD_ROLES:
                held.setdefault(grant.board_id, set()).add(grant.name)
        return {board_id: frozenset(names) for board_id, names in held.items()}

    @property
    def group_ids(self) -> frozenset[int]:
        """The groups the member belongs to."""
        return frozenset(membership.group_id for membership in self.memberships)

    @property
    def is_pending(self) -> bool:
        """Whether this is a registration whose address was not confirmed; others see no such."""
        return self.name_key.startswith(PENDING)

    @property
    def is_disabled(self) -> bool:
        """Whether the account is closed for another reason than a suspension."""
        return self.disabled_at is not None or (not self.active and self.suspended_at is None)

    @property
    def is_only_suspended(self) -> bool:
        """Whether a decision about their conduct, and nothing else, keeps them out."""
        return self.suspended_at is not None and self.disabled_at is None and self.erased_at is None

    @property
    def viewer_id(self) -> int | None:
        return self.id

    @property
    def initials(self) -> str:
        return initials_of(self.display_name)

    @property
    def hue(self) -> int:
        return hue_of(self.display_name)


class RoleGrant(Base):
    """A role given to a user, by whom and when; ``board_id`` narrows it to one board.

    ``provider`` is set where a sign-in provider says so, not we.
    """

    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("user_id", "name", "board_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(16))
    board_id: Mapped[int | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    provider: Mapped[str | None] = mapped_column(String(40))

    user: Mapped[User] = relationship(
        back_populates="role_grants", lazy="raise", foreign_keys=user_id
    )

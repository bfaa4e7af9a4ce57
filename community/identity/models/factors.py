"""Second factors: codes of an authenticator app, passkeys, recovery codes."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

PASSKEY_NAME_CHARS = 60
ATTEMPT_CHARS = 40


class TotpFactor(Base):
    """An authenticator app. ``secret`` is encrypted; ``last_counter`` makes a code count once.

    Until ``confirmed_at`` is set it protects nothing. Source: RFC 6238 §5.2.
    """

    __tablename__ = "totp_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int | None]


class Passkey(Base):
    """A WebAuthn credential. Source: Web Authentication Level 2 §4."""

    __tablename__ = "passkeys"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        Index("ix_passkeys_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_backed_up: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(PASSKEY_NAME_CHARS))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code for the day the phone is lost; works once. We hold a hash."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class WrongCode(Base):
    """A code that was not right. ``attempt`` is the sign-in or session it was entered in.

    Counted here and not in the browser's cookie, which an attacker can set back.
    """

    __tablename__ = "wrong_codes"
    __table_args__ = (Index("ix_wrong_codes_user_id", "user_id", "entered_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    attempt: Mapped[str] = mapped_column(String(ATTEMPT_CHARS))
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)


class SpentChallenge(Base):
    """A challenge that a passkey has answered; the answer works once. We hold its SHA-256."""

    __tablename__ = "spent_challenges"
    __table_args__ = (Index("ix_spent_challenges_spent_at", "spent_at"),)

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(default=clock.now)

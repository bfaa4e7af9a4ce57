"""The reasons people typed for privileged acts: kept beside the log, so that they can be forgotten.

An entry of the log holds for good a mark made of its reason and a random salt; the reason stands
here with the salt. Whoever is erased is taken out of it. What the forum rewrites so loses its salt
and gets a seal of its own, made with the log's key: nobody can tell from the mark what stood there
before, and nobody without the key can put anything else there.
"""

import hmac
import secrets

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.db import Base

REASON_MAX_CHARS = 500
MARK = "text:"


class AuditReason(Base):
    """A reason; ``id`` is its entry's. Without a ``salt`` it was rewritten, and ``seal`` says so.

    No foreign key: where an entry was taken out, that is found and not refused.
    """

    __tablename__ = "audit_reasons"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(String(REASON_MAX_CHARS))
    salt: Mapped[str] = mapped_column(String(32))
    key_id: Mapped[str] = mapped_column(String(16), default="")
    seal: Mapped[str] = mapped_column(String(64), default="")


def new_salt() -> str:
    """Return what keeps a short reason from being guessed by its mark."""
    return secrets.token_hex(16)


def mark_of(text: str, salt: str) -> str:
    """Return what an entry holds of a reason."""
    return MARK + hmac.digest(salt.encode(), text.encode(), "sha256").hex()


def rewritten_seal(key: bytes, entry_id: int, text: str) -> str:
    """Return the seal of a reason that the forum rewrote."""
    return hmac.digest(key, f"reason {entry_id} {text}".encode(), "sha256").hex()

"""Addresses that do not take our mail: after four bounces nothing more is sent there for a while.

Every mail of ours carries a token made for its address. A bounce counts only if it quotes that:
else anybody could stop the mails of anybody by writing bounces. Kept is a keyed hash of an address,
never the address. Source: product, "4 bounces stop mail".
"""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, db, insert_ignoring_conflicts
from community.core.sealing import keyed_hashes

TOKEN_HEADER = "X-Delivery-Token"
BOUNCES_MAX = 4
# A mailbox that was full may be emptied, an address given up may be taken again.
FORGOTTEN_AFTER = timedelta(days=90)
_PURPOSE = "undeliverable addresses"


class UndeliverableAddress(Base):
    """An address from which mails of ours came back; ``key`` is a hash that names nobody."""

    __tablename__ = "undeliverable_addresses"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    bounces: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def delivery_token(address: str) -> str:
    """Return what a mail to an address carries, and a bounce of it quotes."""
    return _tokens(address)[0]


def is_quoted(raw: bytes, address: str) -> bool:
    """Say whether a bounce quotes a mail of ours to this address."""
    return any(token.encode() in raw for token in _tokens(address))


def note_bounce(address: str) -> None:
    """Count a mail that an address did not take for good."""
    key, now = _keys(address)[0], clock.now()
    fresh = insert_ignoring_conflicts(UndeliverableAddress).values(key=key, bounces=0, last_at=now)
    db.session.execute(fresh)
    db.session.execute(
        update(UndeliverableAddress)
        .where(UndeliverableAddress.key == key)
        .values(bounces=UndeliverableAddress.bounces + 1, last_at=now)
        .execution_options(synchronize_session=False)
    )


def takes_mail(address: str) -> bool:
    """Say whether an address is still written to."""
    refused = select(UndeliverableAddress.key).where(
        UndeliverableAddress.key.in_(_keys(address)),
        UndeliverableAddress.bounces >= BOUNCES_MAX,
        UndeliverableAddress.last_at > clock.now() - FORGOTTEN_AFTER,
    )
    return db.session.scalar(refused) is None


def last_bounce(address: str) -> datetime | None:
    """Return when a mail to this address last came back for good, as long as that is remembered."""
    last = select(func.max(UndeliverableAddress.last_at)).where(
        UndeliverableAddress.key.in_(_keys(address)),
        UndeliverableAddress.last_at > clock.now() - FORGOTTEN_AFTER,
    )
    return db.session.scalar(last)


def forget_bounces(age: timedelta) -> None:
    """Forget the addresses of which no mail came back for so long."""
    old = UndeliverableAddress.last_at < clock.now() - age
    db.session.execute(delete(UndeliverableAddress).where(old))


def _keys(address: str) -> list[str]:
    return _hashes("address", address)


def _tokens(address: str) -> list[str]:
    return [each[:32] for each in _hashes("token", address)]


def _hashes(kind: str, address: str) -> list[str]:
    return keyed_hashes(_PURPOSE, f"{kind}:{address.strip().lower()}")

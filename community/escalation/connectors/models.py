"""Which case is which ticket elsewhere, what was carried over, and how each connector fares."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

NAME_CHARS = 40
EXTERNAL_ID_CHARS = 100
ERROR_CHARS = 200

IN, OUT = "in", "out"
# What is wrong with a link: the last attempt failed; the ticket's state could not be ours, or a
# comment there could not be taken over, because the case is not as it would have to be.
FAILED, STATE_DECLINED, COMMENT_DECLINED = "failed", "state", "comment"


class ConnectorState(Base):
    """How a connector fares, and how far its changes were read (``cursor``, its own words)."""

    __tablename__ = "connector_states"

    name: Mapped[str] = mapped_column(String(NAME_CHARS), primary_key=True)
    cursor: Mapped[str] = mapped_column(Text, default="")
    succeeded_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(ERROR_CHARS), default="")


class ConnectorLink(Base):
    """A case and its ticket elsewhere; ``external_id`` is None until it was made there.

    ``remote_state`` is the ticket's last known state, set by us or seen there: a different one is
    news. ``attempts`` counts those that did not end well since the last that did. ``retry_at`` is
    when it is tried again by itself. Who works on it holds ``leased_until``.
    """

    __tablename__ = "connector_links"
    __table_args__ = (
        CheckConstraint("problem IN ('', 'failed', 'state', 'comment')", name="problem"),
        UniqueConstraint("case_id", "connector"),
        UniqueConstraint("connector", "external_id"),
        Index("ix_connector_links_problem", "problem", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("support_cases.id"))
    connector: Mapped[str] = mapped_column(String(NAME_CHARS))
    external_id: Mapped[str | None] = mapped_column(String(EXTERNAL_ID_CHARS))
    remote_state: Mapped[str] = mapped_column(String(10), default="")
    problem: Mapped[str] = mapped_column(String(10), default="")
    error: Mapped[str] = mapped_column(String(ERROR_CHARS), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class ConnectorDelivery(Base):
    """Something said that is on both sides: each message once, each comment there once."""

    __tablename__ = "connector_deliveries"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        UniqueConstraint("link_id", "message_id"),
        UniqueConstraint("link_id", "external_id"),
        Index("ix_connector_deliveries_message_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("connector_links.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("case_messages.id"))
    external_id: Mapped[str | None] = mapped_column(String(EXTERNAL_ID_CHARS))
    direction: Mapped[str] = mapped_column(String(3))
    carried_at: Mapped[datetime] = mapped_column(default=clock.now)

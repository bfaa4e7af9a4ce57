"""The one clock: every instant in the product comes from here."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, timezone-aware, in UTC."""
    return datetime.now(UTC)

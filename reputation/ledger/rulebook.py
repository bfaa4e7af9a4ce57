"""The rules a new site begins with, and those that were added in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from community.core.db import db
from reputation.ledger.models import RuleVersion
from reputation.ledger.rules import CURRENCIES, FIRST_RULES, Promotion, RuleBook, Rules


def load_rulebook() -> RuleBook:
    """Return all versions that were not withdrawn; read anew each time, they are few."""
    rows = _versions()
    return RuleBook(
        {
            currency: (
                *FIRST_RULES[currency],
                *(rules_of(row) for row in rows if row.currency == currency),
            )
            for currency in CURRENCIES
        }
    )


def _versions() -> Sequence[RuleVersion]:
    query = select(RuleVersion).where(RuleVersion.withdrawn_at.is_(None))
    return db.session.scalars(query.order_by(RuleVersion.begins_at, RuleVersion.id)).all()


def rules_of(row: RuleVersion) -> Rules:
    """Return a version as the pure rules compute with it."""
    return Rules(
        version=row.version,
        begins_at=row.begins_at,
        values=row.amounts,
        full_givers=row.full_givers,
        later_kudos=row.later_kudos,
        daily_cap=row.daily_cap,
        matures_after_days=row.matures_after_days,
        promotion=_promotion_of(row.promotion),
    )


def _promotion_of(stored: Mapping[str, Any] | None) -> Promotion | None:
    if stored is None:
        return None
    return Promotion(**{**stored, "ends_at": datetime.fromisoformat(stored["ends_at"])})


def promotion_row(promotion: Promotion | None) -> dict[str, Any] | None:
    """Return a promotion as a version of the rules stores it."""
    if promotion is None:
        return None
    return {**asdict(promotion), "ends_at": promotion.ends_at.isoformat()}

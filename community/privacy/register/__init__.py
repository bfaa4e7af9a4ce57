"""The register: every table, every column, every place on disk, and what is personal in it.

A new column needs a line in one of these modules; a test walks all models.
"""

from community.privacy.marks import Personal, Table
from community.privacy.register import (
    accounts,
    conduct,
    contributions,
    corrections,
    fairness,
    flags,
    machinery,
    payback,
    payouts,
    places,
    points,
    spam,
    superusers,
    support,
)

TABLES: dict[str, Table] = {
    **accounts.TABLES,
    **conduct.TABLES,
    **contributions.TABLES,
    **corrections.TABLES,
    **fairness.TABLES,
    **flags.TABLES,
    **payback.TABLES,
    **payouts.TABLES,
    **points.TABLES,
    **machinery.TABLES,
    **superusers.TABLES,
    **support.TABLES,
    **spam.TABLES,
}
STORES = places.STORES


def personal_columns() -> list[tuple[str, str, Personal]]:
    """Return table, column and mark of everything personal."""
    return [
        (name, column, mark)
        for name, table in TABLES.items()
        for column, mark in table.personal.items()
    ]

"""The nightly search."""

from community.core.db import forget_changes, transaction
from community.core.jobs import external
from reputation.fairness.operations import note_rings, search_rings


@external
def look_for_rings() -> None:
    """Search, then note what was found; searching keeps no writer waiting (periodic)."""
    found = search_rings()
    forget_changes()
    with transaction():
        note_rings(found)

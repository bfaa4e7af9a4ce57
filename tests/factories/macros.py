"""Build macros through the product's own operations."""

from typing import Any

from community.core.db import transaction
from community.escalation.macros.models import Macro
from community.escalation.macros.operations import MacroTexts, add_macro
from community.identity.models import User


def make_macro(actor: User, *, team_id: int | None, **values: Any) -> Macro:
    """Make a macro; ``values`` are parts of ``MacroTexts``."""
    given = {"name": "Xyzzy", "body": "Xyzzy {customer}", "language": "en", **values}
    with transaction():
        return add_macro(actor, MacroTexts(team_id=team_id, **given))

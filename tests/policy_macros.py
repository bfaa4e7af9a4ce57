"""Requests that make and change macros; the one they are about belongs to no team of anybody's."""

from collections.abc import Callable
from typing import Any

from community.identity.models import User
from tests.factories.macros import make_macro

TYPED = {
    "name": "Hello",
    "body": "Hello {customer}",
    "language": "en",
    "team": "",
    "state": "",
    "priority": "",
    "owner": "",
}


def make_shared_macro(admin: User) -> int:
    """Make a macro of every team and return its id."""
    return make_macro(admin, team_id=None).id


def macro_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "macros.create_macro": lambda c: ("/desk/macros", TYPED),
        "macros.save_macro": lambda c: (f"/desk/macros/{c.world.macro}", TYPED),
        "macros.retire": lambda c: (f"/desk/macros/{c.world.macro}/retirement", {}),
        "macros.restore": lambda c: (f"/desk/macros/{c.world.macro}/retirement", {}),
    }

"""The page that says what opens when, with the reader's own progress."""

from typing import NamedTuple

from flask import Blueprint, render_template
from flask_babel.speaklater import LazyString

from community.core.authz import Viewer, is_signed_in
from community.core.privileges import EVERYBODY
from community.core.web import current_viewer, public
from community.identity.privileges import (
    WAITING,
    WORDS,
    has_privilege,
    points_needed,
    standing_of,
)

blueprint = Blueprint("trust", __name__)


class Power(NamedTuple):
    """A power as the page lists it; ``is_mine`` is None for guests."""

    words: LazyString
    points: int
    is_mine: bool | None
    missing: int

    @property
    def is_everybodys(self) -> bool:
        return self.points <= EVERYBODY


@blueprint.get("/privileges")
@public
def show_privileges() -> str:
    """Show with how many points each power opens; members also see which are theirs."""
    viewer = current_viewer()
    return render_template(
        "reputation/privileges.html",
        powers=powers_of(viewer),
        points=getattr(viewer, "points", None),
    )


def powers_of(viewer: Viewer) -> list[Power]:
    """Return all powers in use, those that open first first."""
    powers = []
    for privilege in set(WORDS) - WAITING:
        points = points_needed(privilege)
        mine = has_privilege(viewer, privilege, None) if is_signed_in(viewer) else None
        missing = max(0, points - standing_of(viewer))
        powers.append(
            (points, list(WORDS).index(privilege), Power(WORDS[privilege], points, mine, missing))
        )
    return [power for *_, power in sorted(powers, key=lambda row: row[:2])]

"""The page that says what opens when and what trust levels take, with the reader's own progress."""

from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.authz import Viewer, is_signed_in
from community.core.privileges import EVERYBODY
from community.core.web import current_viewer, public
from community.identity.models import User
from community.identity.privileges import (
    WAITING,
    WORDS,
    has_privilege,
    points_needed,
    standing_of,
)
from community.identity.trust_words import WORDS as WORDS_OF_LEVELS
from reputation.trust.queries import measures_of
from reputation.trust.rules import GRACE, WINDOW, Need, needs_of

blueprint = Blueprint("trust", __name__)


NEED_WORDS: dict[str, LazyString] = {
    "topics_entered": _l("questions read"),
    "posts_read": _l("posts read"),
    "minutes": _l("minutes here"),
    "days_visited": _l("days on which you were here"),
    "likes_given": _l("kudos given"),
    "likes_received": _l("kudos received"),
    "questions_answered": _l("questions of others answered"),
    "recent_questions_answered": _l("questions of others answered"),
    "recent_accepted": _l("answers accepted"),
    "recent_likes_given": _l("kudos given"),
    "recent_likes_received": _l("kudos received"),
}


class Progress(NamedTuple):
    """A member's level, until when it stands in spite of all, and what the next one takes."""

    level: int
    grace_until: datetime | None
    needs: tuple[Need, ...]


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
        mine=_progress_of(viewer) if isinstance(viewer, User) else None,
        levels=WORDS_OF_LEVELS,
        need_words=NEED_WORDS,
        window_days=WINDOW.days,
        grace_days=GRACE.days,
    )


def _progress_of(user: User) -> Progress:
    measures = measures_of([user.id], clock.now())[user.id]
    needs = () if user.trust_fixed else tuple(needs_of(user.trust_level + 1, measures))
    return Progress(user.trust_level, user.trust_grace_until, needs)


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

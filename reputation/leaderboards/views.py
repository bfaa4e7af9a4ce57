"""The page of leaderboards."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from community.boards.queries import get_board, list_boards
from community.core import clock
from community.core.errors import NotFound
from community.core.settings import site_zone
from community.core.spans import DAY, MONTH, WEEK
from community.core.web import current_viewer, public
from reputation.leaderboards.periods import EVER, PERIODS, WHOLE_SITE
from reputation.leaderboards.queries import get_leaderboard, get_own_place

blueprint = Blueprint("leaderboards", __name__)


@blueprint.get("/leaderboard")
@public
def show_leaderboard() -> str:
    """Show who gained most in a period, and where the reader stands."""
    viewer, now = current_viewer(), clock.now()
    period, slug = request.args.get("period", WEEK), request.args.get("board", "")
    if period not in PERIODS:
        raise NotFound()
    board = get_board(viewer, slug) if slug else None
    where = (period, board.id if board else WHOLE_SITE, now)
    return render_template(
        "leaderboards/show.html",
        board=board,
        boards=list_boards(viewer),
        period=period,
        tabs=_tabs(period, slug),
        leaderboard=get_leaderboard(*where),
        own=get_own_place(viewer, *where),
        is_unlisted=getattr(viewer, "is_on_leaderboards", True) is False,
        zone=str(site_zone()),
    )


def _tabs(shown: str, slug: str) -> list[tuple[str, str, bool, None]]:
    words = {DAY: _("Today"), WEEK: _("Week"), MONTH: _("Month"), EVER: _("All time")}
    return [
        (
            text,
            url_for("leaderboards.show_leaderboard", period=period, board=slug or None),
            period == shown,
            None,
        )
        for period, text in words.items()
    ]

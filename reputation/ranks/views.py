"""The ladder for everybody, and for members their own place on it."""

from flask import Blueprint, render_template

from community.core.authz import is_signed_in
from community.core.web import current_viewer, public
from reputation.ranks.queries import get_step, list_ranks
from reputation.ranks.wording import words_of_criteria, words_of_step

blueprint = Blueprint("ranks", __name__)


@blueprint.get("/ranks")
@public
def show_ranks() -> str:
    """Show all ranks with what each takes; members also see what they lack for the next one."""
    viewer = current_viewer()
    mine = viewer.viewer_id if is_signed_in(viewer) else None
    step = None if mine is None else get_step(mine)
    return render_template(
        "ranks/index.html",
        ranks=list_ranks(),
        step=step,
        lacking=words_of_step(step) if step else "",
        words=words_of_criteria,
    )

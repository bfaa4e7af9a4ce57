"""What one wrote and what waits for a moderator: to read, to change, to take back."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from community.core.pagination import Cursor
from community.core.sightings import Seen, note_seen
from community.core.web import current_viewer
from community.posts.findings import reason_of
from community.posts.policies import is_author
from community.questions.queries.held import get_held, page_of_held

blueprint = Blueprint("held", __name__)


@blueprint.get("/held-posts")
def list_held() -> ResponseReturnValue:
    """List one's own posts that wait."""
    page = page_of_held(current_viewer(), Cursor.parse(request.args.get("before")))
    older = url_for("held.list_held", before=str(page.older)) if page.older else ""
    return render_template("questions/held_list.html", page=page, older=older, reason_of=reason_of)


@blueprint.get("/held-posts/<int:post_id>")
def show_held(post_id: int) -> ResponseReturnValue:
    """Show a post that waits to its author, and to who may judge it."""
    viewer = current_viewer()
    post = get_held(viewer, post_id)
    mine = is_author(viewer, post)
    if not mine:
        note_seen(Seen.REMOVED_POST, "post", post_id)
    return render_template("questions/held.html", post=post, mine=mine, reason_of=reason_of)

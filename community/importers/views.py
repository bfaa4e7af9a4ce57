"""Old addresses of imported questions."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from community.core.web import current_viewer, public
from community.importers.queries import get_imported_question

blueprint = Blueprint("importers", __name__)


@blueprint.get("/imported/<source>/questions/<int:old_id>")
@public
def show_imported_question(source: str, old_id: int) -> ResponseReturnValue:
    """Lead from the id a question had to the question."""
    found = get_imported_question(current_viewer(), source, str(old_id))
    return redirect(
        url_for("questions.show_question", question_id=found.id, slug=found.slug or None), 301
    )

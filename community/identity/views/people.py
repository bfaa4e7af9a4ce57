"""Finding people by name."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from community.core.limits import limited
from community.core.web import public
from community.identity.queries import get_user_id_by_name, list_mention_names

blueprint = Blueprint("people", __name__)


@blueprint.get("/users/by-name/<name>")
@public
def find_person(name: str) -> ResponseReturnValue:
    """Go to the profile of whoever was mentioned."""
    return redirect(url_for("profiles.show_profile", user_id=get_user_id_by_name(name)), 302)


@blueprint.get("/users/names")
@limited("suggestions")
def suggest_names() -> ResponseReturnValue:
    """Offer names while somebody types an @, as a JSON list."""
    return jsonify(list_mention_names(request.args.get("q", "")[:60]))

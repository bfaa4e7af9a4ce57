"""The pages on which reviewers look through suggested changes and first posts."""

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import require
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid, RateLimited, Refusal
from community.core.forms import takes
from community.core.sightings import Seen, note_seen
from community.core.web import current_viewer, read_id
from community.identity.signing_in import signed_in_user
from moderation.cases.ageing import age_of
from moderation.cases.kinds import kind_of
from moderation.cases.models import NOTE_MAX_CHARS
from moderation.cases.policies import can_see_reviews
from moderation.cases.voices import give_voice
from moderation.reviews.queries import get_review, page_of_reviews

blueprint = Blueprint("reviews", __name__)


@blueprint.before_request
def let_reviewers_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_see_reviews(current_viewer()))


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_reviews": can_see_reviews}


@blueprint.get("/reviews")
def list_reviews() -> ResponseReturnValue:
    """List what waits for reviewers, the oldest first."""
    page = page_of_reviews(current_viewer(), read_id(request.args.get("after")) or 0)
    return render_template(
        "reviews/index.html", page=page, kind_of=kind_of, age_of=age_of, now=clock.now()
    )


@blueprint.get("/reviews/<int:case_id>")
def show_review(case_id: int) -> ResponseReturnValue:
    """Show what a reviewer looks at, and what they may say."""
    return _review_page(case_id, {})


def _review_page(
    case_id: int, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer = current_viewer()
    review = get_review(viewer, case_id)
    kind = kind_of(review.case)
    if not review.post.is_published:
        note_seen(Seen.REMOVED_POST, "post", review.post.id)
    page = render_template(
        "reviews/show.html",
        review=review,
        kind=kind,
        case=review.case,
        errors=errors,
        typed=request.form,
        longest=NOTE_MAX_CHARS,
        **kind.context(viewer, review.case),
    )
    return page, status


@blueprint.post("/reviews/<int:case_id>/voice")
@takes("choice", "note", "seen")
def create_voice(case_id: int) -> ResponseReturnValue:
    """Say what should be done; whoever is refused finds what they typed."""
    form = request.form
    case = get_review(current_viewer(), case_id).case
    try:
        decided = give_voice(
            signed_in_user(),
            case,
            form.get("choice", ""),
            form.get("note", ""),
            form.get("seen", ""),
        )
    except (Conflict, Invalid) as refusal:
        forget_changes()
        return _review_page(case_id, _errors(refusal), refusal.status)
    except RateLimited as refusal:
        forget_changes()
        response = make_response(_review_page(case_id, _errors(refusal), refusal.status))
        response.headers["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    flash(
        _("It is decided. Thank you.") if decided else _("Your voice counts. Thank you."), "success"
    )
    return redirect(url_for("reviews.list_reviews"), 303)


def _errors(refusal: Refusal) -> dict[str, object]:
    if isinstance(refusal, Invalid) and refusal.errors:
        return dict(refusal.errors)
    return {"": refusal.message}

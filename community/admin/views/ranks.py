"""What ranks are called and what they take."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.admin.views.blueprint import administration
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import LANGUAGES
from community.core.web import current_viewer
from community.identity.signing_in import recently_verified
from reputation.ranks.models import Rank
from reputation.ranks.operations import change_rank
from reputation.ranks.queries import get_rank, list_ranks
from reputation.ranks.rank_rules import MEASURES
from reputation.ranks.wording import MEASURE_LABELS, words_of_criteria

NAME_FIELDS = tuple(f"name_{code}" for code in LANGUAGES)
CRITERIA_FIELDS = tuple(f"{part}_{name}" for part in ("needs", "one_of") for name in MEASURES)


@administration.get("/admin/ranks")
def show_admin_ranks() -> str:
    """List all ranks with what each takes."""
    return render_template("admin/ranks.html", ranks=list_ranks(), words=words_of_criteria)


@administration.get("/admin/ranks/<int:level>")
def edit_rank(level: int) -> ResponseReturnValue:
    """Show a rank, to be changed."""
    return _render(get_rank(level), {})


def _render(rank: Rank, errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "admin/rank.html",
        rank=rank,
        measures=MEASURE_LABELS,
        typed=request.form if errors else _facts_of(rank),
        errors=errors,
    )
    return page, status


def _facts_of(rank: Rank) -> dict[str, object]:
    return {
        **{f"name_{code}": rank.names.get(code, "") for code in LANGUAGES},
        **{f"needs_{name}": least for name, least in rank.needs.items()},
        **{f"one_of_{name}": least for name, least in rank.one_of.items()},
    }


@administration.post("/admin/ranks/<int:level>")
@takes(*NAME_FIELDS, *CRITERIA_FIELDS)
@recently_verified
def save_rank(level: int) -> ResponseReturnValue:
    """Change a rank; members' ranks follow in the background."""
    rank = get_rank(level)
    try:
        change_rank(
            current_viewer(),
            rank,
            names={code: request.form.get(f"name_{code}", "") for code in LANGUAGES},
            needs=_typed("needs"),
            one_of=_typed("one_of"),
        )
    except Invalid as refusal:
        return _render(rank, refusal.errors, 422)
    flash(_("Saved. Everybody's rank follows within minutes."), "success")
    return redirect(url_for("administration.show_admin_ranks"), 303)


def _typed(part: str) -> dict[str, str]:
    return {name: request.form.get(f"{part}_{name}", "") for name in MEASURES}

"""The page that says what is worth how many points, and the reader's own latest entries."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import is_signed_in
from community.core.web import current_viewer, public
from reputation.ledger.queries import Line, get_balances, list_latest_lines
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import REPUTATION, Rules
from reputation.ledger.wording import cause_words

blueprint = Blueprint("reputation", __name__)

LINES_SHOWN = 20


@blueprint.get("/reputation")
@public
def show_rules() -> str:
    """Show the values in force; members also see what they were credited last."""
    viewer, rules = current_viewer(), load_rulebook().at(REPUTATION, clock.now())
    assert rules is not None
    mine = viewer.viewer_id if is_signed_in(viewer) else None
    return render_template(
        "reputation/show.html",
        rules=rules,
        values=_values(rules),
        points=None if mine is None else get_balances(mine).get(REPUTATION, 0),
        lines=[] if mine is None else list_latest_lines(viewer, LINES_SHOWN),
        words=words_of,
    )


def _values(rules: Rules) -> list[tuple[str, int]]:
    words = {
        "accepted": _("Your answer is accepted as the solution"),
        "acceptance_given": _("You accept an answer to your question"),
        "kudos_answer": _("Kudos for your answer"),
        "kudos_question": _("Kudos for your question"),
        "confirmed": _("You confirm your e-mail address"),
    }
    return [(words[cause], value) for cause, value in rules.values.items()]


def words_of(line: Line) -> str:
    """Say in plain words what an entry is for, or what it takes back."""
    return cause_words(line.cause, is_reversal=line.is_reversal)

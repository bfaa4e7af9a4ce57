"""Trying a draft out on a past time."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.submissions import submit_once
from community.core.web import current_viewer
from community.identity.signing_in import signed_in_user
from reputation.drafts.models import DONE, RuleDraft, RuleSimulation
from reputation.drafts.operations.simulations import TimeInvalid, request_simulation
from reputation.drafts.queries import (
    get_draft,
    get_highest_user_id,
    get_simulation,
    list_people,
)
from reputation.drafts.views.blueprint import rules
from reputation.drafts.views.drafts import read_day, render_draft
from reputation.drafts.wording import CURRENCY_WORDS, signed_words, spread_words
from reputation.payback.wording import money


@rules.post("/admin/point-rules/drafts/<int:draft_id>/simulations")
@takes("begins_on", "ends_on")
def create_simulation(draft_id: int) -> ResponseReturnValue:
    """Replay a past time under a draft."""
    actor = signed_in_user()

    def simulate() -> str:
        begins_on, ends_on = read_day("begins_on"), read_day("ends_on")
        if begins_on is None or ends_on is None:
            raise TimeInvalid(errors={"replay_from": _("Choose a day.")})
        made = request_simulation(actor, draft_id, begins_on, ends_on)
        return url_for("rules.show_simulation", simulation_id=made.id)

    try:
        return submit_once(actor.id, simulate)
    except Invalid as refusal:
        words = next(iter(refusal.errors.values()))
        return render_draft(draft_id, {"replay_from": words}, 422)


@rules.get("/admin/point-rules/simulations/<int:simulation_id>")
def show_simulation(simulation_id: int) -> str:
    """Show who would gain and lose, and what it would cost."""
    viewer = current_viewer()
    simulation = get_simulation(viewer, simulation_id)
    return _render(simulation, get_draft(viewer, simulation.draft_id))


def _render(simulation: RuleSimulation, draft: RuleDraft) -> str:
    summary = simulation.summary
    shown = [each[0] for each in (*summary["gaining"], *summary["losing"])]
    return render_template(
        "reputation/rules/simulation.html",
        simulation=simulation,
        draft=draft,
        summary=summary,
        offer=simulation.rules.get("promotion"),
        is_done=simulation.state == DONE,
        percent=_percent(simulation),
        people=list_people(shown),
        spread=spread_words(summary["spread"]),
        currencies=CURRENCY_WORDS,
        money=money,
        signed=signed_words,
    )


def _percent(simulation: RuleSimulation) -> int:
    highest = get_highest_user_id()
    return 100 if not highest else min(100, simulation.after_id * 100 // highest)

"""The agent's page: a masked text, how it would look, and what the customer said to it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock, markup
from community.core.authz import require
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.limits import limited
from community.core.submissions import submit_once
from community.core.web import add_resource, current_viewer, is_fragment_request, renders
from community.escalation.cases.drafting import draft_public_answer
from community.escalation.cases.models import SupportCase
from community.escalation.cases.policies import can_change_case
from community.escalation.cases.queries.desk import get_case
from community.escalation.publishing.forms import DRAFT_FIELDS, DraftForm
from community.escalation.publishing.operations.asking import (
    Draft,
    FitDraft,
    ask_to_publish,
    fit_draft,
    withdraw,
)
from community.escalation.publishing.policies import OPEN_FOR, can_become_question, is_open
from community.escalation.publishing.queries import (
    first_words_of,
    list_fit_boards,
    list_publications,
    was_asked_to_publish,
)
from community.escalation.publishing.wording import ANSWER_WORDS, WAY_WORDS
from community.escalation.teams.policies import can_use_desk
from community.escalation.teams.queries import team_ids_of
from community.identity.queries import get_user
from community.identity.signing_in import signed_in_user
from community.questions.forms import PersonalPanel

blueprint = Blueprint("publishing", __name__)


@blueprint.before_request
def let_agents_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_use_desk(current_viewer()))


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {
        "can_become_question": can_become_question,
        "was_asked_to_publish": was_asked_to_publish,
    }


@blueprint.get("/desk/cases/<int:case_id>/publication")
def show_draft(case_id: int) -> ResponseReturnValue:
    """Show what the customer was asked, and the form for a text, begun with their first words."""
    case = get_case(current_viewer(), case_id)
    if is_fragment_request():
        return render_template("publishing/_state.html", **_state_of(case))
    return _render(case, _begun(case))


def _begun(case: SupportCase) -> Draft:
    """Return the newest text there is, else the customer's own words without what is personal."""
    earlier = list_publications(case.id)
    customer = get_user(case.requester_id) if case.requester_id else None
    boards = {board.id: board.slug for board in list_fit_boards(current_viewer(), customer)}
    if earlier:
        last = earlier[0]
        return Draft(last.title, last.body, last.tags, boards.get(last.board_id, ""))
    names = [customer.display_name] if customer else []
    return Draft(
        title=draft_public_answer(case.subject, names),
        body=draft_public_answer(first_words_of(case), names),
        board=boards.get(case.board_id or 0, ""),
    )


def _state_of(case: SupportCase) -> dict[str, Any]:
    found, now = list_publications(case.id), clock.now()
    return {
        "case": case,
        "publications": [(one, is_open(one, case, now)) for one in found],
        "may_change": can_change_case(current_viewer(), case, team_ids_of(current_viewer())),
        "answer_words": ANSWER_WORDS,
        "way_words": WAY_WORDS,
        "days": OPEN_FOR.days,
    }


def _render(
    case: SupportCase,
    draft: Draft,
    *,
    status: int = 200,
    errors: Any = None,
    fit: FitDraft | None = None,
    personal: PersonalPanel | None = None,
) -> ResponseReturnValue:
    customer = get_user(case.requester_id) if case.requester_id else None
    page = render_template(
        "publishing/draft.html",
        draft=draft,
        customer=customer,
        boards=[
            (board.slug, board.name_in(reader_language()))
            for board in list_fit_boards(current_viewer(), customer)
        ],
        errors=errors or {},
        fit=fit,
        preview=markup.render(fit.body) if fit else "",
        personal=personal,
        **_state_of(case),
    )
    return page, status


@takes(*DRAFT_FIELDS)
@renders("body")
@limited("writing")
def create_publication(case_id: int) -> ResponseReturnValue:
    """Show how a text would look; sent once more as it was shown, the customer is asked."""
    actor = signed_in_user()
    case = get_case(actor, case_id)
    form = DraftForm.read(request.form)
    vouched = form.choice.vouched
    try:
        fit = fit_draft(actor, case, form.draft, vouched=vouched)
        if form.shown == fit.text_hash:
            return submit_once(actor.id, lambda: _ask(case_id, form))
    except (Conflict, Invalid) as refusal:
        forget_changes()
        panel = form.choice.panel(refusal if isinstance(refusal, Invalid) else None)
        errors = dict(refusal.errors) if isinstance(refusal, Invalid) else {}
        return _render(
            get_case(actor, case_id),
            form.draft,
            status=refusal.status,
            errors=errors or {"": refusal.message},
            personal=panel,
        )
    return _render(case, form.draft, fit=fit, personal=form.choice.panel())


def _ask(case_id: int, form: DraftForm) -> str:
    ask_to_publish(signed_in_user(), case_id, form.draft, vouched=form.choice.vouched)
    flash(_("The customer was asked. Nothing is published before they agree."), "success")
    return url_for("desk.show_case", case_id=case_id)


@takes()
def withdraw_publication(case_id: int) -> ResponseReturnValue:
    """Let a text go that waits for an answer."""
    get_case(current_viewer(), case_id)
    withdraw(signed_in_user(), case_id)
    flash(_("The text was withdrawn: nobody can agree to it any more."), "success")
    return redirect(url_for("publishing.show_draft", case_id=case_id), 303)


add_resource(
    blueprint,
    "/desk/cases/<int:case_id>/publication",
    create=create_publication,
    delete=withdraw_publication,
)

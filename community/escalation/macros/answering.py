"""Beginning a public answer with a shared text: a page that fills the answer form."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from community.core.authz import require
from community.core.i18n import speaking
from community.core.settings import current_settings
from community.core.web import current_viewer, read_id
from community.escalation.macros.models import Macro
from community.escalation.macros.queries import get_template
from community.escalation.macros.queries import list_templates as templates_in
from community.escalation.macros.variables import MacroFacts, filled
from community.identity.names import shown_name
from community.identity.queries import get_user
from community.identity.signing_in import signed_in_user
from community.posts.drafts import find_draft
from community.questions.models import Question
from community.questions.policies import can_use_templates
from community.questions.views.loading import access_question, question_url

blueprint = Blueprint("templates", __name__)


@blueprint.app_context_processor
def add_policy() -> dict[str, object]:
    """Let the page of a question say where templates are, to who may use them."""
    return {"can_use_templates": can_use_templates}


@blueprint.get("/questions/<int:question_id>/templates")
def list_templates(question_id: int) -> ResponseReturnValue:
    """List the texts; with one chosen, the answer form says it below what was written before."""
    question = access_question(question_id)
    require(can_use_templates(current_viewer(), question))
    wanted = request.args.get("template")
    chosen = None if wanted is None else get_template(read_id(wanted) or 0)
    return render_template(
        "macros/templates.html",
        question=question,
        chosen=chosen,
        text=_text(question, chosen) if chosen else "",
        offered=templates_in(question.language),
        back=question_url(question),
    )


def _text(question: Question, chosen: Macro) -> str:
    """Return what the viewer has begun to write, and below it the text with its variables."""
    viewer = signed_in_user()
    asker, draft = get_user(question.author_id), find_draft(viewer, f"answer:{question.id}")
    with speaking(chosen.language):
        # Unnamed and former members have words for a name, kept in none of the languages.
        customer = shown_name(asker.display_name) if asker else ""
    facts = MacroFacts(
        customer=customer,
        agent=viewer.display_name,
        question=question.title,
        case="",
        site=current_settings().site_name,
    )
    begun = draft.body.rstrip() if draft else ""
    return "\n\n".join(filter(None, (begun, filled(chosen.body, facts))))

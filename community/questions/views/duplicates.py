"""Saying that a question was asked before, and what its asker answers to that."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import add_resource
from community.identity.signing_in import signed_in_user
from community.questions.operations import duplicates
from community.questions.views.loading import (
    access_original,
    access_question,
    question_url,
)
from community.questions.views.questions import blueprint, load_page, render_question

__all__ = ["blueprint"]


@takes("duplicate_of")
def propose_duplicate(question_id: int) -> ResponseReturnValue:
    """Propose that a question was asked before; its asker is asked whether that helps."""
    question, original = access_original(question_id, request.form.get("duplicate_of", ""))
    try:
        duplicates.propose_duplicate(signed_in_user(), question, original)
    except Invalid as refusal:
        page = load_page(question_id)
        typed = {"proposing": request.form, "propose_errors": refusal.errors}
        return render_question(page, status=refusal.status, **typed)
    flash(_("The asker is asked whether the other question helps."), "success")
    return redirect(question_url(question), 303)


@takes()
def withdraw_proposal(question_id: int) -> ResponseReturnValue:
    """Take a proposal back."""
    question = access_question(question_id)
    duplicates.withdraw_proposal(signed_in_user(), question)
    flash(_("The proposal is withdrawn."), "success")
    return redirect(question_url(question), 303)


add_resource(
    blueprint,
    "/questions/<int:question_id>/duplicate-proposal",
    create=propose_duplicate,
    delete=withdraw_proposal,
)


@blueprint.post("/questions/<int:question_id>/duplicate-proposal/voices")
@takes()
def support_proposal(question_id: int) -> ResponseReturnValue:
    """Say the same as a proposal; that may close the question."""
    question = access_question(question_id)
    duplicates.support_proposal(signed_in_user(), question)
    if question.status == "closed":
        flash(_("The question is closed as a duplicate."), "success")
    else:
        flash(_("Your voice counts. One more, or the asker, closes the question."), "success")
    return redirect(question_url(question), 303)


@blueprint.post("/questions/<int:question_id>/duplicate-proposal/verdict")
@takes("helps", "note")
def answer_proposal(question_id: int) -> ResponseReturnValue:
    """Say as the asker whether the other question helps."""
    question = access_question(question_id)
    actor, note = signed_in_user(), request.form.get("note", "")
    if request.form.get("helps") == "yes":
        duplicates.accept_proposal(actor, question)
        flash(_("Good to hear. Your question now leads to the other one."), "success")
        return redirect(question_url(question), 303)
    try:
        duplicates.dispute_proposal(actor, question, note)
    except Invalid as refusal:
        page = load_page(question_id)
        typed = {"differs_note": note, "differs_error": refusal.errors["note"]}
        return render_question(page, status=refusal.status, **typed)
    flash(_("Thank you. Your question stays open, and moderators have a look."), "success")
    return redirect(question_url(question), 303)

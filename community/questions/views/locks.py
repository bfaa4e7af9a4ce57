"""Locking a question and opening it for writing again."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import add_resource
from community.identity.signing_in import signed_in_user
from community.questions.operations import placing, questions
from community.questions.views.duplicates import blueprint
from community.questions.views.loading import access_question, question_url
from community.questions.views.tools import chosen_day, refuse, typed_reason

__all__ = ["blueprint"]


@takes("reason", "until")
def lock_writing(question_id: int) -> ResponseReturnValue:
    """Stop all writing on a question, perhaps until the end of a day."""
    question = access_question(question_id)
    try:
        until = placing.end_after(chosen_day(request.form.get("until", "")))
        questions.lock_writing(signed_in_user(), question, typed_reason(), until=until)
    except Invalid as refusal:
        return refuse(question, question, "locking", refusal)
    flash(_("The question is locked."), "success")
    return redirect(question_url(question), 303)


@takes("reason")
def unlock_writing(question_id: int) -> ResponseReturnValue:
    """Allow writing again."""
    question = access_question(question_id)
    try:
        questions.unlock_writing(signed_in_user(), question, typed_reason())
    except Invalid as refusal:
        return refuse(question, question, "unlocking", refusal)
    flash(_("The question is open for writing again."), "success")
    return redirect(question_url(question), 303)


add_resource(
    blueprint,
    "/questions/<int:question_id>/lock",
    create=lock_writing,
    delete=unlock_writing,
)

"""What was decided about a member: their list, one decision with its appeal, and the page of those
who are shut out."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.errors import Invalid, NotFound
from community.core.forms import takes
from community.core.limits import limited
from community.core.sightings import Seen, note_seen
from community.core.web import current_viewer, public, read_id
from community.identity.models import User
from community.identity.queries import get_user
from community.identity.signing_in import signed_in_user
from community.identity.suspended import note_suspended, suspended_member
from moderation.appeals.operations import open_appeal
from moderation.appeals.policies import can_appeal_decision
from moderation.appeals.queries import appeals_of, find_appeal_of
from moderation.appeals.wording import APPEAL_WORDS
from moderation.rules import rule_label
from moderation.sanctions.letters import until_words
from moderation.sanctions.links import read_statement_token
from moderation.sanctions.operations.statements import confirm_statement
from moderation.sanctions.policies import can_confirm_statement
from moderation.sanctions.queries.sanctions import get_shutting_out
from moderation.sanctions.queries.statements import (
    StatementRow,
    get_statement,
    get_statement_row,
    page_of_statements,
)
from moderation.sanctions.wording import MEASURE_WORDS, STATE_WORDS

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/account/decisions")
def list_decisions() -> str:
    """List what was decided about the viewer, with what became of appeals."""
    page = page_of_statements(signed_in_user().id, read_id(request.args.get("before")))
    return render_template(
        "decisions/index.html",
        page=page,
        appeals=appeals_of([row.statement.id for row in page.rows]),
        **_wording(),
    )


def _wording() -> dict[str, object]:
    return {
        "measures": MEASURE_WORDS,
        "states": STATE_WORDS,
        "appeal_words": APPEAL_WORDS,
        "rule_label": rule_label,
        "until_words": until_words,
    }


@blueprint.get("/account/decisions/<int:statement_id>")
def show_decision(statement_id: int) -> ResponseReturnValue:
    """Show one decision with its reasons, its appeal, or a form for one."""
    viewer = current_viewer()
    row = get_statement(viewer, statement_id)
    if viewer.viewer_id != row.statement.user_id:
        note_seen(Seen.DECISIONS, "user", row.statement.user_id)
    return _render(row, {})


def _render(
    row: StatementRow, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer = current_viewer()
    page = render_template(
        "decisions/show.html",
        row=row,
        statement=row.statement,
        appeal=find_appeal_of(row.statement.id),
        may_confirm=can_confirm_statement(viewer, row.statement),
        may_appeal=can_appeal_decision(viewer, row.statement, clock.now()),
        errors=errors,
        typed=request.form,
        **_wording(),
    )
    return page, status


@blueprint.post("/account/decisions/<int:statement_id>/receipt")
@takes()
def confirm_reading(statement_id: int) -> ResponseReturnValue:
    """Confirm to have read a decision."""
    row = get_statement(current_viewer(), statement_id)
    confirm_statement(signed_in_user(), row.statement)
    flash(_("Thank you. We have noted that you read it."), "success")
    return redirect(url_for("decisions.show_decision", statement_id=statement_id), 303)


@blueprint.post("/account/decisions/<int:statement_id>/appeal")
@takes("text")
def create_appeal(statement_id: int) -> ResponseReturnValue:
    """Object to a decision."""
    member = signed_in_user()
    try:
        open_appeal(member, statement_id, request.form.get("text", ""))
    except Invalid as refusal:
        return _render(get_statement(member, statement_id), refusal.errors, 422)
    flash(_("We have your appeal and answer by mail."), "success")
    return redirect(url_for("decisions.show_decision", statement_id=statement_id), 303)


@blueprint.get("/suspension/<token>")
@public
@limited("sign-in")
def open_suspension(token: str) -> ResponseReturnValue:
    """Come from the mail of a suspension; the address then holds no token any more."""
    statement_id, user_id = read_statement_token(token)
    row, member = get_statement_row(statement_id), get_user(user_id)
    if row is None or member is None or row.statement.user_id != user_id:
        raise NotFound()
    if not member.is_only_suspended:
        return redirect(url_for("decisions.show_decision", statement_id=statement_id))
    note_suspended(member)
    return redirect(url_for("decisions.show_suspension"))


@blueprint.get("/suspension")
@public
def show_suspension() -> ResponseReturnValue:
    """Show a suspended member why they cannot sign in, until when, and how to appeal."""
    member = suspended_member()
    if member is None:
        return redirect(url_for("identity.sign_in"))
    return _render_suspension(member, {})


def _render_suspension(
    member: User, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    sanction = get_shutting_out(member.id)
    row = None if sanction is None else get_statement_row(sanction.statement_id)
    if row is None:
        raise NotFound()
    page = render_template(
        "decisions/suspension.html",
        row=row,
        statement=row.statement,
        appeal=find_appeal_of(row.statement.id),
        may_appeal=can_appeal_decision(member, row.statement, clock.now()),
        errors=errors,
        typed=request.form,
        **_wording(),
    )
    return page, status


@blueprint.post("/suspension/appeal")
@public
@takes("text")
@limited("sign-in")
def appeal_suspension() -> ResponseReturnValue:
    """Object to a suspension without being signed in: the password or the mail was the proof."""
    member = suspended_member()
    sanction = None if member is None else get_shutting_out(member.id)
    if member is None or sanction is None:
        return redirect(url_for("identity.sign_in"), 303)
    try:
        open_appeal(member, sanction.statement_id, request.form.get("text", ""))
    except Invalid as refusal:
        return _render_suspension(member, refusal.errors, 422)
    flash(_("We have your appeal and answer by mail."), "success")
    return redirect(url_for("decisions.show_suspension"), 303)

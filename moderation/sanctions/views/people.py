"""A member's sanctions with a form for the next one, and all sanctions in force."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import require
from community.core.errors import Conflict, Invalid
from community.core.forms import takes
from community.core.sightings import Seen, note_seen
from community.core.submissions import submit_once
from community.core.web import current_viewer, read_id
from community.identity.signing_in import recently_verified, signed_in_user
from moderation.rules import rule_choices, rule_label
from moderation.sanctions.letters import until_words
from moderation.sanctions.operations.sanctions import (
    DAY,
    READ_ONLY_DAYS,
    check_sanction,
    impose_sanction,
    lift_sanction,
)
from moderation.sanctions.policies import (
    can_impose_sanction,
    can_lift_sanction,
    can_see_sanctions,
    imposable_kinds,
)
from moderation.sanctions.queries.sanctions import (
    get_sanction,
    get_subject,
    get_target,
    list_sanctions_of,
    newest_sanction_id,
    page_of_active,
)
from moderation.sanctions.queries.statements import board_of_post, page_of_statements
from moderation.sanctions.queries.texts import language_of, preview_statement
from moderation.sanctions.views.blueprint import sanctions
from moderation.sanctions.wording import LADDER_HINTS, MEASURE_WORDS, STATE_WORDS

FIELDS = ("kind", "days", "rule", "facts", "post", "case", "seen", "preview")


@sanctions.get("/moderation/sanctions")
def list_active() -> str:
    """List whom sanctions hold now."""
    page = page_of_active(current_viewer(), read_id(request.args.get("before")))
    return render_template("sanctions/index.html", page=page, **_wording())


@sanctions.get("/moderation/people/<int:user_id>/sanctions")
def show_person(user_id: int) -> ResponseReturnValue:
    """Show a member's sanctions, and a form for another one where the viewer may impose it."""
    return _render(user_id, request.args)


def _render(
    user_id: int,
    typed: Mapping[str, str],
    *,
    errors: Mapping[str, object] | None = None,
    preview: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    viewer = current_viewer()
    person = get_subject(viewer, user_id)
    target = get_target(user_id)
    board_id = board_of_post(read_id(typed.get("post")), user_id)
    may_see = can_see_sanctions(viewer)
    if may_see:
        note_seen(Seen.DECISIONS, "user", user_id)
    page = render_template(
        "sanctions/person.html",
        person=person,
        kinds=imposable_kinds(viewer, target, board_id),
        may_lift=can_lift_sanction(viewer, target),
        rows=list_sanctions_of(user_id) if may_see else [],
        told=page_of_statements(user_id).rows if may_see else [],
        seen=newest_sanction_id(user_id),
        typed=typed,
        errors=errors or {},
        preview=preview,
        read_only_days=READ_ONLY_DAYS,
        **_wording(),
    )
    return page, status


def _wording() -> dict[str, object]:
    return {
        "measures": MEASURE_WORDS,
        "states": STATE_WORDS,
        "hints": LADDER_HINTS,
        "rules": rule_choices(),
        "rule_label": rule_label,
        "until_words": until_words,
    }


@sanctions.post("/moderation/people/<int:user_id>/sanctions")
@takes(*FIELDS)
@recently_verified
def create_sanction(user_id: int) -> ResponseReturnValue:
    """Impose a measure on a member, or show first what they will read."""
    actor, form = signed_in_user(), request.form
    get_subject(actor, user_id)
    try:
        if "preview" in form:
            return _render(user_id, form, preview=_preview(user_id))
        return submit_once(actor.id, lambda: _impose(user_id))
    except Invalid as refusal:
        return _render(user_id, form, errors=refusal.errors, status=422)
    except Conflict as refusal:
        # Shown with what has come meanwhile; sent again, it was looked at.
        return _render(user_id, form, errors={"": refusal.message}, status=refusal.status)


def _impose(user_id: int) -> str:
    form = request.form
    impose_sanction(
        signed_in_user(),
        user_id,
        form.get("kind", ""),
        days=read_id(form.get("days")),
        rule=form.get("rule", ""),
        facts=form.get("facts", ""),
        post_id=read_id(form.get("post")),
        case_id=read_id(form.get("case")),
        seen_id=read_id(form.get("seen")) or 0,
    )
    flash(_("It is done, and the member is told why and how to appeal."), "success")
    return url_for("sanctions.show_person", user_id=user_id)


def _preview(user_id: int) -> dict[str, Any]:
    """Return word for word what the member would read, checked as it would be."""
    form, viewer = request.form, current_viewer()
    post_id = read_id(form.get("post"))
    kind, board_id = form.get("kind", ""), board_of_post(post_id, user_id)
    facts, days = check_sanction(
        kind, form.get("rule", ""), form.get("facts", ""), read_id(form.get("days"))
    )
    require(can_impose_sanction(viewer, get_target(user_id), kind, board_id))
    text = preview_statement(
        user_id,
        measure=kind,
        rule=form.get("rule", ""),
        facts=facts,
        post_id=post_id,
        days=days,
        until=None if days is None else clock.now() + days * DAY,
    )
    return {"paragraphs": text.split("\n\n"), "language": language_of(user_id)}


@sanctions.post("/moderation/sanctions/<int:sanction_id>/lifting")
@takes("reason")
@recently_verified
def lift(sanction_id: int) -> ResponseReturnValue:
    """End a sanction before its time."""
    require(can_see_sanctions(current_viewer()))
    user_id = get_sanction(sanction_id).user_id
    try:
        lift_sanction(signed_in_user(), sanction_id, request.form.get("reason", ""))
    except Invalid as refusal:
        errors = {f"reason-{sanction_id}": refusal.errors["reason"]}
        return _render(
            user_id, {"reason": request.form.get("reason", "")}, errors=errors, status=422
        )
    flash(_("The measure is lifted, and the member is told."), "success")
    return redirect(url_for("sanctions.show_person", user_id=user_id), 303)

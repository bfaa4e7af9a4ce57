"""Cases that belong together: made one, or gathered under an incident and told at once."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid
from community.core.forms import takes
from community.core.i18n import LANGUAGES
from community.core.limits import limited
from community.core.submissions import submit_once
from community.core.web import add_resource, current_viewer, renders
from community.escalation.cases.errors import NotAnIncident, NotTheSameCustomer
from community.escalation.cases.forms import ReplyForm
from community.escalation.cases.operations import incidents
from community.escalation.cases.operations.merging import merge_case
from community.escalation.cases.queries import desk
from community.escalation.cases.views.desk import errors_of, render_case
from community.escalation.cases.views.presence import blueprint
from community.identity.signing_in import signed_in_user

__all__ = ["blueprint"]

TEXTS = tuple(f"text-{language}" for language in LANGUAGES)


@blueprint.post("/desk/cases/<int:case_id>/merge")
@takes("into", "confirmed")
@limited("writing")
def merge(case_id: int) -> ResponseReturnValue:
    """Make a case part of another one of the same customer, and go there."""
    return _lead(case_id, lambda: _merge(case_id))


def _merge(case_id: int) -> str:
    into_id = _case_id(request.form.get("into", ""), NotTheSameCustomer, "into")
    is_confirmed = request.form.get("confirmed") == "1"
    survivor = merge_case(signed_in_user(), case_id, into_id, is_confirmed=is_confirmed)
    flash(_("The two cases are one now."), "success")
    return url_for("desk.show_case", case_id=survivor.id)


@takes("parent")
@limited("writing")
def join(case_id: int) -> ResponseReturnValue:
    """Make a case part of an incident."""
    return _lead(case_id, lambda: _join(case_id))


def _join(case_id: int) -> str:
    parent_id = _case_id(request.form.get("parent", ""), NotAnIncident, "parent")
    incidents.join_incident(signed_in_user(), case_id, parent_id)
    flash(_("Done."), "success")
    return url_for("desk.show_case", case_id=case_id)


@takes()
@limited("writing")
def leave(case_id: int) -> ResponseReturnValue:
    """Take a case out of its incident."""
    return _lead(case_id, lambda: _leave(case_id))


def _leave(case_id: int) -> str:
    incidents.leave_incident(signed_in_user(), case_id)
    flash(_("Done."), "success")
    return url_for("desk.show_case", case_id=case_id)


add_resource(blueprint, "/desk/cases/<int:case_id>/parent", create=join, delete=leave)


@blueprint.post("/desk/cases/<int:case_id>/children/messages")
@takes(*TEXTS)
@renders(*TEXTS)
@limited("writing")
def tell_children(case_id: int) -> ResponseReturnValue:
    """Write to the customers of all cases of an incident, once however often it is sent."""
    actor_id = current_viewer().viewer_id
    return _lead(case_id, lambda: submit_once(actor_id, lambda: _tell(case_id)))


def _tell(case_id: int) -> str:
    texts = {name.removeprefix("text-"): request.form.get(name, "") for name in TEXTS}
    told = incidents.tell_children(signed_in_user(), case_id, texts)
    sent = ngettext(
        "%(num)s customer was written to.", "%(num)s customers were written to.", told.sent
    )
    flash(sent, "success")
    if told.unreachable:
        lost = ngettext("%(num)s has left.", "%(num)s have left.", told.unreachable)
        flash(lost, "info")
    return url_for("desk.show_case", case_id=case_id)


def _lead(case_id: int, act: Callable[[], Any]) -> ResponseReturnValue:
    """Do something to a case the viewer sees and go on; a refusal is said beside what was typed."""
    desk.get_case(current_viewer(), case_id)
    try:
        done = act()
    except (Conflict, Invalid) as refusal:
        forget_changes()
        errors, kept = errors_of(refusal), _kept()
        return render_case(case_id, ReplyForm(), status=refusal.status, errors=errors, kept=kept)
    return redirect(done, 303) if isinstance(done, str) else done


def _kept() -> Mapping[str, str]:
    return {name: request.form.get(name, "") for name in ("into", "parent", *TEXTS)}


def _case_id(typed: str, error: type[Invalid], field: str) -> int:
    """Read a case's number, with or without its letter; raises ``error``."""
    found = re.fullmatch(r"\s*(?:C-)?([0-9]{1,9})\s*", typed, re.ASCII | re.IGNORECASE)
    if found is None or not desk.sees_case(current_viewer(), int(found[1])):
        raise error(errors={field: error.message})
    return int(found[1])

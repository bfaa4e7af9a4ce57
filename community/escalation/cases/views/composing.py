"""The composer of a case: macros to begin with, three targets, nothing sent over something new."""

from collections.abc import Mapping
from dataclasses import replace

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import markup
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid, RateLimited
from community.core.forms import takes
from community.core.i18n import speaking
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.submissions import submit_once
from community.core.web import current_viewer, read_only, renders, takes_files
from community.escalation.cases.errors import SomethingNew
from community.escalation.cases.forms import ReplyForm
from community.escalation.cases.operations import assigning, messages, states, triage
from community.escalation.cases.operations.presence import stop_typing
from community.escalation.cases.queries import desk
from community.escalation.cases.queries.news import News, list_news
from community.escalation.cases.views import attaching
from community.escalation.cases.views.desk import errors_of, render_case
from community.escalation.cases.views.linking import blueprint
from community.escalation.macros.operations import apply_macro
from community.escalation.macros.queries import get_offered_macro
from community.escalation.macros.variables import MacroFacts
from community.identity.names import shown_name
from community.identity.queries import get_user
from community.identity.signing_in import signed_in_user
from community.posts.views import preview_problem
from community.questions.forms import PersonalChoice, PersonalPanel

__all__ = ["blueprint"]

REPLY_FIELDS = (
    *("target", "body", "then", "outcome", "contact_reason", "seen_message", "seen_post"),
    *("confirmed", "personal", "vouching", "vouched", "started", "macro", "own"),
    *("seen_revision", "priority", "proposed"),
)


@blueprint.post("/desk/cases/<int:case_id>/messages")
@takes(*REPLY_FIELDS, files=attaching.FIELD)
@renders("body")
@takes_files(attaching.MOST_BYTES, attaching.take_in_files)
@limited("writing")
def create_message(case_id: int) -> ResponseReturnValue:
    """Send what was typed to whom it is for; public is asked about first, and nothing is lost."""
    actor, form = signed_in_user(), ReplyForm.read(request.form)
    choice = PersonalChoice.read(request.form)
    if form.target == "public":
        form = _masked(form, choice)
        if not form.is_confirmed and not attaching.has_files():
            return _ask_to_confirm(case_id, form, choice.panel())
    try:
        attaching.check_files(*_readers(case_id, form.target))
        return submit_once(actor.id, lambda: _send(case_id, form, choice))
    except (Conflict, Invalid, RateLimited) as refusal:
        forget_changes()
        return render_case(
            case_id,
            form,
            status=refusal.status,
            errors=_with_files(errors_of(refusal)),
            seen=form.seen,
            news=_news(case_id, form) if isinstance(refusal, SomethingNew) else None,
            personal=choice.panel(refusal if isinstance(refusal, Invalid) else None),
        )


def _readers(case_id: int, target: str) -> tuple[str, ...]:
    """Return why no files can come with a message, if there is a reason."""
    if target == "public":
        return (_("Files go to the customer alone or with a note, never to everybody."),)
    if target == "private" and desk.get_case(current_viewer(), case_id).requester_id is None:
        return (_("This customer has no account here, and files are not sent by e-mail."),)
    return ()


def _with_files(errors: Mapping[str, object]) -> Mapping[str, object]:
    """Add that files have to be chosen again, which no page can keep."""
    again = {attaching.FIELD: attaching.choose_again()} if attaching.has_files() else {}
    return {**again, **errors}


def _news(case_id: int, form: ReplyForm) -> News:
    viewer = current_viewer()
    return list_news(desk.get_case(viewer, case_id), form.seen, viewer.viewer_id)


def _masked(form: ReplyForm, choice: PersonalChoice) -> ReplyForm:
    return ReplyForm(**{**vars(form), "body": choice.apply(form.body)})


def _ask_to_confirm(case_id: int, form: ReplyForm, panel: PersonalPanel) -> ResponseReturnValue:
    """Show what everybody would read, or why it cannot be posted."""
    problem = preview_problem(form.body)
    if problem:
        return render_case(case_id, form, status=422, errors={"msg": problem}, seen=form.seen)
    preview = markup.render(markup.clean_text(form.body))
    return render_case(case_id, form, seen=form.seen, confirming=preview, personal=panel)


def _send(case_id: int, form: ReplyForm, choice: PersonalChoice) -> str:
    actor = signed_in_user()
    if form.own and actor.id != desk.get_case(actor, case_id).owner_id:
        assigning.assign_case(actor, case_id, actor.id)
    if form.target == "public":
        messages.reply_publicly(actor, case_id, form.body, seen=form.seen, vouched=choice.vouched)
    else:
        write = messages.message_privately
        if form.target != "private":
            write = messages.note_internally
        attaching.keep_files(write(actor, case_id, form.body, seen=form.seen), actor.id)
    stop_typing(actor.id, case_id)
    if form.priority:
        triage.set_priority(actor, case_id, form.priority)
    if form.then == "pending":
        states.wait_for_customer(actor, case_id)
    elif form.then == "solved":
        states.solve(actor, case_id, outcome=form.outcome, contact_reason=form.contact_reason)
    return url_for("desk.show_case", case_id=case_id, _anchor="reply")


@blueprint.post("/desk/cases/<int:case_id>/draft")
@read_only
@takes(*REPLY_FIELDS, files=attaching.FIELD)
@takes_files(attaching.MOST_BYTES)
@limited("typing")
def fill_reply(case_id: int) -> ResponseReturnValue:
    """Put a macro's text below what was typed, to be read over; nothing is sent or changed."""
    form = ReplyForm.read(request.form)
    record = desk.get_case_record(current_viewer(), case_id)
    macro = get_offered_macro(form.macro_id, record.case.team_id)
    if macro is None:
        errors = {"macro": _("Choose a macro.")}
        return render_case(case_id, form, status=422, errors=errors, seen=form.seen)
    with speaking(macro.language):
        facts = _facts_of(record, form.target)
    applied = apply_macro(current_viewer(), macro, facts)
    filled = replace(
        form,
        body="\n\n".join(filter(None, (form.body.rstrip(), applied.text))),
        then=applied.state or form.then,
        own=form.own or applied.owner_id is not None,
        priority=applied.priority or form.priority,
        proposed=applied.priority or form.proposed,
    )
    return render_case(case_id, filled, seen=form.seen, applied=applied, errors=_with_files({}))


def _facts_of(record: desk.CaseRecord, target: str) -> MacroFacts:
    """Return what a macro's variables stand for in a case."""
    case = record.case
    return MacroFacts(
        customer=_greeted(record, target),
        agent=signed_in_user().display_name,
        question=record.question.title if record.question else case.subject,
        case=case.number,
        site=current_settings().site_name,
    )


def _greeted(record: desk.CaseRecord, target: str) -> str:
    """Return by which name a customer is greeted: before everybody as their question shows it.

    Who let a case be published without their name, or without an account, stays unnamed there.
    """
    if target == "public" and record.question is not None:
        asker = get_user(record.question.author_id)
        return shown_name(asker.display_name) if asker else ""
    requester = record.requester
    return requester.name if requester else (record.case.requester_email or "")

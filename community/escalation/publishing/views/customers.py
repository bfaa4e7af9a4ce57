"""The customer's page: the exact text, and agree or decline; by the mail's link, or signed in."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from community.boards.models import Board
from community.core import clock, markup
from community.core.db import db, forget_changes
from community.core.errors import Invalid, NotAllowed, NotFound
from community.core.forms import takes
from community.core.limits import limited
from community.core.web import current_viewer, is_fragment_request, public
from community.escalation.cases.models import SupportCase
from community.escalation.cases.queries.own import get_own_case, get_question_of
from community.escalation.publishing.errors import PublicationOver
from community.escalation.publishing.forms import ANSWER_FIELDS, AnswerForm
from community.escalation.publishing.models import LINK, PAGE, Publication
from community.escalation.publishing.operations.answering import agree, decline
from community.escalation.publishing.policies import OPEN_FOR, is_open
from community.escalation.publishing.queries import get_own_publication, get_publication
from community.escalation.publishing.tokens import read_publication
from community.identity.queries import get_user

blueprint = Blueprint("publications", __name__)


class AnswerMissing(Invalid):
    """Neither button was pressed."""


class AgreedButWrote(Invalid):
    """Somebody agrees and asks for something: "yes, but without my village" is no consent."""

    message = _l(
        "To agree, please take these words out: the text is published as it is. If it should be "
        "changed, decline; the team reads why."
    )


@blueprint.get("/publications/<token>")
@public
def show_request(token: str) -> ResponseReturnValue:
    """Ask whoever holds the link. Mail scanners follow links, so this changes nothing."""
    return _show(*_linked(token))


@blueprint.post("/publications/<token>")
@public
@limited("writing")
@takes(*ANSWER_FIELDS)
def answer_request(token: str) -> ResponseReturnValue:
    """Take the answer of whoever holds the link."""
    publication, _case = _linked(token)
    return _answer(publication.id, LINK)


def _linked(token: str) -> tuple[Publication, SupportCase]:
    """Return what a link leads to; to nothing once its address is not the customer's any more."""
    consent = read_publication(token)
    publication, case = get_publication(consent.publication_id)
    customer = get_user(publication.customer_id) if publication.customer_id else None
    if customer is not None and not consent.is_made_for(customer.email or ""):
        raise NotFound()
    return publication, case


@blueprint.get("/cases/<int:case_id>/publication")
def show_own_request(case_id: int) -> ResponseReturnValue:
    """Ask a customer who is signed in: a part of the page of their case, or a page of its own."""
    return _show(*_own(case_id))


@blueprint.post("/cases/<int:case_id>/publication")
@limited("writing")
@takes(*ANSWER_FIELDS)
def answer_own_request(case_id: int) -> ResponseReturnValue:
    """Take the answer of a customer who is signed in."""
    publication, _case = _own(case_id)
    return _answer(publication.id, PAGE)


def _own(case_id: int) -> tuple[Publication, SupportCase]:
    viewer = current_viewer()
    get_own_case(viewer, case_id)
    return get_own_publication(viewer, case_id)


def _answer(publication_id: int, way: str) -> ResponseReturnValue:
    form = AnswerForm.read(request.form)
    try:
        _carry_out(publication_id, form, way)
    except (Invalid, NotAllowed, PublicationOver) as refusal:
        forget_changes()
        errors = dict(refusal.errors) if isinstance(refusal, Invalid) else {"": refusal.message}
        found = get_publication(publication_id)
        return _show(*found, status=refusal.status, errors=errors, form=form)
    return _show(*get_publication(publication_id))


def _carry_out(publication_id: int, form: AnswerForm, way: str) -> None:
    if form.agrees is None:
        raise AnswerMissing(errors={"": _("Please agree or decline.")})
    if form.agrees and form.reason.strip():
        raise AgreedButWrote(errors={"reason": AgreedButWrote.message})
    if form.agrees:
        agree(publication_id, text_hash=form.text_hash, is_named=form.is_named, way=way)
    else:
        decline(publication_id, text_hash=form.text_hash, way=way, reason=form.reason)


def _show(
    publication: Publication,
    case: SupportCase,
    *,
    status: int = 200,
    errors: Any = None,
    form: AnswerForm | None = None,
) -> ResponseReturnValue:
    customer = get_user(publication.customer_id) if publication.customer_id else None
    if customer is not None and customer.is_disabled:
        raise NotFound()
    name = "publishing/_request.html" if is_fragment_request() else "publishing/request.html"
    page = render_template(
        name,
        publication=publication,
        case=case,
        customer=customer,
        board=db.session.get_one(Board, publication.board_id),
        is_open=is_open(publication, case, clock.now()),
        html=markup.render(publication.body),
        question=get_question_of(case),
        action=request.path,
        days=OPEN_FOR.days,
        errors=errors or {},
        typed=form,
    )
    return page, status

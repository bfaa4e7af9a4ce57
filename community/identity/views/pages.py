"""How the pages of accounts are answered: forms, mailed links, where to go on."""

import hashlib
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask_wtf import FlaskForm

from community.core.errors import RateLimited
from community.identity.addresses import current_address, safe_next
from community.identity.forms import EmailForm
from community.identity.security import errors_of


def goal_of_request() -> str:
    """Return where to go on, from the form or the address."""
    return safe_next(request.form.get("next") or request.args.get("next"))


def form_page(template: str, form: FlaskForm, **context: Any) -> Response:
    """Render a form; one that was refused answers 422. No cache keeps the page."""
    errors = errors_of(form)
    page = render_template(
        template,
        form=form,
        errors=errors,
        next=goal_of_request(),
        action=current_address(),
        **context,
    )
    response = make_response(page, 422 if errors else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def too_fast_page(template: str, form: FlaskForm, refusal: RateLimited) -> Response:
    """Render a form that came too often, with what was typed and when to come back."""
    form.form_errors.append(str(refusal))
    response = form_page(template, form)
    response.status_code = refusal.status
    response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def spent_page(endpoint: str) -> Response:
    """Say that a mailed link does not work any more, and where to ask for another one."""
    page = render_template("identity/link_spent.html", again=url_for(endpoint))
    return make_response(page, 404)


def job_key(form: EmailForm) -> str | None:
    """Return the key under which the mails of a form sent twice are one job."""
    sent = form.submission.data
    return f"form:{hashlib.sha256(sent.encode()).hexdigest()}" if sent else None

"""What every template may use."""

import secrets

from flask import Flask, g, request

from community.core.form_times import opened_now
from community.core.i18n import reader_language
from community.core.settings import Settings
from community.core.web import current_viewer, reader_theme
from community.identity.ceremonies import are_passkeys_possible
from community.identity.policies import can_administer, owes_consent
from community.posts.guard import KINDS
from community.posts.policies import is_silenced
from reputation.adjustments.policies import can_see_adjustments
from reputation.ranks.marks import rank_of


def init_app(app: Flask, settings: Settings) -> None:
    """Register globals; per-request ones come by the context processor."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        site_name=settings.site_name,
        terms_url=settings.terms_url,
        terms_version=settings.terms_version,
        owes_consent=owes_consent,
        can_administer=can_administer,
        can_see_adjustments=can_see_adjustments,
        site_url=settings.site_url.rstrip("/"),
        new_submission=lambda: secrets.token_urlsafe(16),
        opened_mark=_opened_mark,
        personal_kinds=KINDS,
        is_silenced=is_silenced,
        rank_of=rank_of,
        can_have_passkeys=are_passkeys_possible(settings),
    )
    app.context_processor(_reader)


def _opened_mark() -> str:
    """Return when the form was opened: now, or long ago where it has come back."""
    if "opened_mark" not in g:
        sent = request.form.get("started") if request.method == "POST" else None
        g.opened_mark = opened_now(current_viewer().viewer_id) if sent is None else sent
    return str(g.opened_mark)


def _reader() -> dict[str, object]:
    return {
        "viewer": current_viewer(),
        "locale": reader_language(),
        "theme": reader_theme(),
        "request_id": g.get("request_id"),
    }

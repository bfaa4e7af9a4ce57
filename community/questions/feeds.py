"""Addresses for machines: Atom feeds, sitemaps, robots.txt and the like.

All of them are the same for everybody: they tell what a guest may see, whoever asks.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    request,
)
from flask.typing import ResponseReturnValue

from community.boards.queries import get_board, list_boards
from community.core import clock
from community.core.authz import GUEST
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.web import canonical_url, impersonal
from community.questions.feed_queries import (
    FeedEntry,
    list_newest_questions,
    list_questions_of_tag,
    list_sitemap_pages,
    list_sitemap_ranges,
)

FEED_SECONDS = 300
SITEMAP_SECONDS = 3_600
LARGEST_SITEMAP = 10**12
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
THEME_COLOUR = "#0b5a66"
BACKGROUND_COLOUR = "#fffdf9"
SECURITY_TXT_DAYS = 180

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

blueprint = Blueprint("feeds", __name__)


@blueprint.app_template_filter()
def xml_text(text: str) -> str:
    """Return a text without the characters XML 1.0 cannot carry (section 2.2); not escaped."""
    return _NOT_XML.sub("", str(text))


@blueprint.get("/feeds/questions.atom")
@impersonal
@limited("feeds")
def show_all() -> ResponseReturnValue:
    """Tell the newest questions of all public boards."""
    return _feed("", "/questions", list_newest_questions())


@blueprint.get("/feeds/boards/<slug>.atom")
@impersonal
@limited("feeds")
def show_board(slug: str) -> ResponseReturnValue:
    """Tell the newest questions of a public board; any other board is not found."""
    board = get_board(GUEST, slug)
    entries = list_newest_questions(board.id)
    title = board.name_in(current_settings().default_language)
    return _feed(title, f"/boards/{slug}", entries)


@blueprint.get("/feeds/tags/<name>.atom")
@impersonal
@limited("feeds")
def show_tag(name: str) -> ResponseReturnValue:
    """Tell the newest questions of a tag."""
    name = name.casefold()
    return _feed(f"#{name}", f"/tags/{quote(name)}", list_questions_of_tag(name))


def _feed(title: str, page: str, entries: Sequence[FeedEntry]) -> Response:
    changed_at = max((entry.updated_at for entry in entries), default=BEGINNING)
    text = _rendered(
        "feeds/questions.atom.xml",
        title=title,
        page=canonical_url(page),
        feed=canonical_url(request.path),
        entries=entries,
        changed_at=changed_at,
    )
    return _for_machines(text, "application/atom+xml", FEED_SECONDS, changed_at)


def _rendered(template: str, **context: Any) -> str:
    """Render without the context of a reader, which would read the session and the user."""
    return current_app.jinja_env.get_template(template).render(**context)


def _for_machines(
    text: str, kind: str, seconds: int, changed_at: datetime | None = None
) -> Response:
    """Return a text that anybody may keep for a while, and ask for again only if it changed."""
    response = make_response(text)
    response.content_type = f"{kind}; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.last_modified = changed_at
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/sitemap.xml")
@impersonal
@limited("feeds")
def show_sitemap() -> ResponseReturnValue:
    """List the sitemaps."""
    text = _rendered("feeds/sitemap_index.xml", ranges=list_sitemap_ranges())
    return _for_machines(text, "application/xml", SITEMAP_SECONDS)


@blueprint.get("/sitemaps/places.xml")
@impersonal
@limited("feeds")
def show_places_sitemap() -> ResponseReturnValue:
    """List the home page and the public boards."""
    text = _rendered("feeds/places.xml", boards=list_boards(GUEST))
    return _for_machines(text, "application/xml", SITEMAP_SECONDS)


@blueprint.get(f"/sitemaps/questions-<int(max={LARGEST_SITEMAP}):number>.xml")
@impersonal
@limited("feeds")
def show_questions_sitemap(number: int) -> ResponseReturnValue:
    """List the questions of one range of ids."""
    text = _rendered("feeds/sitemap.xml", pages=list_sitemap_pages(number))
    return _for_machines(text, "application/xml", SITEMAP_SECONDS)


@blueprint.get("/robots.txt")
@impersonal
@limited("feeds")
def show_robots() -> ResponseReturnValue:
    """Tell crawlers what is no use to them, and where the sitemap is."""
    return _for_machines(_rendered("feeds/robots.txt"), "text/plain", SITEMAP_SECONDS)


@blueprint.get("/.well-known/security.txt")
@impersonal
@limited("feeds")
def show_security_contact() -> ResponseReturnValue:
    """Tell finders of security flaws whom to write to. Source: RFC 9116."""
    settings = current_settings()
    # The instant moves once a day, so that the answer can be kept in between.
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    text = _rendered(
        "feeds/security.txt",
        contact=settings.security_contact or f"mailto:{settings.mail_from}",
        expires_at=today + timedelta(days=SECURITY_TXT_DAYS),
    )
    return _for_machines(text, "text/plain", SITEMAP_SECONDS)


@blueprint.get("/manifest.webmanifest")
@impersonal
@limited("feeds")
def show_manifest() -> ResponseReturnValue:
    """Describe the site to devices that install it. Source: W3C Web Application Manifest."""
    settings = current_settings()
    response = jsonify(
        id="/",
        name=settings.site_name,
        short_name=settings.site_name[:12],
        lang=settings.default_language,
        start_url="/",
        scope="/",
        display="minimal-ui",
        theme_color=settings.brand_colour or THEME_COLOUR,
        background_color=BACKGROUND_COLOUR,
        icons=[
            {
                "src": current_app.extensions["assets"].url("favicon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
            }
        ],
    )
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = f"public, max-age={SITEMAP_SECONDS}"
    return response

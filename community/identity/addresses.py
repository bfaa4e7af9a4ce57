"""Where to go on after signing in: only to pages of this site."""

import re
from urllib.parse import SplitResult, quote, urlsplit

from flask import request, url_for

HOME = "/"
MAX_CHARS = 2_000

# Browsers read a backslash as a slash and drop tabs and line breaks, so such an address may lead
# elsewhere than it seems to. Two slashes at the start name a host, and so do three.
_DECEPTIVE = re.compile(r"^//|[\x00-\x1f\x7f\\]")


def safe_next(value: str | None) -> str:
    """Return the path and query of an address on this site; ``/`` for anything else."""
    return safe_path(value, host=request.host)


def safe_path(value: str | None, *, host: str) -> str:
    """Return what follows the host in an address on ``host``; ``/`` for anything else."""
    if not value or len(value) > MAX_CHARS or value != value.strip():
        return HOME
    if _DECEPTIVE.search(value):
        return HOME
    try:
        parts = urlsplit(value)
    except ValueError:
        return HOME
    return _path_of(parts) if _stays(parts, host) else HOME


def _stays(parts: SplitResult, host: str) -> bool:
    if not parts.scheme and not parts.netloc:
        return True
    # Also "https:/evil" and "https:evil", which name no host here but do so to a browser.
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _path_of(parts: SplitResult) -> str:
    path = "/" + parts.path.removeprefix("/")
    if path.startswith("//"):
        return HOME
    return parts._replace(scheme="", netloc="", path=path).geturl()


def current_address() -> str:
    """Return the path and query of this request, as a link."""
    query = request.query_string.decode("ascii", "replace")
    path = quote(request.path, safe="/:@!$&'()*+,;=~-._")
    return f"{path}?{query}" if query else path


def page_address() -> str:
    """Return the page to come back to: this one, or the one that holds this form or fragment."""
    page = request.headers.get("HX-Current-URL")
    if page is None:
        page = current_address() if request.method in ("GET", "HEAD") else request.referrer
    return safe_next(page)


def sign_in_address() -> str:
    """Return the sign-in page's address, from which the reader comes back to where they are."""
    return url_for("identity.sign_in", next=page_address())

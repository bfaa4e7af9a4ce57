"""Style sheets, scripts and icons: joined, squeezed, served under names that hold their hash.

The sources under `static/` stay readable, one component a file; nobody needs a build step. A
changed source changes the hash and with it the address, so browsers may keep what they have for a
year.
"""

import hashlib
import mimetypes
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, abort, request

from community.core.compression import compress, preferred_encoding
from community.core.limits import limited
from community.core.squeezing import squeeze_css, squeeze_js, squeeze_svg
from community.core.web import impersonal

STATIC_FOLDER = Path(__file__).parents[1] / "static"
URL_PREFIX = "/assets/"
ONE_YEAR_SECONDS = 31_536_000

LAYERS = "@layer reset, tokens, base, layout, components, utilities;\n"
SITE_STYLES = (
    "css/reset.css",
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components/*.css",
    "css/utilities.css",
)
STAFF_STYLES = ("css/staff.css",)
SITE_SCRIPTS = ("vendor/htmx-*.min.js", "js/*.js")

_HASHED_NAME = re.compile(r"(?P<stem>[a-z0-9.-]+)-(?P<digest>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)")


@dataclass(frozen=True)
class Asset:
    """One file as it is served; `packed` fills as browsers ask for an encoding."""

    name: str
    body: bytes
    digest: str
    content_type: str
    packed: dict[str, bytes] = field(default_factory=dict, compare=False)

    @property
    def path(self) -> str:
        """Return the address below the site's root, with the content's hash."""
        stem, dot, suffix = self.name.rpartition(".")
        return f"{URL_PREFIX}{stem}-{self.digest}{dot}{suffix}"

    def encoded(self, encoding: str) -> bytes:
        """Return the body in a content encoding; compress on the first request only."""
        if encoding == "identity":
            return self.body
        if encoding not in self.packed:
            self.packed[encoding] = compress(self.body, encoding)
        return self.packed[encoding]


class Assets:
    """The bundles and single files of one `static/` folder."""

    def __init__(self, folder: Path = STATIC_FOLDER, *, watch: bool = False) -> None:
        self._folder = folder
        self._watch = watch
        self._lock = threading.Lock()
        self._stamp = self._newest_change()
        self._assets = self._build()
        self._urls = {name: asset.path for name, asset in self._assets.items()}

    def init_app(self, app: Flask) -> None:
        """Serve the assets and give templates `asset_url`."""
        self._watch = self._watch or app.debug
        app.extensions["assets"] = self
        app.jinja_env.globals["asset_url"] = self.url
        app.add_url_rule(
            f"{URL_PREFIX}<filename>", endpoint="assets.show_asset", view_func=self._view()
        )

    def url(self, name: str) -> str:
        """Return the address of `site.css`, `staff.css`, `site.js` or an SVG of the folder.

        Raises KeyError for any other name, so that a typing error shows in the first test.
        """
        if self._watch:
            self._rebuild_when_changed()
        return self._urls[name]

    def find(self, filename: str) -> Asset | None:
        """Return the asset with this hashed name, or None when name or hash is unknown."""
        match = _HASHED_NAME.fullmatch(filename)
        if match is None:
            return None
        asset = self._assets.get(match["stem"] + match["suffix"])
        return asset if asset is not None and asset.digest == match["digest"] else None

    def _view(self) -> Callable[[str], Response]:
        @impersonal
        @limited("assets")
        def show_asset(filename: str) -> Response:
            asset = self.find(filename)
            if asset is None:
                abort(404)
            return _respond(asset)

        return show_asset

    def _rebuild_when_changed(self) -> None:
        stamp = self._newest_change()
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self._assets = self._build()
                self._urls = {name: asset.path for name, asset in self._assets.items()}

    def _newest_change(self) -> int:
        return max(path.stat().st_mtime_ns for path in self._folder.rglob("*"))

    def _build(self) -> dict[str, Asset]:
        texts = {
            "site.css": squeeze_css(LAYERS + self._join(SITE_STYLES)),
            "staff.css": squeeze_css(self._join(STAFF_STYLES)),
            "site.js": self._join_scripts(SITE_SCRIPTS),
        }
        for path in sorted(self._folder.iterdir()):
            if path.suffix == ".svg":
                texts[path.name] = squeeze_svg(path.read_text(encoding="utf-8"))
        return {name: make_asset(name, text) for name, text in texts.items()}

    def _sources(self, patterns: Iterable[str]) -> list[Path]:
        return [path for pattern in patterns for path in sorted(self._folder.glob(pattern))]

    def _join(self, patterns: Iterable[str]) -> str:
        return "\n".join(path.read_text(encoding="utf-8") for path in self._sources(patterns))

    def _join_scripts(self, patterns: Iterable[str]) -> str:
        return "\n".join(
            source if ".min." in path.name else wrap_module(squeeze_js(source))
            for path in self._sources(patterns)
            for source in [path.read_text(encoding="utf-8")]
        )


def make_asset(name: str, text: str) -> Asset:
    """Build the asset of a name from its text."""
    body = text.encode()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(name, body, hashlib.sha256(body).hexdigest()[:12], f"{kind}; charset=utf-8")


def wrap_module(source: str) -> str:
    """Give a module its own scope, so that joined modules cannot see each other's names.

    One that fails must not stop those behind it, hence the catch.
    """
    return f'(() => {{"use strict";try{{\n{source}\n}}catch(error){{console.error(error)}}}})();'


def _respond(asset: Asset) -> Response:
    encoding = preferred_encoding(request.headers.get("Accept-Encoding", ""))
    response = Response(asset.encoded(encoding), content_type=asset.content_type)
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR_SECONDS}, immutable"
    response.set_etag(f"{asset.digest}-{encoding}")
    response.make_conditional(request)
    return response

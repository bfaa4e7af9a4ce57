"""Users' text to HTML; the only place that makes markup of it.

python-markdown parses, bleach links bare addresses, nh3 has the last word. What
is typed is what is shown: raw HTML and character references are text. Unicode
is normalised to NFC and every line end becomes LF before anything else.

Rendering is bounded (`Limits`): a text that would take too long or too much
memory becomes its escaped self, marked by the class `markup-fallback`. Texts
that are not surely cheap are rendered by a child process that can be killed.

Store what `render` returns together with `RENDER_VERSION`; render again when
the version grew or a text fell back.
"""

from markupsafe import Markup

from community.core.markup.convert import escape_all
from community.core.markup.limits import MAX_CHARS, Limits, TextTooLong
from community.core.markup.links import links_in, mentions_in
from community.core.markup.memo import recall, remember, remembering
from community.core.markup.pictures import ADDRESS, ImageName, image_name, pictures_in
from community.core.markup.renderer import DEFAULT_RENDERER, Rendered, Renderer, is_fallback
from community.core.markup.text import (
    UnacceptableText,
    clean_text,
    make_showable,
    plain_text,
    shorten,
)

RENDER_VERSION: int = 2
"""Grows with every change that makes the same text other HTML."""

PICTURE_ADDRESS = ADDRESS

__all__ = [
    "MAX_CHARS",
    "PICTURE_ADDRESS",
    "RENDER_VERSION",
    "ImageName",
    "Limits",
    "Rendered",
    "Renderer",
    "TextTooLong",
    "UnacceptableText",
    "clean_text",
    "excerpt",
    "image_name",
    "is_fallback",
    "linked_addresses",
    "make_showable",
    "mentioned_names",
    "plain_text",
    "remembering",
    "render",
    "render_ahead",
    "render_stored",
    "render_with_report",
    "shorten",
    "shown_pictures",
    "stored",
    "warm_up",
]


def render(text: str) -> Markup:
    """Return the HTML of a user's text, safe to put into a page as it is.

    Raises TextTooLong above MAX_CHARS characters, and nothing else.
    """
    ready = recall(text)
    return DEFAULT_RENDERER.render(text).html if ready is None else ready


def render_stored(text: str) -> Markup:
    """Return the HTML of a text that is here already, whatever its length.

    Nobody may write more than MAX_CHARS, but an imported text may be longer: it is shown as it was
    typed.
    """
    if len(text) > MAX_CHARS:
        return Markup(escape_all(make_showable(text)))
    return render(text)


def render_ahead(raw: str) -> None:
    """Render a text as it came from a form, so that `render` has it ready within `remembering()`.

    Texts that will be refused anyhow are left alone.
    """
    try:
        text = clean_text(raw)
    except UnacceptableText:
        return
    if len(text) <= MAX_CHARS:
        remember(text, DEFAULT_RENDERER.render(text).html)


def render_with_report(text: str) -> Rendered:
    """Return the HTML as `render` does, with word of whether it is the escaped text only."""
    return DEFAULT_RENDERER.render(text)


def stored(html: str) -> Markup:
    """Return HTML that `render` made and we kept, as what it is; nothing else may come in here."""
    return Markup(html)


def excerpt(text: str | Markup, length: int = 200) -> str:
    """Return the start of a text without markup, on one line, at most `length` characters.

    `text` is Markdown as users write it, or HTML if it is `Markup` (see `stored`). For lists,
    descriptions and feeds; escape it like any text.
    """
    markup = text if isinstance(text, Markup) else render(text)
    return shorten(plain_text(markup), length)


def mentioned_names(text: str) -> list[str]:
    """Return the names after an @ in a user's text, outside code and links, each once."""
    return mentions_in(render(text)) if "@" in text else []


def linked_addresses(text: str) -> list[str]:
    """Return the full addresses (http, https) that a user's text links to, each once."""
    return links_in(render(text))


def shown_pictures(markup: str) -> dict[str, str]:
    """Return the pictures uploaded here that rendered HTML shows: their keys and their words."""
    return pictures_in(markup)


def warm_up(seconds: float = 10.0) -> bool:
    """Start a child process now, so that the first long text need not wait for it.

    For web and job workers, after forking. Tells whether it was ready in time.
    """
    return DEFAULT_RENDERER.pool.warm_up(seconds)

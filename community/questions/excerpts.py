"""The beginning of a question's text, as lists and feeds show it."""

from community.core import markup

EXCERPT_CHARS = 200


def excerpt_of(html: str) -> str:
    """Return the first words of a question's stored HTML, on one line."""
    return markup.excerpt(markup.stored(html), EXCERPT_CHARS)

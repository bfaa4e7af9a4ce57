"""Text to HTML in this process: parse, link, sanitise."""

import html
import threading

from community.core.markup import fast
from community.core.markup.limits import Limits
from community.core.markup.parsing import Parser
from community.core.markup.sanitise import sanitise
from community.core.markup.serialise import to_html

FALLBACK_START = '<p class="markup-fallback">'

# python-markdown keeps the text in work on the instance: shared by threads it
# mixes one text into another.
_local = threading.local()


def convert(text: str, limits: Limits) -> str:
    """Return the HTML of a showable text, without bound on time.

    Raises TooComplex, RecursionError or MemoryError where it gives up.
    """
    if fast.is_plain(text):
        return sanitise(fast.plain_to_html(text))
    return sanitise(parse_to_html(text, limits))


def parse_to_html(text: str, limits: Limits) -> str:
    """Return the HTML of a text, not yet sanitised, by way of the parser."""
    parser: Parser | None = getattr(_local, "parser", None)
    # Taken away while in use: after an error its state is not to be trusted.
    _local.parser = None
    if parser is None:
        parser = Parser(limits.inline_work)
    markup = to_html(parser.parse(text))
    _local.parser = parser
    return markup


def escape_all(text: str) -> str:
    """Return any showable text as one escaped paragraph, marked as a fallback."""
    escaped = html.escape(text.strip(), quote=False).replace("\n", "<br>\n")
    return f"{FALLBACK_START}{escaped}</p>"

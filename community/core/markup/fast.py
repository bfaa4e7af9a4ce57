"""A short cut for texts in which no character means anything to Markdown.

Most posts are such texts. The output equals that of the parser byte for byte,
which a property test keeps true.
"""

import re

from community.core.markup.links import text_to_html

_MAY_BE_MARKDOWN = re.compile(
    r"[\\`*\[\]<|]|~~|(?<!\w)_|_(?!\w)|^[^\S\n]*(?:[>#+-]|\d{1,9}[.)])", re.MULTILINE
)
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def is_plain(text: str) -> bool:
    """Tell whether `text` holds paragraphs, bare addresses and mentions only."""
    return _MAY_BE_MARKDOWN.search(text) is None


def plain_to_html(text: str) -> str:
    """Return the HTML of a text that is plain."""
    paragraphs = (_strip_lines(part) for part in _PARAGRAPH_END.split(text.strip()))
    return "\n".join(f"<p>{running_text(part)}</p>" for part in paragraphs if part)


def running_text(text: str) -> str:
    """Return the HTML of running text; line breaks in it stay line breaks."""
    return text_to_html(text).replace("\n", "<br>\n")


def _strip_lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))

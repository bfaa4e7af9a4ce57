"""Pictures in texts: only those that were uploaded here, found by the shape of their address.

The address holds the size in which posts show a picture, so a page keeps its place free before it
has come, and rendering needs to ask nobody.
"""

import html
import re
from typing import NamedTuple

ADDRESS = "/attachments/"
LARGE = "/large"
# Says "picture" in the language of whoever has it read out.
_WORDLESS = "\N{FRAME WITH PICTURE}"
_NAME = re.compile(r"(?P<key>[0-9a-f]{32})-(?P<width>[1-9][0-9]{0,3})x(?P<height>[1-9][0-9]{0,3})")
_SHOWN = re.compile(r'<img src="/attachments/([0-9a-fx-]+)" alt="([^"]*)"')


class ImageName(NamedTuple):
    """The last part of a picture's address: what it is found by, and its size in pixels."""

    key: str
    width: int
    height: int


def image_name(name: str) -> ImageName | None:
    """Return the parts of a picture's name, or None where it has another shape."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return ImageName(match["key"], int(match["width"]), int(match["height"]))


def picture_to_html(address: str, words: str, title: str, *, in_link: bool) -> str | None:
    """Return the HTML of a picture that was uploaded here, None for any other address.

    ``words`` and ``title`` are escaped already. It leads to the larger version.
    """
    name = image_name(address.removeprefix(ADDRESS)) if address.startswith(ADDRESS) else None
    if name is None:
        return None
    picture = (
        f'<img src="{address}" alt="{words or _WORDLESS}"{title} width="{name.width}"'
        f' height="{name.height}" loading="lazy">'
    )
    return picture if in_link else f'<a class="picture" href="{address}{LARGE}">{picture}</a>'


def pictures_in(markup: str) -> dict[str, str]:
    """Return the keys of the pictures that rendered HTML shows, in order, with their words."""
    found: dict[str, str] = {}
    for address, words in _SHOWN.findall(markup):
        name = image_name(address)
        if name is not None and name.key not in found:
            found[name.key] = "" if words == _WORDLESS else html.unescape(words)
    return found

"""Links: which addresses are allowed, bare addresses and @mentions in running text."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from bleach.linkifier import LinkifyFilter

_ALLOWED = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE)
_OWN_PAGE = re.compile(r"/(?![/\\])|#")
_BARE_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?:[:/?#]|$)", re.IGNORECASE)
_UNSAFE_IN_URL = re.compile(r"""[\s<>"`{}|\\^\x00-\x20\x7f-\x9f]""")

# Only what starts with a scheme or "www." becomes a link. A list of top level
# domains would turn "restart.It" and "setup.py" into links.
_URL = re.compile(
    r"""(?<![\w/@])\(*(?:https?://|www\.)(?=\w|\[)[^\s<>"`{}|\\^]*[^\s<>"`{}|\\^!?:;'*_~]""",
    re.IGNORECASE,
)
_URL_START = re.compile(r"https?://|www\.", re.IGNORECASE)
# Longer "words" are not addresses that somebody typed, and bleach strips
# brackets and dots off their ends one at a time.
_LONGEST_URL = 2_000

_MENTION = re.compile(r"(?<![\w@/.+-])@(\w(?:[\w.-]{0,48}\w)?)(?![\w@])")
_MENTION_HREF = "/users/by-name/"
_MENTION_LINK = re.compile(r'<a class="mention" href="/users/by-name/([^"]+)"')
_OUTSIDE_LINK = re.compile(r'<a href="(https?://[^"]+)"', re.IGNORECASE)
_WORDS = re.compile(r"(\s+)")


def safe_href(address: str) -> str | None:
    """Return `address` fit for href, or None where links may not lead there.

    Allowed are http, https, mailto, paths on this site and fragments.
    """
    address = address.strip()
    if _BARE_HOST.match(address) and not _ALLOWED.match(address):
        address = "http://" + address
    if not (_ALLOWED.match(address) or _OWN_PAGE.match(address)):
        return None
    return _UNSAFE_IN_URL.sub(lambda m: quote(m.group()), address)


def text_to_html(text: str) -> str:
    """Return running text escaped, with bare addresses and @mentions as links."""
    if _URL_START.search(text) is None:
        return _mentions_to_html(text)
    return "".join(_word_to_html(word) for word in _WORDS.split(text))


def mentions_in(markup: str) -> list[str]:
    """Return the names mentioned in rendered HTML, each once, in order."""
    names = (html.unescape(unquote(found)) for found in _MENTION_LINK.findall(markup))
    return list(dict.fromkeys(names))


def links_in(markup: str) -> list[str]:
    """Return the full addresses that rendered HTML links to, each once, in order."""
    return list(dict.fromkeys(html.unescape(found) for found in _OUTSIDE_LINK.findall(markup)))


def _word_to_html(word: str) -> str:
    if len(word) > _LONGEST_URL or _URL_START.search(word) is None:
        return _mentions_to_html(word)
    return "".join(_tokens_to_html(_LINKER.handle_links([_characters(word)])))


def _mentions_to_html(text: str) -> str:
    escaped = html.escape(text, quote=False)
    return _MENTION.sub(_mention_to_html, escaped) if "@" in text else escaped


def _mention_to_html(match: re.Match[str]) -> str:
    href = _MENTION_HREF + quote(match[1])
    return f'<a class="mention" href="{href}">{match[0]}</a>'


def _characters(text: str) -> dict[str, Any]:
    return {"type": "Characters", "data": text}


def _tokens_to_html(tokens: Iterable[dict[str, Any]]) -> Iterator[str]:
    inside = False
    for token in tokens:
        if token["type"] == "StartTag":
            inside = True
            yield f'<a href="{html.escape(token["data"][(None, "href")])}">'
        elif token["type"] == "EndTag":
            inside = False
            yield "</a>"
        elif inside:
            yield html.escape(token["data"], quote=False)
        else:
            yield _mentions_to_html(token["data"])


def _allow_link(attrs: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    href = safe_href(attrs[None, "href"])
    if href is None:
        return None
    attrs[None, "href"] = href
    return attrs


_CALLBACKS: Any = [_allow_link]
# Holds no state between calls, so threads may share it. Addresses of mail are
# not looked for: that part of bleach can be made to run for minutes
# (GHSA-g75f-g53v-794x).
_LINKER: Any = LinkifyFilter([], callbacks=_CALLBACKS, parse_email=False, url_re=_URL)  # type: ignore[arg-type]

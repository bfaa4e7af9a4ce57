"""The last word on HTML: nothing leaves the renderer that is not listed here."""

import threading

import nh3

LINK_REL = "nofollow ugc noopener"

_TAGS = frozenset(
    {
        *("p", "br", "hr", "pre", "blockquote", "h3", "h4", "h5", "h6"),
        *("a", "img", "em", "strong", "del", "code", "ul", "ol", "li"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "code": {"data-language"},
}
_ALIGNED = {"align-left", "align-center", "align-right"}
_CLASSES = {"a": {"mention", "picture"}, "li": {"task-item"}, "th": _ALIGNED, "td": _ALIGNED}
_SCHEMES = {"http", "https", "mailto"}

_local = threading.local()


def sanitise(markup: str) -> str:
    """Return HTML with every tag, attribute and address that is not allowed removed."""
    try:
        cleaner = _local.cleaner
    except AttributeError:
        cleaner = _local.cleaner = _make_cleaner()
    return str(cleaner.clean(markup))


def _make_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel=LINK_REL,
        strip_comments=True,
    )

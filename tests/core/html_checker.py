"""A judge of rendered HTML that shares nothing with the renderer.

It lists what may be there, by its own lists, and names everything else.
"""

import re
from html.parser import HTMLParser

_TAGS = {
    *("p", "br", "hr", "a", "img", "em", "strong", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_VOID = {"br", "hr", "img"}
_ATTRIBUTES: dict[tuple[str, str], str] = {
    ("a", "href"): r"https?://[^\s<>\"`\\]+|mailto:[^\s<>\"`\\]+|/(?![/\\])[^\s\\]*|#[^\s]*|/",
    ("a", "rel"): "nofollow ugc noopener",
    ("a", "title"): r"[\s\S]*",
    ("a", "class"): "mention|picture",
    ("img", "src"): r"/attachments/[0-9a-f]{32}-[1-9]\d{0,3}x[1-9]\d{0,3}",
    ("img", "width"): r"[1-9]\d{0,3}",
    ("img", "height"): r"[1-9]\d{0,3}",
    ("img", "alt"): r"[\s\S]*",
    ("img", "title"): r"[\s\S]*",
    ("img", "loading"): "lazy",
    ("ol", "start"): r"\d+",
    ("code", "data-language"): r"[\w+#.-]+",
    ("li", "class"): "task-item",
    ("p", "class"): "markup-fallback",
    ("th", "class"): "align-(left|center|right)",
    ("td", "class"): "align-(left|center|right)",
}
_BLOCKS = _TAGS - {"br", "a", "img", "em", "strong", "del", "code"}


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.problems.append(f"tag {tag}")
        if tag in _BLOCKS and "p" in self._open:
            self.problems.append(f"{tag} inside p")
        if tag == "a" and "a" in self._open:
            self.problems.append("link inside link")
        for name, value in attrs:
            self._check_attribute(tag, name, value or "")
        if tag == "a" and dict(attrs).get("rel") != "nofollow ugc noopener":
            self.problems.append("link without rel")
        if tag not in _VOID:
            self._open.append(tag)

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        allowed = _ATTRIBUTES.get((tag, name))
        if allowed is None:
            self.problems.append(f"attribute {name} of {tag}")
        elif not re.fullmatch(allowed, value, re.IGNORECASE):
            self.problems.append(f"value of {name} of {tag}: {value!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"end of {tag} out of place")

    def handle_comment(self, data: str) -> None:
        self.problems.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"declaration {decl!r}")

    def unknown_decl(self, data: str) -> None:
        self.problems.append(f"declaration {data!r}")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"instruction {data!r}")

    def finish(self) -> None:
        self.close()
        self.problems += [f"{tag} left open" for tag in self._open]


def problems_in(html: str) -> list[str]:
    """Return everything in `html` that rendered user text must not hold."""
    checker = _Checker()
    checker.feed(html)
    checker.finish()
    if re.search(r"<(?![a-z/])", html):
        checker.problems.append("bare <")
    if "\0" in html:
        checker.problems.append("NUL")
    return checker.problems

"""HTML of other forums to the Markdown we store, so that imported posts can be edited."""

import re
from typing import Any

from markdownify import MarkdownConverter

_BACKSLASH = re.compile(r"\\(?=[\\`*_{}\[\]()>#+\-.!])")
_SPECIAL = re.compile(r"[`*\[]|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(\s*)([#>+-])(?=[\s#>-]|$)", re.MULTILINE)
_NUMBER_START = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]{1,20})")
_BACKTICKS = re.compile(r"`+")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s()<>\"'\\`*_\[\]|]")


class Converter(MarkdownConverter):
    """Writes the Markdown our renderer reads: fences, no raw HTML, links where images were."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Escape what would mean something to our renderer, and no more."""
        text = _BACKSLASH.sub(r"\\\\", text)
        text = _SPECIAL.sub(lambda found: "\\" + found.group(), text)
        text = _LINE_START.sub(r"\1\\\2", text).replace("~~", r"\~~")
        if not parent_tags.isdisjoint(("td", "th")):
            text = text.replace("|", r"\|")
        return _NUMBER_START.sub(r"\1\\\2", text)

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return a fence longer than any run of backticks inside it."""
        code = el.get_text()
        longest = max((len(run) for run in _BACKTICKS.findall(code)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}{_language_of(el)}\n{code.strip(chr(10))}\n{fence}\n\n"

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return a link without a title; a link on its own address becomes that address."""
        before, after = text[:1].isspace() * " ", text[-1:].isspace() * " "
        address = _address_of(el, "href")
        label = " ".join(text.split())
        if not label or not address or "_noformat" in parent_tags:
            return f"{before}{label}{after}"
        if el.get_text().strip() == address:
            return f"{before}{address}{after}"
        return f"{before}[{label}]({address}){after}"

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return a link to the image: we show none that lie elsewhere."""
        label = self.escape(" ".join((el.get("alt") or "image").split()), parent_tags)
        address = _address_of(el, "src")
        if not address or "a" in parent_tags:
            return label
        return f"[{label}]({address})"

    def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Return a bare line end, which our renderer keeps."""
        return " " if "_inline" in parent_tags else "\n"


def html_to_markdown(html: str) -> str:
    """Return HTML as Markdown. Raises RecursionError where it is nested too deep."""
    # "wrap" folds line ends inside a paragraph into blanks: with us they would be line breaks.
    converter = Converter(heading_style="atx", bullets="-", wrap=True, wrap_width=None)
    converted: str = converter.convert(html)
    return converted.strip("\n")


def _language_of(pre: Any) -> str:
    code = pre.find("code")
    for element in (pre, code):
        classes = " ".join(element.get("class") or []) if element is not None else ""
        if found := _LANGUAGE.search(classes):
            return found.group(1)
    return ""


def _address_of(element: Any, attribute: str) -> str:
    """Return an address in which nothing ends the link early."""
    address = (element.get(attribute) or "").strip()
    return _UNSAFE_IN_ADDRESS.sub(_percent_encode, address)


def _percent_encode(found: re.Match[str]) -> str:
    # An underscore is harmless between letters and digits, and most addresses have some.
    if found.group() == "_":
        return "_"
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace"))

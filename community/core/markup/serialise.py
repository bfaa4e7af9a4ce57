"""Write the tree as HTML: addresses checked, headings below those of the page."""

import html
import re
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

from community.core.markup.fast import running_text
from community.core.markup.limits import TooComplex
from community.core.markup.links import safe_href
from community.core.markup.pictures import picture_to_html

_DEEPEST = 60
_HEADING_SHIFT = 2
_LOWEST_HEADING = 6
_ESCAPED = re.compile(r"\x02(\d+)\x03")
_HOLDS_BLOCKS = frozenset({"ul", "ol", "blockquote", "table", "thead", "tbody", "tr"})
_BLOCKS = _HOLDS_BLOCKS | {"p", "li", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "th", "td"}
_TASK = re.compile(r"\[([ xX])\][ \n]")
_TASK_SIGNS = {" ": "☐ ", "x": "☑ ", "X": "☑ "}


def to_html(root: Element) -> str:
    """Return the children of `root` as HTML, one block a line.

    Raises TooComplex when elements are nested too deeply for browsers.
    """
    return "\n".join(_element(child, depth=0, in_link=False) for child in root)


def _element(element: Element, depth: int, in_link: bool) -> str:
    if depth > _DEEPEST:
        raise TooComplex("nesting")
    tag = element.tag
    if tag == "a":
        return _link(element, depth, in_link)
    if tag == "img":
        return _image(element, in_link)
    if tag == "pre":
        return _code_block(element)
    if tag == "code":
        return f"<code>{element.text or ''}</code>"
    if tag == "hr":
        return "<hr>"
    attributes = _attributes(element)
    inner = _inner(element, depth + 1, in_link)
    name = _shift_heading(tag)
    return f"<{name}{attributes}>{inner}</{name}>"


def _inner(element: Element, depth: int, in_link: bool) -> str:
    holds_blocks = element.tag in _HOLDS_BLOCKS
    parts = [] if holds_blocks else [_text(element.text, in_link)]
    for child in element:
        is_block = child.tag in _BLOCKS
        if is_block and not (parts and parts[-1] == "\n"):
            parts.append("\n")
        parts.append(_element(child, depth, in_link))
        if is_block:
            parts.append("\n")
        if child.tail and (child.tail.strip() or not is_block):
            parts.append(_text(child.tail, in_link))
    return "".join(parts)


def _text(text: str | None, in_link: bool) -> str:
    if not text:
        return ""
    shown = unescape(text)
    if in_link or isinstance(text, AtomicString):
        return html.escape(shown, quote=False).replace("\n", "<br>\n")
    return running_text(shown)


def unescape(text: str) -> str:
    """Replace the parser's marks for escaped characters by those characters."""
    if "\x02" not in text:
        return text
    return _ESCAPED.sub(lambda m: chr(int(m[1])), text)


def _attributes(element: Element) -> str:
    if element.tag == "li" and _take_task(element):
        return ' class="task-item"'
    if element.tag == "ol" and "start" in element.attrib:
        return f' start="{element.attrib["start"]}"'
    if element.tag in ("th", "td") and "align" in element.attrib:
        return f' class="align-{element.attrib["align"]}"'
    return ""


def _take_task(item: Element) -> bool:
    """Replace the brackets of a task by a sign that screen readers read out."""
    holder = item if (item.text or "").strip() or not len(item) else item[0]
    task = _TASK.match(holder.text or "")
    if task is None:
        return False
    holder.text = _TASK_SIGNS[task[1]] + (holder.text or "")[task.end() :]
    return True


def _shift_heading(tag: str) -> str:
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return f"h{min(int(tag[1]) + _HEADING_SHIFT, _LOWEST_HEADING)}"
    return tag


def _link(element: Element, depth: int, in_link: bool) -> str:
    href = None if in_link else safe_href(unescape(element.get("href", "")))
    if href is None:
        return _inner(element, depth + 1, in_link)
    inner = _inner(element, depth + 1, in_link=True) or html.escape(href)
    return f'<a href="{html.escape(href)}"{_title(element)}>{inner}</a>'


def _image(element: Element, in_link: bool) -> str:
    source = unescape(element.get("src", ""))
    words = html.escape(unescape(element.get("alt", "")))
    own = picture_to_html(source, words, _title(element), in_link=in_link)
    if own is not None:
        return own
    href = None if in_link else safe_href(source)
    if href is None:
        return words
    return f'<a href="{html.escape(href)}"{_title(element)}>{words or html.escape(href)}</a>'


def _title(element: Element) -> str:
    title = element.get("title")
    return f' title="{html.escape(unescape(title))}"' if title else ""


def _code_block(element: Element) -> str:
    code = element[0]
    language = code.get("data-language")
    attribute = f' data-language="{html.escape(language)}"' if language else ""
    return f"<pre><code{attribute}>{(code.text or '').rstrip(chr(10))}\n</code></pre>"

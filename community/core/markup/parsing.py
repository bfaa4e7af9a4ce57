"""python-markdown, set up so that it is safe, bounded and reads what people write."""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableProcessor
from markdown.inlinepatterns import DelimiterProcessor, EscapeInlineProcessor
from markdown.util import AtomicString, code_escape

from community.core.markup.guards import WorkBudget
from community.core.markup.inline import Match, register_inline_patterns
from community.core.markup.prepare import INDENT, Prepared, is_delimiter_row, prepare

_MOST_COLUMNS = 24
_MOST_CELLS = 3_000
_LONGEST_ROW = 2_000


class Parser:
    """Turns text into a tree of elements. Holds state: one per thread."""

    def __init__(self, work: int) -> None:
        self._work = work
        self._budget = WorkBudget()
        self._md = _make_markdown(self._budget)
        self._fences = FenceProcessor(self._md.parser)
        self._md.parser.blockprocessors.register(self._fences, "fence", 110)

    def parse(self, text: str) -> Element:
        """Return the root of the tree; code in it is escaped already.

        Raises TooComplex when inline parsing would take too long. After any
        error the parser must be thrown away.
        """
        prepared = prepare(text)
        self._md.reset()
        self._md.references = prepared.references  # type: ignore[assignment]
        self._budget.reset(self._work)
        self._fences.start(prepared)
        root = self._md.parser.parseDocument(prepared.lines).getroot()
        assert root is not None
        self._md.treeprocessors["inline"].run(root)
        return root


class FenceProcessor(BlockProcessor):
    """Put fenced code, which was taken out of the lines, back into the tree."""

    MARK = re.compile(r"\x02f(\d+)\x03\n?")

    def start(self, prepared: Prepared) -> None:
        """Begin a new text."""
        self._prepared = prepared

    def test(self, parent: Element, block: str) -> bool:
        return self.MARK.match(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        mark = self.MARK.match(block)
        assert mark is not None
        fence = self._prepared.fences[int(mark[1])]
        code = SubElement(SubElement(parent, "pre"), "code")
        if fence.language:
            code.set("data-language", fence.language)
        code.text = AtomicString(code_escape(fence.code) + "\n")
        if rest := block[mark.end() :]:
            blocks.insert(0, rest)


class HeadingProcessor(BlockProcessor):
    """Headings need a blank after the #, else "#1 problem" would be one."""

    RE = re.compile(r"(#{1,6})[ \t]+([^\n]+)(?:\n|$)")

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("#") and self.RE.match(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        heading = self.RE.match(block)
        assert heading is not None
        words = heading[2].strip()
        without_closing = words.rstrip("#")
        element = SubElement(parent, f"h{len(heading[1])}")
        element.text = without_closing.rstrip() if without_closing.endswith(" ") else words
        if rest := block[heading.end() :]:
            blocks.insert(0, rest)


class BoundedTableProcessor(TableProcessor):
    """Tables up to a size that a page can show and the parser can bear."""

    def test(self, parent: Element, block: str) -> bool:
        rows = block.split("\n")
        if len(rows) < 2 or "|" not in rows[0] or not is_delimiter_row(rows[1]):
            return False
        columns = rows[1].count("|") + 1
        if columns > _MOST_COLUMNS or columns * len(rows) > _MOST_CELLS:
            return False
        if max(map(len, rows)) > _LONGEST_ROW:
            return False
        return super().test(parent, block)


class CountedDelimiterProcessor(DelimiterProcessor):
    """Emphasis that pays for its work."""

    def __init__(self, md: Markdown, budget: WorkBudget) -> None:
        super().__init__("*", "strong,em", md)
        self._budget = budget

    def search(self, data: str, start: int) -> re.Match[str] | None:
        found = super().search(data, start)
        read = (len(data) if found is None else found.end()) - start
        # For a delimiter found, all that are still open may be looked through.
        still_open = sum(len(delimiter.stack) for delimiter in self.delimiters.values())
        self._budget.spend(1 + (read + still_open) // 64)
        return found

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        found = super().handleMatch(m, data)
        if found[0] is None:
            self._budget.spend(1)
        else:
            self._budget.spend_replacement(data)
        return found


class CountedEscapeProcessor(EscapeInlineProcessor):
    """Backslash escapes that pay for their work."""

    def __init__(self, md: Markdown, budget: WorkBudget) -> None:
        super().__init__(r"\\(.)", md)
        self._budget = budget

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        self._budget.spend_replacement(data)
        return super().handleMatch(m, data)


def _make_markdown(budget: WorkBudget) -> Markdown:
    md = Markdown(tab_length=len(INDENT), extensions=[SaneListExtension()])
    md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "|", "~", "<", "@", "&", '"', "'", ":"]
    register_inline_patterns(md, budget)
    md.inlinePatterns.register(CountedEscapeProcessor(md, budget), "escape", 180)
    emphasis = CountedDelimiterProcessor(md, budget)
    emphasis.add("_", "strong,em", smart=True)
    md.inlinePatterns.register(emphasis, "em_strong", 60)
    _register_blocks(md.parser)
    return md


def _register_blocks(parser: BlockParser) -> None:
    blocks = parser.blockprocessors
    # Raw HTML and indented code have no place here; definitions of links are
    # read by prepare(). Underlined headings and definitions are slow besides.
    for name in ("code", "setextheader", "reference"):
        blocks.deregister(name)
    blocks.register(HeadingProcessor(parser), "hashheader", 70)
    config: dict[str, Any] = {"use_align_attribute": True}
    blocks.register(BoundedTableProcessor(parser, config), "table", 75)

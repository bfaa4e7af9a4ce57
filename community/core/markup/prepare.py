"""Bring lines into the form that python-markdown reads as people expect.

python-markdown wants a blank line before a list, four (here: two) blanks of
indent per level and blank lines round headings; and it looks for fences and
link definitions by searches over the whole text, which bad input makes slow.
One pass over the lines takes care of both.
"""

import re
from dataclasses import dataclass, field

INDENT = "  "
FENCE_MARK = "\x02f{}\x03"
"""Stands for a fenced block; users' own STX and ETX are gone by now."""

_DEEPEST = 8
_WIDEST_INDENT = 32
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+#.-]{0,30})[^`~]*")
_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}")
_ITEM = re.compile(r"([*+-]|\d{1,9}[.)])[ \t]+(?=\S)")
_REFERENCE = re.compile(
    r"\[([^\[\]]{1,200})\]:[ \t]*<?([^\s<>]{1,2000})>?"
    r"""(?:[ \t]+(?:"([^"]*)"|'([^']*)'|\(([^()]*)\)))?"""
)


@dataclass(slots=True)
class Fence:
    """A fenced block: the word after the fence, and the code verbatim."""

    language: str
    code: str


@dataclass(slots=True)
class Prepared:
    """Lines ready for the block parser, with what was taken out of them."""

    lines: list[str] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    references: dict[str, tuple[str, str | None]] = field(default_factory=dict)


@dataclass(slots=True)
class _Level:
    indent: int
    ordered: bool


def prepare(text: str) -> Prepared:
    """Return the lines of `text` as the block parser needs them."""
    prepared = Prepared()
    prepared.lines = _Pass(prepared, 0).run(text.split("\n"))
    return prepared


def is_delimiter_row(line: str) -> bool:
    """Tell whether `line` is the row of dashes under the head of a table."""
    return "-" in line and "|" in line and set(line) <= set("|:- \t")


class _Pass:
    """One pass over the lines of a text, or of a quotation in it."""

    def __init__(self, prepared: Prepared, depth: int) -> None:
        self._prepared = prepared
        self._depth = depth
        self._out: list[str] = []
        self._levels: list[_Level] = []
        self._after_blank = True

    def run(self, lines: list[str]) -> list[str]:
        self._lines = lines
        at = 0
        while at < len(lines):
            line = lines[at]
            content = line.strip()
            if not content:
                self._blank()
                at += 1
                continue
            at = self._take(at, _indent_of(line), content)
            self._after_blank = not self._out or not self._out[-1]
        while self._out and not self._out[-1]:
            self._out.pop()
        return self._out

    def _take(self, at: int, indent: int, content: str) -> int:
        """Handle the line at `at`; returns the number of the next one to handle."""
        if (fence := _FENCE.fullmatch(content)) is not None:
            return self._take_fence(at, indent, fence)
        if content[0] == ">":
            return self._take_quote(at, indent)
        if content[0] == "#" and _HEADING.match(content):
            self._alone(indent, content)
        elif content[0] in "-*_" and _RULE.fullmatch(content):
            self._alone(indent, "---")
        elif (item := _ITEM.match(content)) is not None:
            self._take_item(indent, content, item)
        elif content[0] == "[" and (found := _REFERENCE.fullmatch(content)) is not None:
            self._take_reference(found)
        elif self._starts_table(at, content):
            return self._take_table(at, indent)
        else:
            self._take_words(indent, content)
        return at + 1

    def _blank(self) -> None:
        if self._out and self._out[-1]:
            self._out.append("")
        self._after_blank = True

    def _alone(self, indent: int, content: str) -> None:
        """Put `content` out as a block of its own, inside the list item it belongs to."""
        prefix = INDENT * self._owner(indent)
        self._blank()
        self._out += [prefix + content, ""]

    def _owner(self, indent: int) -> int:
        """Close the list levels that a line indented by `indent` is not inside of."""
        while self._levels and indent < self._levels[-1].indent + 2:
            self._levels.pop()
        return len(self._levels)

    def _take_fence(self, at: int, indent: int, fence: re.Match[str]) -> int:
        mark = fence[1]
        closing = re.compile(rf"{re.escape(mark[0])}{{{len(mark)},}}")
        code = []
        for end in range(at + 1, len(self._lines)):
            line = self._lines[end]
            if line.lstrip().startswith(mark) and closing.fullmatch(line.strip()):
                break
            code.append(_remove_indent(line, indent))
        else:
            end = len(self._lines)
        self._alone(indent, FENCE_MARK.format(len(self._prepared.fences)))
        self._prepared.fences.append(Fence(fence[2], "\n".join(code)))
        return end + 1

    def _take_quote(self, at: int, indent: int) -> int:
        inner = []
        for end in range(at, len(self._lines)):
            content = self._lines[end].strip()
            if not content.startswith(">"):
                break
            inner.append(self._unquote(content))
        else:
            end = len(self._lines)
        prefix = INDENT * self._owner(indent)
        quoted = _Pass(self._prepared, self._depth + 1).run(inner)
        self._blank()
        self._out += [f"{prefix}> {line}" for line in quoted]
        self._out.append("")
        return end

    def _unquote(self, content: str) -> str:
        if self._depth + 1 >= _DEEPEST:
            return content.lstrip("> ")
        return content[2:] if content.startswith("> ") else content[1:]

    def _take_item(self, indent: int, content: str, item: re.Match[str]) -> None:
        marker = item[1]
        ordered = marker[-1] in ".)"
        in_paragraph = not self._levels and not self._after_blank
        if in_paragraph and ordered and marker[:-1] != "1":
            self._out.append(content)
            return
        if _nested_markers(content) >= _DEEPEST:
            self._take_words(indent, f"{marker[:-1]}\\{marker[-1]}{content[item.end(1) :]}")
            return
        before = self._levels[:]
        depth = min(self._owner(indent), _DEEPEST - 1)
        if not before or (depth < len(before) and before[depth].ordered != ordered):
            self._blank()
        del self._levels[depth:]
        self._levels.append(_Level(indent, ordered))
        if ordered:
            marker = marker[:-1] + "."
        self._out.append(f"{INDENT * depth}{marker} {content[item.end() :]}")

    def _take_reference(self, found: re.Match[str]) -> None:
        label = " ".join(found[1].split()).casefold()
        title = found[3] or found[4] or found[5]
        self._prepared.references.setdefault(label, (found[2], title))

    def _starts_table(self, at: int, content: str) -> bool:
        following = self._lines[at + 1].strip() if at + 1 < len(self._lines) else ""
        return "|" in content and is_delimiter_row(following)

    def _take_table(self, at: int, indent: int) -> int:
        prefix = INDENT * self._owner(indent)
        self._blank()
        for end in range(at, len(self._lines)):
            content = self._lines[end].strip()
            if "|" not in content:
                break
            self._out.append(prefix + content)
        else:
            end = len(self._lines)
        self._out.append("")
        return end

    def _take_words(self, indent: int, content: str) -> None:
        in_last = max(len(self._levels) - 1, 0)
        depth = self._owner(indent) if self._after_blank else in_last
        self._out.append(INDENT * depth + content)


def _indent_of(line: str) -> int:
    blanks = line[: len(line) - len(line.lstrip())]
    return min(len(blanks.expandtabs(4)), _WIDEST_INDENT)


def _remove_indent(line: str, indent: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(blanks, indent) :]


def _nested_markers(content: str) -> int:
    """Count the list markers at the start of a line, up to the deepest level allowed."""
    count = at = 0
    while count < _DEEPEST and (item := _ITEM.match(content, at)) is not None:
        count += 1
        at = item.end()
    return count

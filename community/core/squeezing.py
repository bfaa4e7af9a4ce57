"""Smaller CSS, JavaScript and SVG without parsing: comments and needless blanks go, no more."""

import re

_CSS_TOKEN = re.compile(
    r"""
    (?P<comment>/\*.*?\*/)
    | (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<blank>\s+)
    | (?P<text>[^\s"'/]+|/)
    """,
    re.DOTALL | re.VERBOSE,
)
_NEEDS_NO_BLANK_AFTER = frozenset("{};,:")
_NEEDS_NO_BLANK_BEFORE = frozenset("{};,")
_JS_BLOCK_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.DOTALL | re.MULTILINE)
_SVG_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def squeeze_css(source: str) -> str:
    """Remove comments and the blanks CSS does not need.

    A blank before a colon stays, for `.menu :is(a)` and `.menu:is(a)` differ; rcssmin 1.3 loses it
    inside at-rules.
    """
    squeezed = ""
    pending_blank = False
    for match in _CSS_TOKEN.finditer(source):
        if match.lastgroup in {"comment", "blank"}:
            pending_blank = True
            continue
        token = match.group()
        if pending_blank and _blank_matters(squeezed[-1:], token[0]):
            squeezed += " "
        squeezed += token
        pending_blank = False
    return squeezed.replace(";}", "}")


def squeeze_js(source: str) -> str:
    """Remove whole-line comments, empty lines and indentation from one of our own modules.

    Our modules hold no template literal over several lines, which this would change; a test sees
    to that.
    """
    lines = (line.strip() for line in _JS_BLOCK_COMMENT.sub("", source).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def squeeze_svg(source: str) -> str:
    """Remove comments and the blanks between the elements of a drawing."""
    return re.sub(r">\s+<", "><", _SVG_COMMENT.sub("", source)).strip()


def _blank_matters(before: str, after: str) -> bool:
    return (
        bool(before) and before not in _NEEDS_NO_BLANK_AFTER and after not in _NEEDS_NO_BLANK_BEFORE
    )

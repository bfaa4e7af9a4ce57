"""Squeezing removes comments and blanks and nothing that means something."""

import re
from pathlib import Path

import pytest

from community.core.assets import STATIC_FOLDER
from community.core.squeezing import squeeze_css, squeeze_js, squeeze_svg


@pytest.mark.parametrize(
    ("source", "squeezed"),
    [
        ("a {\n  color: red;\n}\n", "a{color:red}"),
        ("/* note */ a { b: c }", "a{b:c}"),
        (".a :is(b, c) { d: e }", ".a :is(b,c){d:e}"),
        ("@layer x {\n  .a :hover {\n    b: c;\n  }\n}", "@layer x{.a :hover{b:c}}"),
        ("a { width: calc(1px + 2px) }", "a{width:calc(1px + 2px)}"),
        ("a { --h: 1; x: oklch(from var(--b) .8 c h / .1) }", None),
        ("@media (min-width: 3rem) and (max-width: 5rem) { a { b: c } }", None),
        ("@container q (min-width: 40rem) { a > b { c: d } }", None),
        ('a::before { content: "  /* kept */  "; }', 'a::before{content:"  /* kept */  "}'),
        ("a { content: '\\'  ;' }", "a{content:'\\'  ;'}"),
        ("a { background: url(/x/y.svg) }", "a{background:url(/x/y.svg)}"),
        ("a { & .b { c: d } &:hover { e: f } }", "a{& .b{c:d}&:hover{e:f}}"),
    ],
)
def test_css_keeps_its_meaning(source: str, squeezed: str | None) -> None:
    result = squeeze_css(source)
    if squeezed is not None:
        assert result == squeezed
    assert _words(result) == _words(source)


def test_squeezing_twice_changes_nothing() -> None:
    for path in STATIC_FOLDER.glob("css/**/*.css"):
        once = squeeze_css(path.read_text(encoding="utf-8"))
        assert squeeze_css(once) == once


def test_every_style_sheet_keeps_its_words() -> None:
    for path in STATIC_FOLDER.glob("css/**/*.css"):
        source = re.sub(r"/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert _words(squeeze_css(source)) == _words(source), path.name


def test_js_loses_comment_lines_and_indentation() -> None:
    source = "/* what this is */\nif (a) {\n  // why\n  b(); // c\n}\n"
    assert squeeze_js(source) == "if (a) {\nb(); // c\n}"


@pytest.mark.parametrize("path", sorted(STATIC_FOLDER.glob("js/*.js")), ids=lambda p: p.name)
def test_our_modules_suit_the_squeeze(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert all(line.count("`") % 2 == 0 or "```" in line for line in source.splitlines())
    assert "import " not in re.sub(r"//.*|/\*.*?\*/", "", source, flags=re.DOTALL)
    assert not re.search(r"\beval\(|new Function|\.setAttribute\(\"style", source)


def test_svg_keeps_its_shapes() -> None:
    assert squeeze_svg('<svg>\n <!-- a -->\n <path d="m1 2"/>\n</svg>\n') == (
        '<svg><path d="m1 2"/></svg>'
    )


def _words(css: str) -> list[str]:
    """Split CSS where blanks may come or go; what is left must survive in order."""
    without_comments = re.sub(r"/\*(?!\s*kept).*?\*/", " ", css, flags=re.DOTALL)
    return [word for word in re.split(r"[\s;{}]+|(?<=[:,])", without_comments) if word]

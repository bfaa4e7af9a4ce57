"""HTML of imported posts to Markdown, and back through our renderer."""

import json

import pytest

from community.core import markup
from community.importers.html_to_markdown import html_to_markdown
from tests.core.html_checker import problems_in
from tests.shared_data import shared_data


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one\ntwo</p>\n\n<p>three<br>four</p>", "one two\n\nthree\nfour"),
        ('<p>a <a href="https://x.org/a_(b)">link</a>.</p>', "a [link](https://x.org/a_%28b%29)."),
        ('<a href="https://x.org/a_b">https://x.org/a_b</a>', "https://x.org/a_b"),
        ('<img src="https://x.org/p.png" alt="a photo">', "[a photo](https://x.org/p.png)"),
        ('<a href="/x"><img src="p.png" alt="photo"></a>', "[photo](/x)"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"),
        ("<blockquote><p>q</p></blockquote>", "> q"),
        ("<h2>Head</h2><p>x</p>", "## Head\n\nx"),
        (
            "<p># no head</p><p>- no list</p><p>1. neither</p>",
            "\\# no head\n\n\\- no list\n\n1\\. neither",
        ),
        ("<p>2 * 3, snake_case, _this_</p>", "2 \\* 3, snake_case, \\_this\\_"),
        ("<script>alert(1)</script><style>p{}</style><p>x</p>", "x"),
    ],
)
def test_the_markdown_is_what_a_person_would_type(html: str, expected: str) -> None:
    assert html_to_markdown(html) == expected


def test_code_stays_as_it_is_even_with_fences_inside() -> None:
    html = '<pre class="lang-py s-code-block"><code>x = 1\n\n```\n*y* &lt;b&gt;\n</code></pre>'
    markdown = html_to_markdown(html)
    assert markdown == "````py\nx = 1\n\n```\n*y* <b>\n````"
    assert "```\n*y* &lt;b&gt;" in markup.render(markdown)


@pytest.mark.parametrize(
    "text",
    [
        "\\frac{a}{b} \\[x\\] \\* a\\\\b",
        "a | b ~~ c ~~ d",
        "`tick` [br](x) ![i](y)",
        "<b>bold?</b> &amp; &lt;",
        "* * *",
        "---",
        "> quote",
        "    four spaces",
        "1) one",
        "+ plus",
    ],
)
def test_text_that_looks_like_markdown_is_shown_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = markup.plain_text(markup.render(html_to_markdown(f"<p>{escaped}</p>")))
    assert shown == text.strip()


def test_a_table_with_bars_in_its_cells_stays_one() -> None:
    html = "<table><tr><th>a|b</th><th>c</th></tr><tr><td>1</td><td>2</td></tr></table>"
    assert "<th>a|b</th>" in markup.render(html_to_markdown(html))


@pytest.mark.filterwarnings("ignore::bs4.MarkupResemblesLocatorWarning")
def test_nothing_in_imported_html_can_be_executed() -> None:
    lines = shared_data("security/xss.jsonl").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        vector = json.loads(line)["input"]
        for context in ("{}", "<p>{}</p>", '<a href="{}">x</a>', "<pre><code>{}</code></pre>"):
            html = context.replace("{}", vector)
            try:
                rendered = markup.render(html_to_markdown(html)[: markup.MAX_CHARS])
            except RecursionError:
                continue
            found += problems_in(rendered)
    assert found == []

"""What people type, and what they see."""

import pytest

from community.core.markup import mentioned_names, render, shown_pictures

REL = ' rel="nofollow ugc noopener"'


def as_lines(text: str) -> list[str]:
    return str(render(text)).split("\n")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("one\r\ntwo\rthree", "<p>one<br>\ntwo<br>\nthree</p>"),
        (
            "**a** *b* __c__ _d_",
            "<p><strong>a</strong> <em>b</em> <strong>c</strong> <em>d</em></p>",
        ),
        ("snake_case_name and 2*3*4", "<p>snake_case_name and 2<em>3</em>4</p>"),
        ("~~gone~~ and ~here~", "<p><del>gone</del> and ~here~</p>"),
        ("`a <b> *c*` ``x ` y``", "<p><code>a &lt;b&gt; *c*</code> <code>x ` y</code></p>"),
        (r"\*not\* \_em\_ \[x\]", "<p>*not* _em_ [x]</p>"),
        ("# One\n## Two", "<h3>One</h3>\n<h4>Two</h4>"),
        ("##### Five ###", "<h6>Five</h6>"),
        ("text\n# Head\ntext", "<p>text</p>\n<h3>Head</h3>\n<p>text</p>"),
        ("#1 problem\n#tag", "<p>#1 problem<br>\n#tag</p>"),
        ("a\n\n---\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("<b>x</b> &amp; & <", "<p>&lt;b&gt;x&lt;/b&gt; &amp;amp; &amp; &lt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("    four blanks", "<p>four blanks</p>"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_running_text(text: str, html: str) -> None:
    assert str(render(text)) == html


def test_a_list_needs_no_blank_line_before_it() -> None:
    assert as_lines("Steps:\n- one\n- two") == [
        *("<p>Steps:</p>", "<ul>", "<li>one</li>", "<li>two</li>", "</ul>")
    ]


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
def test_lists_nest(indent: str) -> None:
    nested = ["<ul>", "<li>a", "<ul>", "<li>b</li>", "</ul>", "</li>", "<li>c</li>", "</ul>"]
    assert as_lines(f"- a\n{indent}- b\n- c") == nested


def test_lists_nest_three_deep_under_numbers() -> None:
    html = str(render("1. a\n   - b\n     - c\n2. d"))
    assert html.count("<ul>") == 2
    assert html.count("<ol>") == 1
    assert html.index("c") < html.index("d")


def test_a_list_goes_on_after_a_fence_in_an_item() -> None:
    html = str(render("1. run\n   ```sh\n   ls\n     -l\n   ```\n2. look"))
    assert html.count("<ol") == 1
    assert '<pre><code data-language="sh">ls\n  -l\n</code></pre>' in html


def test_a_number_in_a_paragraph_starts_no_list() -> None:
    assert "<ol" not in render("I saw it in\n2023. It was late.")
    assert '<ol start="3">' in render("3. third")


def test_bullets_and_numbers_make_two_lists() -> None:
    html = str(render("- a\n1. b"))
    assert html.index("</ul>") < html.index("<ol>")


def test_task_lists_show_signs() -> None:
    assert as_lines("- [ ] open\n- [x] done")[1:3] == [
        '<li class="task-item">☐ open</li>',
        '<li class="task-item">☑ done</li>',
    ]


def test_a_reply_under_a_quote_is_outside_it() -> None:
    assert as_lines("> said\n> more\nreply") == [
        *("<blockquote>", "<p>said<br>", "more</p>", "</blockquote>", "<p>reply</p>")
    ]


def test_quotes_hold_blocks() -> None:
    html = str(render("> > inner\n>\n> - a\n>\n> ```\n> x > y\n> ```"))
    assert html.count("<blockquote>") == 2
    assert "<li>a</li>" in html
    assert "<pre><code>x &gt; y\n</code></pre>" in html


def test_fences_keep_their_text() -> None:
    code = "\tx = '<&amp;>'\n\n\n  # no *heading*\n- [no](http://list) @nobody"
    html = str(render(f"Look:\n~~~python\n{code}\n~~~\nafter"))
    shown = code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f'<pre><code data-language="python">{shown}\n</code></pre>' in html
    assert html.endswith("<p>after</p>")


def test_an_open_fence_goes_to_the_end() -> None:
    assert str(render("```\na\nb")) == "<pre><code>a\nb\n</code></pre>"


def test_tables_align_and_keep_escaped_pipes() -> None:
    html = str(render("text\n| a | b | c |\n|:--|:-:|--:|\n| `x|y` | \\| | **z** |\nafter"))
    assert '<th class="align-left">a</th>' in html
    assert '<td class="align-left"><code>x|y</code></td>' in html
    assert '<td class="align-center">|</td>' in html
    assert '<td class="align-right"><strong>z</strong></td>' in html
    assert html.startswith("<p>text</p>")
    assert html.endswith("<p>after</p>")


@pytest.mark.parametrize(
    ("text", "href", "shown"),
    [
        ("see https://example.org/a_b_c?x=1&y=2.", "https://example.org/a_b_c?x=1&amp;y=2", None),
        ("(http://example.org/x)", "http://example.org/x", None),
        ("www.example.org!", "http://www.example.org", "www.example.org"),
        ("https://example.org/*a*_b_/", "https://example.org/*a*_b_/", None),
        ("<https://example.org/>", "https://example.org/", None),
        ("<me@example.org>", "mailto:me@example.org", "me@example.org"),
        ("[words](https://example.org/(x))", "https://example.org/(x)", "words"),
        ("[words](example.org/x)", "http://example.org/x", "words"),
        ("[words](/questions/7)", "/questions/7", "words"),
        ("[words][1]\n\n[1]: <https://example.org/>", "https://example.org/", "words"),
        ("[Words]\n\n[words]: https://example.org/", "https://example.org/", "Words"),
    ],
)
def test_links(text: str, href: str, shown: str | None) -> None:
    assert f'<a href="{href}"{REL}>{shown or href}</a>' in render(text)


@pytest.mark.parametrize(
    "text",
    [
        "end.Next setup.py example.org",
        "me@example.org",
        "[words](javascript:alert(1))",
        "[words](//example.org)",
        "[words](data:text/html,x)",
        "[words](JaVaScRiPt&colon;alert(1))",
        "`https://example.org/`",
        "```\nhttps://example.org/ @anna\n```",
    ],
)
def test_no_link(text: str) -> None:
    assert "<a" not in render(text)


def test_titles_of_links() -> None:
    html = render('[a](https://example.org "b & <c>")')
    assert 'title="b &amp; &lt;c&gt;"' in html or 'title="b &amp; <c>"' in html


PICTURE = "/attachments/" + "0123456789abcdef" * 2 + "-1200x900"


def test_pictures_come_from_own_uploads_only() -> None:
    assert str(render(f"![a cat]({PICTURE})")) == (
        f'<p><a class="picture" href="{PICTURE}/large" rel="nofollow ugc noopener">'
        f'<img src="{PICTURE}" alt="a cat" width="1200" height="900" loading="lazy"></a></p>'
    )
    for address in (
        *("https://example.org/x.png", "/uploads/x", "//x/uploads/a", "/other/x.png"),
        *(f"{PICTURE}/large", f"{PICTURE}?x", f"https://example.org{PICTURE}", f"/{PICTURE}"),
        *(PICTURE.upper(), PICTURE.replace("1200", "0"), PICTURE.replace("0123", "../.")),
    ):
        assert "<img" not in render(f"![a cat]({address})")
    assert 'href="https://example.org/x.png"' in render("![a cat](https://example.org/x.png)")


def test_a_picture_without_words_still_has_a_name() -> None:
    assert 'alt="\N{FRAME WITH PICTURE}"' in render(f"![]({PICTURE})")


def test_a_picture_in_a_link_leads_where_the_link_does() -> None:
    html = render(f"[![a cat]({PICTURE})](https://example.org)")
    assert html.count("<a ") == 1
    assert "<img" in html


def test_pictures_are_found_with_their_words() -> None:
    other = PICTURE.replace("0123", "ffff")
    html = render(f'![a "cat" & <b>]({PICTURE}) ![]({other}) ![again]({PICTURE}) `![no](x)`')
    token, second = PICTURE[13:45], other[13:45]
    assert shown_pictures(html) == {token: 'a "cat" & <b>', second: ""}
    assert shown_pictures(render(f'<img src="{PICTURE}" alt="no">')) == {}


def test_mentions_link_to_the_profile() -> None:
    html = render("Thanks @anna.b-c! Mail me@example.org, `@code`, @Jürgen.")
    assert f'<a class="mention" href="/users/by-name/anna.b-c"{REL}>@anna.b-c</a>!' in html
    assert html.count('class="mention"') == 2


def test_mentioned_names_are_outside_code_and_links() -> None:
    text = (
        "@anna and @bob, @anna\n```\n@no\n```\n`@no` [@no](https://example.org) @Jürgen **@bold**"
    )
    assert mentioned_names(text) == ["anna", "bob", "Jürgen", "bold"]
    assert mentioned_names("nobody") == []

"""No user text becomes active content, wherever in Markdown it stands."""

import json
import sys
from collections.abc import Iterator

import pytest

from community.core.markup import render_with_report
from community.core.markup.sanitise import sanitise
from tests.core.html_checker import problems_in
from tests.shared_data import shared_data

CONTEXTS = {
    "raw": "{}",
    "link text": "before [{}](https://example.org/) after",
    "link target": "[words]({})\n\n[words](<{}>)\n\n<{}>",
    "image": "![{}]({}) ![words](/attachments/{})",
    "title": "[words](https://example.org/ \"{}\") [words](https://example.org/ '{}')",
    "table cell": "| a | b |\n|---|:-:|\n| {} | `{}` |\n",
    "code": "`{}`\n\n```{}\n{}\n```\n\nafter",
    "heading": "# {}\n\nafter",
    "quote and list": "> {}\n\n- {}\n  1. {}\n",
    "reference": "[words]: {}\n[other]: https://example.org/ '{}'\n\n[words] [x][other]",
    "mention and address": "@{} https://{} https://example.org/{} www.{}",
}


def test_no_vector_is_active_in_any_context(capsys: pytest.CaptureFixture[str]) -> None:
    rows = shared_data("security/xss.jsonl").read_text().splitlines()
    vectors = [json.loads(row) for row in rows]
    count = fallbacks = 0
    unsafe: list[tuple[str, str, list[str]]] = []
    for vector in vectors:
        for context, text in _in_contexts(vector["input"]):
            rendered = render_with_report(text)
            count += 1
            fallbacks += rendered.fell_back
            problems = problems_in(rendered.html)
            if not rendered.fell_back and sanitise(rendered.html) != rendered.html:
                problems.append("sanitising again changes it")
            if problems:
                unsafe.append((vector["id"], context, problems))
    with capsys.disabled():
        sys.stdout.write(
            f"\nXSS: {len(vectors)} vectors x {len(CONTEXTS)} contexts = {count} renderings, "
            f"{len(unsafe)} unsafe, {fallbacks} escaped as a whole\n"
        )
    assert unsafe[:5] == []


def _in_contexts(vector: str) -> Iterator[tuple[str, str]]:
    for context, template in CONTEXTS.items():
        yield context, template.replace("{}", vector)[:30_000]


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)" rel="nofollow ugc noopener">x</a>',
        '<a href="//example.org" rel="nofollow ugc noopener">x</a>',
        '<a href="https://example.org">x</a>',
        '<p style="position:fixed">x</p>',
        '<p onclick="x">x</p>',
        '<img src="https://example.org/x.png" alt="">',
        "<p>x",
        "</div><p>x</p>",
        "<svg></svg>",
        "<!-- x -->",
    ],
)
def test_the_checker_finds(html: str) -> None:
    assert problems_in(html)

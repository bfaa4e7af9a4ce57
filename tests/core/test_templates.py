"""Rules every template keeps: they run under a strict policy, with htmx 4, without JavaScript."""

import re
from pathlib import Path

import pytest
from flask import Flask

TEMPLATES = Path(__file__).parents[2] / "community" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html"))


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def source(request: pytest.FixtureRequest) -> str:
    """One template after the other, without its comments."""
    text = request.param.read_text(encoding="utf-8")
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


def test_nothing_needs_an_unsafe_policy(source: str) -> None:
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert "hx-on" not in source
    assert "js:" not in source
    assert "<style" not in source


def test_scripts_carry_the_nonce(source: str) -> None:
    for tag in re.findall(r"<script[^>]*>", source):
        assert 'nonce="{{ csp_nonce() }}"' in tag


def test_triggers_have_no_filters(source: str) -> None:
    """A filter in brackets is JavaScript, which the policy forbids to evaluate."""
    for trigger in re.findall(r"hx-trigger\W+\"([^\"]*)\"", source):
        assert "[" not in trigger


def test_habits_of_earlier_htmx_are_gone(source: str) -> None:
    assert not re.search(r"hx-(vars|params|ext|disinherit|inherit|request|disabled-elt)\b", source)


def test_forms_that_write_carry_the_token(source: str) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", source, flags=re.DOTALL):
        # Leaving a mail carries a signed token of its own and works from any mail program.
        assert "csrf_token" in form or "form_keys(" in form or "token=link" in form


def test_what_htmx_posts_works_without_it(source: str) -> None:
    for tag in re.findall(r"<form[^>]*hx-post[^>]*>", source):
        assert 'method="post"' in tag
        assert "action=" in tag


def test_every_icon_is_in_the_sprite(source: str) -> None:
    sprite = (TEMPLATES.parent / "static" / "icons.svg").read_text(encoding="utf-8")
    for name in re.findall(r"#(i-[a-z]+)\"", source):
        assert f'id="{name}"' in sprite


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_compiles(app: Flask, path: Path) -> None:
    app.jinja_env.get_template(str(path.relative_to(TEMPLATES)))


def test_only_a_refused_form_is_swapped_in() -> None:
    base = (TEMPLATES / "layouts" / "base.html").read_text(encoding="utf-8")
    assert '"noSwap": [204, 304, "40x", "41x", 423, 429, "5xx"]' in base

"""The agreement that superusers accept: one text a version and language, in ``texts``.

A text that somebody accepted never changes: other words are another version, with files of its
own. ``IN_FORCE`` names the version that is asked for.
"""

from functools import cache
from pathlib import Path

from markupsafe import Markup

from community.core.markup import render

IN_FORCE = "2026-11"
FOLDER = Path(__file__).parent / "texts"


@cache
def agreement_in(language: str, version: str = IN_FORCE) -> Markup:
    """Return a version's text as HTML; raises ``OSError`` for an unknown one."""
    return render((FOLDER / f"{version}.{language}.md").read_text(encoding="utf-8"))

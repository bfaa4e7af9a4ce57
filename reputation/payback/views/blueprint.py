"""The blueprint of payback; every page is for who is signed in."""

from typing import Any

from flask import Blueprint, render_template

from reputation.payback import wording

blueprint = Blueprint("payback", __name__)


def page(template: str, **values: Any) -> str:
    """Render a page with the words that all pages of payback use."""
    return render_template(f"payback/{template}", words=wording, **values)

"""Kinds of cases about changes of posts that wait."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l

from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.posts.findings import reason_of
from community.posts.models import Post
from community.questions.operations.versions import version_of
from community.questions.queries.suggestions import change_of, fit_now
from moderation.cases.kinds import CaseKind, Choice, Decision
from moderation.cases.models import ModerationCase
from moderation.edits.operations import (
    ACCEPT,
    REFUSE,
    decide_edit,
    get_suggestion_of,
    undo_refusal,
)
from moderation.sanctions.models import EDIT_REFUSED

EDIT, HELD_EDIT = "edit", "held_edit"
PUBLISHING = Decision(
    ACCEPT,
    _l("Publish the change"),
    is_violation=False,
    hint=_l("The post says so from now on; who wrote the change is told."),
)
DECISIONS = (
    PUBLISHING,
    Decision(
        REFUSE,
        _l("Refuse the change"),
        is_violation=False,
        hint=_l("The post stays as it is. Who wrote the change reads your reason."),
    ),
)
HELD_DECISIONS = (
    PUBLISHING,
    Decision(
        REFUSE,
        _l("Refuse the change"),
        is_violation=True,
        hint=_l("The post stays as it is. Who wrote the change is told why, and can appeal."),
        measures=(EDIT_REFUSED,),
    ),
)


def _context(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    try:
        suggestion = get_suggestion_of(case)
    except NotFound:
        return {"suggestion": None}
    return {
        "suggestion": suggestion,
        "change": change_of(suggestion),
        "fit": fit_now(suggestion) if suggestion.is_waiting else None,
        "reason_of": reason_of,
    }


CHOICES = (
    Choice(ACCEPT, _l("Publish the change"), _l("It makes the post better.")),
    Choice(REFUSE, _l("Refuse the change"), _l("Say why."), needs_note=True),
)


def _version(case: ModerationCase) -> str | None:
    try:
        suggestion = get_suggestion_of(case)
    except NotFound:
        return None
    post = db.session.get_one(Post, suggestion.post_id)
    if not suggestion.is_waiting or not post.is_published:
        return None
    return f"{suggestion.id} {version_of(post)}"


_SUGGESTED = CaseKind(
    name=EDIT,
    label=_l("Suggested change"),
    decisions=DECISIONS,
    template="moderation/_edit.html",
    act=decide_edit,
    context=_context,
    choices=CHOICES,
    version=_version,
)
_HELD = replace(
    _SUGGESTED,
    name=HELD_EDIT,
    label=_l("Changed text that waits"),
    decisions=HELD_DECISIONS,
    undo=undo_refusal,
    choices=(),
)
KINDS = (_SUGGESTED, _HELD)

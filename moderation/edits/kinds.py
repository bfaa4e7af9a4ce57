"""Kinds of cases about changes of posts that wait."""

from collections.abc import Mapping
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
from moderation.edits.operations import ACCEPT, REFUSE, decide_edit, get_suggestion_of

EDIT, HELD_EDIT = "edit", "held_edit"
DECISIONS = (
    Decision(
        ACCEPT,
        _l("Publish the change"),
        is_violation=False,
        hint=_l("The post says so from now on; who wrote the change is told."),
    ),
    Decision(
        REFUSE,
        _l("Refuse the change"),
        is_violation=False,
        hint=_l("The post stays as it is. Who wrote the change reads your reason."),
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


KINDS = tuple(
    CaseKind(
        name=name,
        label=label,
        decisions=DECISIONS,
        template="moderation/_edit.html",
        act=decide_edit,
        context=_context,
        choices=CHOICES if name == EDIT else (),
        version=_version,
    )
    for name, label in ((EDIT, _l("Suggested change")), (HELD_EDIT, _l("Changed text that waits")))
)

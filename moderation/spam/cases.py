"""Cases about posts that look like spam."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from community.core.authz import Viewer
from moderation.cases.kinds import CaseKind, Decision
from moderation.cases.models import ModerationCase
from moderation.sanctions.models import POST_HIDDEN
from moderation.spam.bayes import HELD, REVIEWED
from moderation.spam.operations.deciding import decide_spam, undo_spam


def _scale(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    return {"score": case.evidence.get("score"), "held_from": HELD, "reviewed_from": REVIEWED}


SPAM = CaseKind(
    name="spam",
    label=_l("Looks like spam"),
    decisions=(
        Decision(
            "not_spam",
            _l("Not spam"),
            is_violation=False,
            hint=_l("The post stays, or is published; the score learns from it."),
        ),
        Decision(
            "spam",
            _l("Spam"),
            is_violation=True,
            hint=_l("The post is hidden; the score learns from it."),
            measures=(POST_HIDDEN,),
        ),
    ),
    template="moderation/_spam.html",
    act=decide_spam,
    undo=undo_spam,
    context=_scale,
)

KINDS = (SPAM,)

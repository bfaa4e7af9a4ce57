"""Cases about questions that were perhaps asked before."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from community.core.authz import Viewer
from moderation.cases.kinds import CaseKind, Decision
from moderation.cases.models import ModerationCase
from moderation.duplicates.operations import CLOSE, KEEP, decide_duplicate
from moderation.duplicates.queries import get_proposal_facts, list_voices_of


def _show_proposal(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    return {"proposal": get_proposal_facts(viewer, int(case.evidence["proposal"]))}


DUPLICATE = CaseKind(
    name="duplicate",
    label=_l("Asked before?"),
    decisions=(
        Decision(
            CLOSE,
            _l("Close it as a duplicate"),
            is_violation=False,
            hint=_l("It leads to the other question. It can be reopened on its page."),
        ),
        Decision(
            KEEP,
            _l("Keep it open"),
            is_violation=False,
            hint=_l("The two are not the same; nobody can propose that again."),
        ),
    ),
    template="moderation/_duplicate.html",
    act=decide_duplicate,
    context=_show_proposal,
    barred=list_voices_of,
)

KINDS = (DUPLICATE,)

"""Cases about flags: on a post, and on a member."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from community.core.authz import Viewer
from community.core.i18n import reader_language
from community.core.settings import current_settings
from moderation.cases.kinds import CaseKind, Decision
from moderation.cases.models import ModerationCase
from moderation.flags.models import Flag
from moderation.flags.operations import deciding
from moderation.flags.queries import list_flags, newest_hiding
from moderation.flags.weights import hiding_weight
from moderation.sanctions.models import (
    NOTICE,
    POST_DELETED,
    POST_HIDDEN,
    POST_RESTORED,
    WARNING,
)


def _show_post_flags(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    number = int(case.evidence["round"])
    assert case.post_id is not None
    return {
        "flags": list_flags(Flag.post_id == case.post_id, number),
        "hides_from": hiding_weight(current_settings().flag_sensitivity),
        "hiding": newest_hiding(case.post_id),
        "decimal": weight_words,
    }


def _show_member_flags(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    target = Flag.member_id == int(case.evidence["member_id"])
    flags = list_flags(target, int(case.evidence["round"]))
    return {"flags": flags, "hides_from": None, "hiding": None, "decimal": weight_words}


def weight_words(weight: float) -> str:
    """Return a weight with one decimal, as the reader's language writes it."""
    return f"{weight:.1f}".replace(".", "," if reader_language() == "de" else ".")


POST = CaseKind(
    name="flag",
    label=_l("Reported post"),
    decisions=(
        Decision(
            deciding.KEEP,
            _l("Let it stand"),
            is_violation=False,
            hint=_l("The reports were wrong; a hidden post is shown again"),
            measures=(POST_RESTORED,),
        ),
        Decision(
            deciding.MEND,
            _l("Ask to mend"),
            is_violation=True,
            hint=_l("Hidden until its author has changed it, once"),
            measures=(POST_HIDDEN,),
        ),
        Decision(
            deciding.REMOVE,
            _l("Remove"),
            is_violation=True,
            hint=_l("Deleted; it can be restored for 30 days"),
            measures=(POST_DELETED,),
        ),
        Decision(
            deciding.WARN,
            _l("Remove and warn"),
            is_violation=True,
            hint=_l("Deleted, and its author has to confirm a warning"),
            measures=(POST_DELETED, WARNING),
        ),
    ),
    template="moderation/_flags.html",
    act=deciding.decide_post_flags,
    undo=deciding.undo_post_decision,
    context=_show_post_flags,
    facts=deciding.facts_of,
)

MEMBER = CaseKind(
    name="member",
    label=_l("Reported member"),
    decisions=(
        Decision(
            deciding.KEEP,
            _l("No rule was broken"),
            is_violation=False,
            hint=_l("The reports were wrong; nobody else hears of it"),
        ),
        Decision(
            deciding.NOTE,
            _l("Give a notice"),
            is_violation=True,
            hint=_l("A friendly word about the rules"),
            measures=(NOTICE,),
        ),
        Decision(
            deciding.WARN,
            _l("Warn"),
            is_violation=True,
            hint=_l("The member has to confirm it"),
            measures=(WARNING,),
        ),
    ),
    template="moderation/_flags.html",
    act=deciding.decide_member_flags,
    context=_show_member_flags,
)

KINDS = (POST, MEMBER)

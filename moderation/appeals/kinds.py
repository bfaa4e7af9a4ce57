"""The case an appeal opens: what can be decided, by whom not, and what its judge sees."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from community.core.authz import Viewer
from community.identity.models import User
from moderation.appeals.models import OVERTURNED, UPHELD
from moderation.appeals.operations import decide_appeal
from moderation.appeals.queries import get_appeal_of_source
from moderation.cases.kinds import CaseKind, Decision
from moderation.cases.models import ModerationCase
from moderation.rules import rule_label
from moderation.sanctions.queries.statements import get_statement_row
from moderation.sanctions.wording import measure_words

_TOLD = _l("The member reads your reason.")


def decide(actor: User, case: ModerationCase, decision: Decision, note: str, rule: str) -> None:
    """Carry out what was decided about an appeal."""
    decide_appeal(actor, get_appeal_of_source(case.source).id, decision.key, note)


def barred_from(case: ModerationCase) -> Collection[int]:
    """Return who decided first: somebody else decides about the appeal."""
    row = get_statement_row(get_appeal_of_source(case.source).statement_id)
    first = None if row is None else row.statement.decided_by_id
    return () if first is None else (first,)


def context_of(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    """Return the decision and what the member says against it."""
    appeal = get_appeal_of_source(case.source)
    row = get_statement_row(appeal.statement_id)
    return {
        "appeal": appeal,
        "row": row,
        "measure_words": measure_words,
        "rule_label": rule_label,
    }


KINDS = (
    CaseKind(
        name="appeal",
        label=_l("Appeal"),
        decisions=(
            Decision(UPHELD, _l("The decision stands"), is_violation=True, hint=_TOLD),
            Decision(
                OVERTURNED,
                _l("The decision was wrong: take it back"),
                is_violation=False,
                hint=_TOLD,
            ),
        ),
        template="moderation/_appeal.html",
        act=decide,
        context=context_of,
        barred=barred_from,
    ),
)

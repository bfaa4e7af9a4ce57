"""Ranks in words, in the reader's language."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.wording import ngettext, number
from reputation.ranks.queries import Step
from reputation.ranks.rank_rules import MEASURES, Criteria

MEASURE_LABELS: dict[str, LazyString] = {
    "points": _l("Points"),
    "solved": _l("Accepted answers"),
    "kudos": _l("Kudos received"),
    "helped": _l("Different people helped"),
    "days": _l("Days as a member"),
}


def words_of_criteria(criteria: Criteria) -> str:
    """Say what is needed, as "1,000 points and 10 accepted answers or 30 kudos"."""
    parts = [_amount(name, least) for name, least in _in_order(criteria.needs)]
    one_of = [_amount(name, least) for name, least in _in_order(criteria.one_of)]
    if one_of:
        parts.append(_(" or ").join(one_of))
    return _(" and ").join(parts)


def words_of_step(step: Step) -> str:
    """Say what is missing for the next rank; "" at the top."""
    words = words_of_criteria(step.lacking)
    return _("Still missing: %(what)s", what=words) if words else ""


def _in_order(wanted: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(name, wanted[name]) for name in MEASURES if name in wanted]


def _amount(name: str, amount: int) -> str:
    words = {
        "points": ngettext("%(n)s point", "%(n)s points", amount, n=number(amount)),
        "solved": ngettext(
            "%(n)s accepted answer", "%(n)s accepted answers", amount, n=number(amount)
        ),
        "kudos": ngettext("%(n)s kudos", "%(n)s kudos", amount, n=number(amount)),
        "helped": ngettext(
            "%(n)s person helped", "%(n)s different people helped", amount, n=number(amount)
        ),
        "days": ngettext(
            "%(n)s day as a member", "%(n)s days as a member", amount, n=number(amount)
        ),
    }
    return words[name]

"""What the rules say, in plain words."""

from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _

from community.core.settings import site_zone
from community.core.wording import date_words, number, present_wording
from reputation.ledger.rules import (
    ACCEPTANCE_GIVEN,
    ACCEPTED,
    CONFIRMED,
    EDIT_TAKEN,
    EDITS_LIFETIME,
    KUDOS_ANSWER,
    KUDOS_QUESTION,
    SPOTLIT,
    Promotion,
    Rules,
)


def rule_words(rules: Rules) -> list[tuple[str, int]]:
    """Return what brings points by these rules, and how many."""
    words = {
        ACCEPTED: _("Your answer is accepted as the solution"),
        ACCEPTANCE_GIVEN: _("You accept an answer to your question"),
        KUDOS_ANSWER: _("Kudos for your answer"),
        KUDOS_QUESTION: _("Kudos for your question"),
        CONFIRMED: _("You confirm your e-mail address"),
        SPOTLIT: _("It was written while the question was in the spotlight, in addition"),
        EDIT_TAKEN: _(
            "A change you suggested is accepted (once a post, at most %(points)s points in all)",
            points=number(EDITS_LIFETIME),
        ),
    }
    return [(words[cause], value) for cause, value in rules.values.items() if value]


def promotion_words(promotion: Promotion, boards: Mapping[int, str], given: int) -> str:
    """Say what brings more, where, until when, and how much of the budget is left.

    Nothing of a promotion on a board that is not among those the reader may see.
    """
    if promotion.board_id is not None and promotion.board_id not in boards:
        return ""
    last_day = (promotion.ends_at - timedelta(seconds=1)).astimezone(site_zone()).date()
    values = {
        "percent": number(promotion.percent),
        "day": date_words(present_wording().language, last_day, "long"),
        "left": number(promotion.budget - given),
        "budget": number(promotion.budget),
        "board": boards.get(promotion.board_id or 0, ""),
    }
    what = _what_of(promotion, values)
    rest = _("%(left)s of %(budget)s points of its budget are left.", **values)
    return f"{what} {rest}"


def _what_of(promotion: Promotion, values: Mapping[str, str]) -> str:
    if promotion.cause == ACCEPTED and promotion.board_id is None:
        return _(
            "Promotion until %(day)s: an accepted answer brings %(percent)s percent.", **values
        )
    if promotion.cause == ACCEPTED:
        return _(
            "Promotion until %(day)s: an answer accepted on “%(board)s” brings"
            " %(percent)s percent.",
            **values,
        )
    if promotion.board_id is None:
        return _("Promotion until %(day)s: accepting brings %(percent)s percent.", **values)
    return _(
        "Promotion until %(day)s: accepting on “%(board)s” brings %(percent)s percent.", **values
    )

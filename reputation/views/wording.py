"""What the rules say, in plain words."""

from flask_babel import gettext as _

from community.core.wording import number
from reputation.ledger.rules import (
    ACCEPTANCE_GIVEN,
    ACCEPTED,
    CONFIRMED,
    EDIT_TAKEN,
    EDITS_LIFETIME,
    KUDOS_ANSWER,
    KUDOS_QUESTION,
    SPOTLIT,
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

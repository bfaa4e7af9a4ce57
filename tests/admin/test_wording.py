"""What was done to people has words."""

from community.admin.wording import ACTION_WORDS, AUDIENCE_WORDS, action_words
from community.boards.models import AUDIENCES
from community.core.audit import Action

# Acts on groups, boards, charities and periods of payback: no page lists them yet.
UNSHOWN = {
    *(Action.AUDIENCE_CHANGED, Action.GROUP_MADE, Action.GROUP_RENAMED, Action.GROUP_DELETED),
    *(Action.CHARITY_APPROVED, Action.CHARITY_RETIRED, Action.PAYBACK_OPENED),
    *(Action.PAYBACK_MONTH_CLOSED, Action.PAYBACK_CALCULATED, Action.PAYBACK_STATEMENTS_ISSUED),
    *(Action.PAYBACK_CHOICE_OPENED, Action.PAYBACK_REOPENED, Action.PAYBACK_BOOKS_CLOSED),
    Action.PAYBACK_LOCKED,
}


def test_every_act_on_a_person_has_words() -> None:
    assert set(Action) - set(ACTION_WORDS) == UNSHOWN
    assert action_words("something.new") == "something.new"


def test_every_audience_has_words() -> None:
    assert set(AUDIENCE_WORDS) == set(AUDIENCES)

"""What was done to people has words."""

from community.admin.wording import ACTION_WORDS, AUDIENCE_WORDS, action_words
from community.boards.models import AUDIENCES
from community.core.audit import Action

# Acts on groups and boards, which no page lists, and on cases, which have a page of their own.
UNSHOWN = {
    *(Action.AUDIENCE_CHANGED, Action.GROUP_MADE, Action.GROUP_RENAMED, Action.GROUP_DELETED),
    *(Action.CASE_OPENED, Action.CASE_CLAIMED, Action.CASE_RELEASED, Action.CASE_DECIDED),
    *(Action.CASE_UNDONE, Action.CASE_CLOSED, Action.PAIRS_EXCLUDED, Action.PAIRS_INCLUDED),
}


def test_every_act_on_a_person_has_words() -> None:
    assert set(Action) - set(ACTION_WORDS) == UNSHOWN
    assert action_words("something.new") == "something.new"


def test_every_audience_has_words() -> None:
    assert set(AUDIENCE_WORDS) == set(AUDIENCES)

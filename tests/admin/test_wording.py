"""What was done has words: the audit log shows every act."""

from community.admin.wording import ACTION_WORDS, AUDIENCE_WORDS, action_words
from community.boards.models import AUDIENCES
from community.core.audit import Action


def test_every_act_has_words() -> None:
    assert set(Action) - set(ACTION_WORDS) == set()
    assert action_words("something.new") == "something.new"


def test_every_audience_has_words() -> None:
    assert set(AUDIENCE_WORDS) == set(AUDIENCES)

"""What tests of the ledger begin with."""

import pytest

from tests.factories.community import make_acceptance, make_answer, make_question
from tests.reputation.ledger.booking import make_member


@pytest.fixture
def solved():
    """A question with an accepted answer: asker, helper, answer."""
    asker, helper = make_member(), make_member()
    answer = make_answer(make_question(asker), helper)
    make_acceptance(answer, asker)
    return asker, helper, answer

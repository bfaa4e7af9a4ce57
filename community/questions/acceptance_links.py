"""Signed addresses by which an asker accepts an answer out of the mail that told of it.

A token names the asker, the answer and until when. It works once; what it shows and accepts is the
answer as it stands by then.
"""

from datetime import timedelta
from typing import NamedTuple

from community.core import clock
from community.core.allowances import Allowance, allowance_key
from community.core.errors import NotFound
from community.core.signed_links import read_link, sign_link

PURPOSE = "questions.acceptance"
OPEN_FOR = timedelta(days=30)
LARGEST_ID = 2**63 - 1


class Offer(NamedTuple):
    """Who may accept which answer until when (seconds since 1970)."""

    user_id: int
    answer_id: int
    ends: int

    @property
    def is_over(self) -> bool:
        """Whether it is too old."""
        return clock.now().timestamp() >= self.ends

    @property
    def use(self) -> Allowance:
        """What keeps that it was used, for as long as it could be used again."""
        key = allowance_key(PURPOSE, str(self.user_id), str(self.answer_id), str(self.ends))
        return Allowance(key, 1, OPEN_FOR + timedelta(days=1))


def sign_offer(user_id: int, answer_id: int) -> str:
    """Return the token by which somebody may accept an answer."""
    ends = int((clock.now() + OPEN_FOR).timestamp())
    return sign_link(PURPOSE, [user_id, answer_id, ends])


def read_offer(token: str) -> Offer:
    """Return what a token offers, also if it is over; raises ``NotFound`` for a forged one."""
    content = read_link(PURPOSE, token)
    if type(content) is not list or len(content) != 3 or not all(map(_is_id, content)):
        raise NotFound()
    return Offer(*content)


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LARGEST_ID

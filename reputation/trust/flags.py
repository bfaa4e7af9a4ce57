"""How many reports about somebody were upheld: what moderation knows and this package may not ask.

Moderation stands beside reputation, so neither imports the other: the application hands its count
in (``count_with``). Until somebody does, nobody has any.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class UpheldFlags(Protocol):
    """Counts upheld reports about members since an instant; who has none may be left out."""

    def __call__(self, user_ids: Collection[int], since: datetime) -> Mapping[int, int]: ...


def _none(user_ids: Collection[int], since: datetime) -> Mapping[int, int]:
    return {}


_counters: list[UpheldFlags] = [_none]


def count_with(counter: UpheldFlags) -> None:
    """Let upheld reports be counted by this from now on."""
    _counters[0] = counter


def upheld_flags(user_ids: Collection[int], since: datetime) -> Mapping[int, int]:
    """Return how many reports about these members were upheld since then, by member."""
    return _counters[0](user_ids, since)

"""Why somebody's points were adjusted, for statements: who books it stands above this package.

The application hands in who knows the reasons (``explain_with``). Until then none is shown.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from reputation.ledger.rules import ADJUSTMENT
from reputation.payback.queries.statements import StatementLine


class Reasons(Protocol):
    """Returns the reasons of entries booked by hand; the caller has checked whose they are."""

    def __call__(self, entry_ids: Collection[int]) -> Mapping[int, str]: ...


def _none(entry_ids: Collection[int]) -> Mapping[int, str]:
    return {}


_known: list[Reasons] = [_none]


def explain_with(reasons: Reasons) -> None:
    """Let entries booked by hand be explained by this from now on."""
    _known[0] = reasons


def reasons_of_lines(lines: Iterable[StatementLine]) -> Mapping[int, str]:
    """Return why those of these lines were booked that somebody booked by hand, by entry."""
    by_hand = [line.entry_id for line in lines if line.cause == ADJUSTMENT]
    return _known[0](by_hand) if by_hand else {}

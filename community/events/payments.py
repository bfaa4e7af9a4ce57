"""What happens to payments of payback."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentDecided:
    """A payment to a member, or a gift of theirs, was reported settled or failed.

    ``form`` is credit, cash or charity; ``points`` is what left, or did not leave, their account.
    """

    user_id: int
    line_id: int
    form: str
    points: int
    is_settled: bool

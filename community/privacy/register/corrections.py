"""Corrections of points by hand, and appeals about points."""

from community.privacy.marks import Table, blanked, kept, other_person

TABLES = {
    "adjustments": Table(
        owner="user_id",
        kept_for="account",
        nothing="id entry_id undoes_id",
        personal={
            "user_id": kept("whose points"),
            "currency": kept("points or payback"),
            "amount": kept("how many"),
            "reason": blanked("why", ""),
            "proposed_by_id": other_person("who proposed it"),
            "proposed_at": kept("when it was proposed"),
            "state": kept("what became of it"),
            "decided_by_id": other_person("who decided"),
            "decided_at": kept("when it was decided"),
            "refusal": blanked("why it was refused", ""),
        },
    ),
    "points_appeals": Table(
        owner="user_id",
        kept_for="account",
        nothing="id entry_id adjustment_id",
        personal={
            "user_id": kept("who appealed"),
            "text": blanked("what they wrote", ""),
            "state": kept("what became of it"),
            "opened_at": kept("when"),
            "due_at": kept("until when it is to be answered"),
            "taken_by_id": other_person("who looked at it"),
            "taken_at": kept("when somebody began to"),
            "decided_by_id": other_person("who answered"),
            "decided_at": kept("when it was answered"),
            "answer": blanked("the answer", ""),
        },
    ),
}

"""Corrections of points by hand, appeals about points, and drafts of rules."""

from community.privacy.marks import Erasure, Personal, Table, blanked, kept, other_person

TABLES = {
    "rule_drafts": Table(
        nothing="id currency amounts full_givers later_kudos daily_cap matures_after_days begins_on"
        " promotion created_at changed_at published_id dropped_at",
        personal={"created_by_id": other_person("which administrator made the draft")},
    ),
    "rule_simulations": Table(
        nothing="id draft_id begins_on ends_on rules requested_at state after_id finished_at",
        personal={
            "requested_by_id": other_person("which administrator asked for it"),
            "summary": Personal(
                "numbers of accounts and what they would earn",
                Erasure.KEPT,
                why_not="is about many people and holds for nobody",
            ),
        },
    ),
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

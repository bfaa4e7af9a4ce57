"""What was decided about members, why, and what they said against it."""

from community.privacy.marks import Table, blanked, kept, other_person

TABLES = {
    "statements": Table(
        owner="user_id",
        kept_for="account",
        nothing="id removal_id case_id",
        personal={
            "user_id": kept("about whom"),
            "measure": kept("what was decided"),
            "rule": kept("which rule it was about"),
            "facts": blanked("what happened", ""),
            "text": blanked("what they were told", ""),
            "language": kept("in which language"),
            "automated": kept("whether it was found automatically"),
            "decided_by_id": other_person("who decided"),
            "post_id": kept("which post it is about"),
            "issued_at": kept("when"),
            "appeal_until": kept("until when they could appeal"),
            "read_at": kept("when they confirmed to have read it"),
            "undone_at": kept("when it was taken back"),
        },
    ),
    "sanctions": Table(
        owner="user_id",
        kept_for="account",
        nothing="id statement_id",
        personal={
            "user_id": kept("about whom"),
            "kind": kept("which measure"),
            "state": kept("what became of it"),
            "imposed_by_id": other_person("who imposed it"),
            "started_at": kept("since when"),
            "ends_at": kept("until when"),
            "ended_at": kept("when it really ended"),
            "lifted_by_id": other_person("who lifted it"),
            "lift_reason": blanked("why it was lifted", ""),
        },
    ),
    "sanction_wordings": Table(
        nothing="measure language text changed_at",
        personal={"changed_by_id": other_person("which administrator worded it")},
    ),
    "board_screenings": Table(nothing="board_id held first_posts changed_at"),
    "watched_words": Table(
        nothing="id pattern is_regex action replacement tag language board_id is_enabled added_at",
        personal={"added_by_id": other_person("which administrator has it watched")},
    ),
    "decision_appeals": Table(
        owner="user_id",
        kept_for="account",
        nothing="id statement_id",
        personal={
            "user_id": kept("who appealed"),
            "text": blanked("what they wrote", ""),
            "state": kept("what became of it"),
            "opened_at": kept("when"),
            "decided_by_id": other_person("who answered"),
            "decided_at": kept("when it was answered"),
            "answer": blanked("the answer", ""),
        },
    ),
}

"""What is kept to find those who cheat, and the cases about them."""

from community.privacy.marks import (
    Erasure,
    Personal,
    Rows,
    Table,
    goes,
    kept,
    other_person,
    rewritten,
)

_WARNS = "would warn those who are looked into"


def _of_case(what: str) -> Personal:
    return Personal(what, Erasure.KEPT, why_not=_WARNS)


TABLES = {
    "sign_in_traces": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="traces",
        personal={
            "user_id": goes("who signed in"),
            "mark": Personal(
                "keyed hash of the address or browser", Erasure.GOES, why_not="says nothing"
            ),
            "seen_at": goes("when they last did from there"),
        },
    ),
    "ring_findings": Table(
        kept_for="cases",
        nothing="id state found_at decided_at case_id",
        personal={"evidence": _of_case("who thanked whom how often, as ids")},
    ),
    "ring_members": Table(
        kept_for="cases",
        nothing="finding_id",
        personal={"user_id": _of_case("who is suspected of arranged thanks")},
    ),
    "moderation_cases": Table(
        owner="decided_by_id",
        kept_for="cases",
        nothing="""
            id kind source state priority opened_at claimed_until decision decision_key rule
            actioned_at closed_at alerted_at escalated_at
        """,
        personal={
            "post_id": _of_case("which post it is about"),
            "evidence": _of_case("what speaks for it, as ids, numbers and codes"),
            "claimed_by_id": other_person("who is at work on it"),
            "decided_by_id": _of_case("who decided it"),
            "decided_at": _of_case("when"),
            "note": rewritten("why"),
        },
    ),
    "case_notes": Table(
        owner="author_id",
        rows=Rows.KEPT,
        kept_for="cases",
        nothing="id case_id kind",
        personal={
            "author_id": kept("who wrote to colleagues about a case"),
            "to_id": other_person("to whom"),
            "note": rewritten("what they wrote"),
            "created_at": kept("when"),
        },
    ),
    # Archives say that there is a note, and from when.
    "staff_notes": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id",
        personal={
            "user_id": goes("whom staff noted something about"),
            "author_id": other_person("who wrote it"),
            "body": Personal(
                "what staff noted", Erasure.REWRITTEN, why_not="staff's own; given out on request"
            ),
            "created_at": goes("when"),
        },
    ),
    "moderation_case_voices": Table(
        owner="user_id",
        kept_for="cases",
        nothing="id case_id version",
        personal={
            "user_id": kept("who reviewed something"),
            "choice": kept("what they said should be done"),
            "note": rewritten("why"),
            "given_at": kept("when"),
        },
    ),
    "moderation_case_subjects": Table(
        kept_for="cases",
        nothing="case_id",
        personal={"user_id": _of_case("whom a case is about")},
    ),
}

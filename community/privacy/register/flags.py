"""What members report, and what followed from it."""

from community.privacy.marks import Rows, Table, kept, other_person, rewritten

TABLES = {
    "flags": Table(
        owner="flagger_id",
        rows=Rows.KEPT,
        kept_for="cases",
        nothing="id round weight",
        personal={
            "flagger_id": kept("who reported something"),
            "post_id": kept("which post"),
            "member_id": other_person("which member"),
            "reason": kept("for which reason"),
            "note": rewritten("what they added"),
            "created_at": kept("when"),
            "outcome": kept("whether moderators agreed"),
            "decided_at": kept("when they decided"),
        },
    ),
    "flag_hidings": Table(
        of_post="post_id",
        kept_for="post",
        nothing="id post_id round mendable",
        personal={
            "hidden_at": kept("when reports hid a post"),
            "mended_at": kept("when its author mended it"),
        },
    ),
}

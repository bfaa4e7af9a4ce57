"""What is learned of spam; none of it says what anybody wrote."""

from community.privacy.marks import Erasure, Personal, Table, kept, other_person

_SAYS_NOTHING = "says nothing"
_TOLD = "follows from the decisions of which its author was told"

TABLES = {
    "spam_models": Table(nothing="id salt spam_count ham_count reviewed_from held_from is_weighed"),
    "spam_tokens": Table(nothing="hash spam_count ham_count weight"),
    "spam_lessons": Table(
        kept_for="post",
        nothing="post_id suggestion_id learned_at weight",
        personal={
            "label": Personal(
                "whether moderators found a post to be spam", Erasure.KEPT, why_not=_TOLD
            ),
            "hashes": Personal(
                "keyed hashes of the words counted", Erasure.KEPT, why_not=_SAYS_NOTHING
            ),
        },
    ),
    "spam_cleanups": Table(
        owner="user_id",
        kept_for="account",
        nothing="id case_id cursor sanction_id",
        personal={
            "user_id": kept("after whom somebody cleaned up"),
            "actor_id": other_person("who did"),
            "state": kept("how far it came"),
            "started_at": kept("when it began"),
            "finished_at": kept("when it was done"),
            "undone_by_id": other_person("who took it back"),
            "undone_at": kept("when it was taken back"),
        },
    ),
    "cleaned_posts": Table(
        kept_for="post",
        nothing="cleanup_id post_id removal_id settled_at",
        personal={
            "visibility": Personal(
                "what a post was before it was hidden as spam", Erasure.KEPT, why_not=_TOLD
            ),
        },
    ),
    "cleaned_cases": Table(nothing="cleanup_id case_id"),
    "text_marks": Table(
        kept_for="text_marks",
        nothing="post_id marked_at",
        personal={
            "mark": Personal(
                "keyed hashes by which copies of a text are found",
                Erasure.KEPT,
                why_not=_SAYS_NOTHING,
            ),
        },
    ),
}

"""What is learned of spam; none of it says what anybody wrote."""

from community.privacy.marks import Erasure, Personal, Table

_SAYS_NOTHING = "says nothing"

TABLES = {
    "spam_models": Table(nothing="id salt spam_count ham_count reviewed_from held_from"),
    "spam_tokens": Table(nothing="hash spam_count ham_count"),
    "spam_lessons": Table(
        of_post="post_id",
        kept_for="post",
        nothing="post_id learned_at",
        personal={
            "label": Personal(
                "whether moderators found a post to be spam",
                Erasure.KEPT,
                why_not="follows from what was decided, of which its author was told",
            ),
            "hashes": Personal(
                "keyed hashes of the words counted", Erasure.KEPT, why_not=_SAYS_NOTHING
            ),
        },
    ),
    "text_marks": Table(
        of_post="post_id",
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

"""What people write, and what they do with what others wrote."""

from community.privacy.marks import (
    Erasure,
    Rows,
    Table,
    blanked,
    derived,
    goes,
    kept,
    other_person,
    rewritten,
    secret,
)

TABLES = {
    "boards": Table(nothing="id slug names descriptions icon audience position created_at"),
    "board_groups": Table(nothing="id board_id group_id"),
    "board_stats": Table(
        nothing="board_id open_count answered_count solved_count support_count closed_count"
        " first_answer_minutes"
    ),
    "tags": Table(nothing="id name created_at"),
    "post_tags": Table(nothing="post_id tag_id"),
    "tag_counts": Table(nothing="tag_id audience questions_count"),
    "board_tag_counts": Table(nothing="tag_id board_id questions_count"),
    "posts": Table(
        owner="author_id",
        kept_for="post",
        nothing="id kind board_id root_id parent_id render_version comments_count imported_up"
        " imported_down",
        personal={
            "author_id": kept("who wrote it"),
            "visibility": kept("whether it is published, held, hidden or deleted"),
            "body": rewritten("text"),
            "html": derived("text, rendered", Erasure.REWRITTEN),
            "language": kept("language it is written in"),
            "created_at": kept("when it was written"),
            "edited_at": kept("when it was last edited"),
            "edited_by_id": other_person("who last edited it"),
            "kudos_count": kept("kudos received"),
        },
    ),
    "questions": Table(
        of_post="id",
        kept_for="post",
        nothing="id place_id asked_at status answers_count me_too_count imported_me_toos"
        " last_activity_at last_by_asker awaits_asker is_locked slow_minutes first_answer_at"
        " solved_at",
        personal={
            "title": rewritten("title"),
            "slug": derived("title, as part of the address", Erasure.REWRITTEN),
            "excerpt": derived("beginning of the text", Erasure.REWRITTEN),
        },
    ),
    "answers": Table(nothing="id"),
    "revisions": Table(
        owner="author_id",
        of_post="post_id",
        kept_for="post",
        nothing="id post_id number",
        personal={
            "author_id": kept("who wrote this version"),
            "title": rewritten("earlier title"),
            "tags": rewritten("earlier tags"),
            "body": rewritten("earlier text"),
            "written_at": kept("when this version was written"),
            "note": rewritten("why it was changed"),
        },
    ),
    "attachments": Table(
        owner="uploader_id",
        rows=Rows.DELETED,
        kept_for="pictures",
        nothing="id key content_type width height small_width small_height bytes",
        personal={
            "uploader_id": goes("who uploaded the picture"),
            "post_id": goes("post that shows it"),
            "alt": rewritten("what it shows"),
            "created_at": goes("when it was uploaded"),
            "removed_at": goes("when it was taken down"),
            "removed_by_id": other_person("who took it down"),
        },
    ),
    "removals": Table(
        owner="actor_id",
        kept_for="post",
        nothing="id post_id visibility",
        personal={
            "actor_id": kept("who removed or restored a post"),
            "reason": rewritten("why"),
            "created_at": kept("when"),
        },
    ),
    "held_posts": Table(
        of_post="post_id",
        kept_for="post",
        nothing="post_id is_new",
        personal={
            "findings": kept("why a text of theirs waits for a moderator"),
            "held_at": kept("since when"),
        },
    ),
    "acceptances": Table(
        owner="accepted_by_id",
        kept_for="post",
        nothing="id question_id answer_id place imported",
        personal={
            "accepted_by_id": kept("who accepted the answer"),
            "accepted_at": kept("when"),
        },
    ),
    "closures": Table(
        owner="closed_by_id",
        kept_for="post",
        nothing="id question_id reason duplicate_of_id",
        personal={
            "note": rewritten("why, in words"),
            "closed_by_id": kept("who closed the question"),
            "closed_at": kept("when"),
        },
    ),
    "info_requests": Table(
        owner="requested_by_id",
        kept_for="post",
        nothing="id question_id answered_at",
        personal={
            "note": rewritten("what was asked for"),
            "requested_by_id": kept("who asked for it"),
            "requested_at": kept("when"),
        },
    ),
    "locks": Table(
        owner="locked_by_id",
        kept_for="post",
        nothing="id question_id",
        personal={
            "locked_by_id": kept("who locked the question"),
            "reason": rewritten("why"),
            "locked_at": kept("when"),
        },
    ),
    "pins": Table(
        owner="pinned_by_id",
        kept_for="post",
        nothing="id question_id scope until",
        personal={
            "pinned_by_id": kept("who pinned the question"),
            "pinned_at": kept("when"),
        },
    ),
    "duplicate_links": Table(
        owner="linked_by_id",
        kept_for="post",
        nothing="id question_id original_id",
        personal={
            "linked_by_id": kept("who linked the two"),
            "created_at": kept("when"),
        },
    ),
    "me_toos": Table(
        owner="user_id",
        rows=Rows.COUNTED,
        kept_for="account",
        nothing="id",
        personal={
            "question_id": goes("question"),
            "user_id": goes("who has the same problem"),
            "created_at": goes("when they said so"),
        },
    ),
    "votes": Table(
        owner="user_id",
        rows=Rows.COUNTED,
        kept_for="account",
        nothing="id imported",
        personal={
            "post_id": goes("post"),
            "user_id": goes("who gave kudos"),
            "value": goes("kudos or the opposite"),
            "created_at": goes("when they were given"),
        },
    ),
    "watches": Table(
        owner="user_id",
        gone_with=("person_id",),
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id",
        personal={
            "user_id": goes("who follows"),
            "post_id": goes("question followed"),
            "board_id": goes("board followed"),
            "tag_id": goes("tag followed"),
            "person_id": goes("person followed"),
            "muted": goes("whether the watch is turned off"),
            "created_at": goes("since when"),
        },
    ),
    "drafts": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="drafts",
        nothing="id",
        personal={
            "user_id": goes("who writes"),
            "guest_token": secret("mark of a guest's browser, hashed"),
            "place": goes("form"),
            "title": rewritten("title"),
            "body": rewritten("text"),
            "tags": rewritten("tags"),
            "board_slug": goes("board"),
            "updated_at": goes("when it was last changed"),
        },
    ),
    "notifications": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="notifications",
        nothing="id event_id",
        personal={
            "user_id": goes("who is told"),
            "kind": goes("what of"),
            "post_id": goes("post"),
            "question_id": goes("question"),
            "page": goes("page it is about"),
            "actor_id": other_person("who did it"),
            "note": rewritten("reason"),
            "created_at": goes("when"),
            "read_at": goes("when it was read"),
            "mailed_at": goes("when it was mailed"),
            "held_at": goes("when its mail was put off to the end of quiet hours"),
        },
    ),
    "digests": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="notifications",
        nothing="id",
        personal={
            "user_id": goes("whose digest"),
            "period": goes("day or week"),
            "planned_at": goes("when it was planned"),
            "sent_at": goes("when it was mailed"),
        },
    ),
    "notification_settings": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id",
        personal={
            "user_id": goes("whose choice"),
            "kind": goes("what of"),
            "bell": goes("told in the app"),
            "mail": goes("told by mail"),
        },
    ),
    "deflections": Table(
        owner="user_id",
        kept_for="searches",
        nothing="id question_id asked_question_id outcome",
        personal={
            "user_id": blanked("who was shown a question"),
            "typed": blanked("what they had typed", ""),
            "created_at": kept("when"),
        },
    ),
}

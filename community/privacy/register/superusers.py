"""Who became a superuser, when, and what was said about it."""

from community.privacy.marks import Rows, Table, goes, other_person, rewritten

TABLES = {
    "superuser_memberships": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id",
        personal={
            "user_id": goes("who is a superuser, or might become one"),
            "state": goes("how things stand"),
            "origin": goes("how it began: invitation, application or role given by hand"),
            "began_at": goes("when it began"),
            "began_by_id": other_person("who invited them or gave the role"),
            "motive": rewritten("why they applied"),
            "topics": rewritten("topics they know"),
            "note": rewritten("what the team wrote to them"),
            "decided_at": goes("when the application was decided"),
            "decided_by_id": other_person("who decided"),
            "answer_by": goes("until when they can accept"),
            "asked_version": goes("agreement they were asked to accept"),
            "agreed_version": goes("agreement they accepted"),
            "agreed_language": goes("language they read it in"),
            "agreed_at": goes("when they accepted it"),
            "tier": goes("tier"),
            "active_at": goes("since when"),
            "review_due_at": goes("when the next review is due"),
            "review_told_at": goes("when they were told of it"),
            "ended_at": goes("when it ended"),
            "ended_by_id": other_person("who ended it"),
            "end_reason": rewritten("why it ended"),
        },
    ),
}

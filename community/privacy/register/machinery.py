"""What the product keeps to do its work."""

from community.privacy.marks import Erasure, Personal, Rows, Table, goes

_INTERNAL = "is internal and short-lived"

TABLES = {
    "events": Table(
        kept_for="events",
        nothing="id name created_at",
        personal={
            "payload": Personal("ids of who did what", Erasure.KEPT, why_not=_INTERNAL),
        },
    ),
    "jobs": Table(
        kept_for="jobs",
        nothing="id task event_id created_at due_at attempts lease_token parked_at",
        personal={
            "arguments": Personal("what a job needs; whole mails", Erasure.GOES, why_not=_INTERNAL),
            "unique_key": Personal("name of a job, with ids", Erasure.GOES, why_not=_INTERNAL),
            "last_error": Personal("why a job failed", Erasure.BLANKED, why_not=_INTERNAL),
        },
    ),
    "undeliverable_addresses": Table(
        kept_for="bounces",
        nothing="bounces last_at",
        personal={
            "key": Personal(
                "keyed hash of an address from which our mails came back",
                Erasure.KEPT,
                why_not=_INTERNAL,
            ),
        },
    ),
    "allowance_uses": Table(
        kept_for="allowance_uses",
        nothing="place free_at",
        personal={
            "key": Personal(
                "keyed hash of who did what too often", Erasure.KEPT, why_not=_INTERNAL
            ),
        },
    ),
    "periodic_slots": Table(nothing="key ran_at"),
    # Keyed hashes over entries of the audit log, and where they end.
    "audit_seals": Table(nothing="position entry_id origin key_id seal"),
    "audit_heads": Table(nothing="id count seal key_id signature"),
    "badges": Table(
        nothing="id key names descriptions icon needs repeatable enabled holders_count changed_at"
    ),
    "ranks": Table(nothing="level names icon needs one_of changed_at"),
    "submissions": Table(
        kept_for="submissions",
        nothing="key created_at",
        personal={
            "location": Personal("where a form led", Erasure.GOES, why_not=_INTERNAL),
        },
    ),
    "index_requests": Table(nothing="question_id token requested_at"),
    "imported_records": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="kind post_id",
        personal={
            "source": goes("where an account came from"),
            "source_id": goes("number there"),
            "user_id": goes("who it became"),
        },
    ),
}

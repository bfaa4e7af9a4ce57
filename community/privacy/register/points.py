"""Points: the ledger, its rules, and what is taken out of it."""

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

OF_A_CASE = "belongs to a case about several people"

TABLES = {
    # The database refuses to change these rows; they hold numbers of accounts, no names.
    "ledger_entries": Table(
        owner="user_id",
        nothing="id rule_version event_id reverses_id key",
        personal={
            "currency": kept("points or payback"),
            "user_id": kept("whose account"),
            "cause": kept("what for"),
            "amount": kept("how many"),
            "post_id": kept("for which post"),
            "giver_id": other_person("whose acceptance or kudos"),
            "occurred_at": kept("when it was earned"),
            "earned_on": kept("on which day"),
            "matures_at": kept("from when on it counts"),
            "created_at": kept("when it was booked"),
        },
    ),
    "ledger_accounts": Table(
        owner="user_id",
        personal={
            "user_id": kept("whose account"),
            "reputation": kept("points in all"),
            "payback": kept("payback points in all"),
        },
    ),
    "ledger_exclusions": Table(
        nothing="id",
        personal={
            "user_id": Personal("who earns nothing", Erasure.KEPT, why_not=OF_A_CASE),
            "other_id": other_person("by whom"),
            "reason": Personal("why", Erasure.KEPT, why_not=OF_A_CASE),
            "reference": Personal("in which case", Erasure.KEPT, why_not=OF_A_CASE),
            "created_by_id": other_person("who decided so"),
            "created_at": Personal("when", Erasure.KEPT, why_not=OF_A_CASE),
            "lifted_by_id": other_person("who took it back"),
            "lifted_at": Personal("when it was taken back", Erasure.KEPT, why_not=OF_A_CASE),
        },
    ),
    "visit_days": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="reading",
        personal={
            "user_id": goes("who read"),
            "day": goes("on which day"),
            "topics_entered": goes("how many questions"),
            "posts_read": goes("how many posts"),
            "seconds": goes("how long"),
        },
    ),
    "ledger_closings": Table(nothing="id currency before created_at"),
    "promotion_budgets": Table(nothing="currency rule_version budget given"),
    "promotion_shares": Table(
        owner="user_id",
        nothing="rule_version",
        personal={
            "user_id": kept("whose account"),
            "post_id": kept("for which post"),
            "currency": kept("points or payback"),
            "amount": kept("how many a promotion adds"),
            "decided_at": kept("when that was decided"),
        },
    ),
    "rule_versions": Table(
        nothing="id currency version begins_at amounts full_givers later_kudos daily_cap"
        " matures_after_days promotion created_at withdrawn_at",
        personal={
            "created_by_id": other_person("which administrator made the rules"),
            "withdrawn_by_id": other_person("which administrator withdrew them"),
        },
    ),
    "leaderboard_scores": Table(
        owner="user_id",
        rows=Rows.DELETED,
        nothing="board_id",
        personal={
            "user_id": goes("whose points"),
            "period": goes("in a day, a week, a month or ever"),
            "begins_on": goes("from which day on"),
            "points": goes("how many"),
        },
    ),
    "badge_grants": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id",
        personal={
            "badge_id": goes("which badge"),
            "user_id": goes("who was given it"),
            "number": goes("for which time"),
            "granted_at": goes("when"),
            "granted_by_id": other_person("who gave it"),
            "reason": rewritten("what for"),
            "revoked_at": goes("when it was taken back"),
            "revoked_by_id": other_person("who took it back"),
            "revoke_reason": rewritten("why"),
        },
    ),
}

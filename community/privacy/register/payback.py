"""Payback: what members are owed, what they want done with it, and where cash goes."""

from community.privacy.marks import Erasure, Personal, Rows, Table, goes, kept, other_person

_SEALED = "is encrypted; its owner sees it on the page on payback"

TABLES = {
    "payback_periods": Table(
        nothing="id begins_at ends_at state version opened_at calculated_at statements_issued_at"
        " choice_opened_at choice_ends_at locking_at locked_at approved_at paying_at paid_at"
        " closed_at list_digest",
        personal={
            "prepared_by_id": other_person("who locked the list"),
            "approved_by_id": other_person("who approved it"),
        },
    ),
    "month_closes": Table(
        nothing="id period_id begins_at ends_at closed_at gained taken_back entries_count"
        " members_count",
    ),
    # Books on money: amounts stay, with the number of an account and without a name.
    "payout_lines": Table(
        owner="user_id",
        nothing="id version",
        personal={
            "period_id": kept("for which period"),
            "user_id": kept("whose share"),
            "earned": kept("earned in the period"),
            "carried": kept("left from the period before"),
            "lapsing": kept("of that, rolled over once already"),
            "amount": kept("both together"),
            "expired": kept("lapsed"),
            "matched": kept("added to a gift by the operator"),
            "choice": kept("credit, cash, charity or the next period"),
            "charity_id": kept("which charity"),
            "account_digest": Personal(
                "which bank details were in force, hashed",
                Erasure.BLANKED,
                why_not="follows from another column",
            ),
            "decided": kept("what was decided when the list was locked"),
            "why": kept("why not as chosen"),
            "state": kept("what became of it"),
            "calculated_at": kept("when it was calculated"),
            "chosen_at": kept("when the choice was made"),
            "locked_at": kept("when it became final"),
        },
    ),
    "charities": Table(
        owner="nominated_by_id",
        nothing="id name_key state match_percent decided_at",
        personal={
            "name": kept("charity that was proposed"),
            "nominated_by_id": kept("who proposed it"),
            "nominated_at": kept("when"),
            "decided_by_id": other_person("who decided on it"),
        },
    ),
    "charity_votes": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        personal={
            "charity_id": goes("charity"),
            "user_id": goes("who voted for it"),
            "voted_at": goes("when"),
        },
    ),
    "payout_details": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        personal={
            "user_id": goes("whose bank account"),
            "holder": Personal("holder of the bank account", Erasure.GOES, why_not=_SEALED),
            "iban": Personal("IBAN", Erasure.GOES, why_not=_SEALED),
            "iban_ending": goes("end of the IBAN"),
            "saved_at": goes("when they were saved"),
        },
    ),
    "payback_holds": Table(
        owner="user_id",
        nothing="id",
        personal={
            "user_id": kept("whose payback waits"),
            "reason": Personal("why", Erasure.KEPT, why_not="is written by somebody else"),
            "reference": Personal("case", Erasure.KEPT, why_not="is about somebody else"),
            "placed_at": kept("since when"),
            "placed_by_id": other_person("who said so"),
            "lifted_at": kept("until when"),
            "lifted_by_id": other_person("who lifted it"),
        },
    ),
    "payback_notices": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id",
        personal={
            "period_id": goes("about which period"),
            "user_id": goes("who was told"),
            "kind": goes("of what"),
            "sent_at": goes("when"),
        },
    ),
}

"""What the files of an archive are called for people."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

HEADINGS = {
    "users": _l("Your account and settings"),
    "former_identifiers": _l("Earlier names and addresses"),
    "name_changes": _l("Changes of your name"),
    "personal_exports": _l("Archives you asked for"),
    "role_grants": _l("Your roles"),
    "group_members": _l("Your groups"),
    "user_sessions": _l("Devices you are signed in on"),
    "one_time_tokens": _l("Links we mailed to you"),
    "totp_factors": _l("Your authenticator app"),
    "passkeys": _l("Your passkeys"),
    "recovery_codes": _l("Your recovery codes (not the codes themselves)"),
    "external_identities": _l("Accounts elsewhere that you sign in with"),
    "audit_entries": _l("What was done to your account"),
    "posts": _l("Your questions, answers and comments"),
    "questions": _l("Facts about your questions"),
    "revisions": _l("Earlier versions you wrote"),
    "attachments": _l("Your pictures"),
    "removals": _l("Posts you removed or restored"),
    "held_posts": _l("Texts of yours that wait for a moderator"),
    "suggested_edits": _l("Changes of posts you suggested"),
    "acceptances": _l("Answers you accepted"),
    "lapsed_acceptances": _l("Answers you accepted that were deleted"),
    "likely_solutions": _l("Answers you found to be no solution"),
    "closures": _l("Questions you closed"),
    "info_requests": _l("Facts you asked for"),
    "locks": _l("Questions you locked"),
    "pins": _l("Questions you pinned"),
    "regroupings": _l("Questions you merged or split"),
    "duplicate_links": _l("Duplicates you linked"),
    "duplicate_proposals": _l("Duplicates you proposed, and what you said to those of others"),
    "duplicate_voices": _l("Duplicates you confirmed"),
    "me_toos": _l("Questions you have as well"),
    "votes": _l("Kudos you gave"),
    "watches": _l("What you follow"),
    "drafts": _l("Your drafts"),
    "notifications": _l("Your notifications"),
    "notification_settings": _l("What you are notified of"),
    "digests": _l("Digests we mailed to you"),
    "welcomes": _l("Your first answer, and when you were thanked for it"),
    "topic_standings": _l("Your best answers by topic"),
    "promotion_shares": _l("What promotions added to your points"),
    "deflections": _l("Suggestions you opened before you asked"),
    "wrong_codes": _l("Wrong codes entered for your account"),
    "consents": _l("Terms you agreed to"),
    "adjustments": _l("Corrections of your points"),
    "points_appeals": _l("Your appeals about points"),
    "leaderboard_scores": _l("Your points for the leaderboards"),
    "visit_days": _l("How much you read, day by day"),
    "sign_in_traces": _l("When you signed in from a device or place"),
    "statements": _l("What was decided about you, and why"),
    "sanctions": _l("Measures against you"),
    "flags": _l("What you reported"),
    "flag_hidings": _l("Posts of yours that reports hid"),
    "decision_appeals": _l("Your appeals against decisions"),
    "spam_cleanups": _l("Clean-ups of what you wrote"),
    "moderation_cases": _l("Cases you decided"),
    "case_notes": _l("What you wrote to colleagues about cases"),
    "moderation_case_voices": _l("What you said as a reviewer"),
    "staff_notes": _l("That staff noted something about you (not the notes themselves)"),
    "ledger_accounts": _l("Your points in all"),
    "ledger_entries": _l("Your points, entry by entry"),
    "payout_lines": _l("Your payback, period by period"),
    "charities": _l("Charities you proposed"),
    "charity_votes": _l("Charities you voted for"),
    "payout_details": _l("Your bank details (not the numbers themselves)"),
    "payback_holds": _l("Times in which your payback waited"),
    "payback_notices": _l("Mails about your payback"),
    "superuser_memberships": _l("Your time as superuser"),
    "badge_grants": _l("Badges you were given"),
    "desk_agents": _l("How you work on support cases"),
    "team_members": _l("Support teams you work in"),
    "support_cases": _l("Your cases with the support team"),
    "case_presences": _l("Cases that you have open at the moment"),
    "unsolved_reports": _l("Questions of which you said that they are still not solved"),
    "case_messages": _l("What you and the support team wrote to each other"),
    "case_files": _l("Files you sent to the support team"),
    "received_mails": _l("Mails you sent to the support team"),
    "case_publications": _l("Texts you were asked to let be published, and what you said"),
    "csat_responses": _l("How satisfied you were with the support team"),
    "csat_refusals": _l("That you do not want to be asked how satisfied you were"),
    "escalations": _l("What you handed to the support team"),
    "imported_records": _l("Where your account came from"),
}


def heading_of(table: str) -> str:
    """Return what a table's file is called, in the reader's language."""
    return str(HEADINGS.get(table, table))


def kind_of(kind: str) -> str:
    """Return what a post is called."""
    return {"question": _("Question"), "answer": _("Answer")}.get(kind, _("Comment"))


def state_of(visibility: str) -> str:
    """Return what became of a post; "" for one that can be read."""
    states = {
        "held": _("waits for a moderator"),
        "hidden": _("hidden by a moderator"),
        "deleted": _("deleted"),
        "merged": _("part of another question"),
    }
    return states.get(visibility, "")

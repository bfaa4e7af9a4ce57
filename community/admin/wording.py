"""What the pages of administrators call things."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.audit import Action
from reputation.superusers.wording import DEED_WORDS

# Each audience with who that is, the widest first.
AUDIENCE_WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "public": (_l("Everybody"), _l("Guests and search engines, too")),
    "members": (_l("Members"), _l("Everybody who is signed in")),
    "groups": (_l("Groups"), _l("Members of the groups chosen below, and the team")),
    "staff": (_l("The team"), _l("Moderators, support team and administrators")),
}

ACTION_WORDS: dict[str, LazyString] = {
    Action.ROLE_GRANTED: _l("Role given"),
    Action.ROLE_REVOKED: _l("Role taken away"),
    Action.TRUST_FIXED: _l("Trust level set by hand"),
    Action.TRUST_FREED: _l("Trust level no longer set by hand"),
    Action.GROUP_JOINED: _l("Joined a group"),
    Action.GROUP_LEFT: _l("Left a group"),
    Action.HOLD_PLACED: _l("Erasure held up"),
    Action.HOLD_RELEASED: _l("Erasure held up no longer"),
    Action.ACCOUNT_MADE: _l("Account made by hand"),
    Action.SESSIONS_ENDED: _l("Signed out everywhere"),
    Action.ACCOUNT_DISABLED: _l("Account closed"),
    Action.ACCOUNT_ENABLED: _l("Account opened again"),
    Action.EXPORT_REQUESTED: _l("Archive asked for"),
    Action.ERASURE_REQUESTED: _l("Erasure asked for"),
    Action.ERASURE_CANCELLED: _l("Erasure called off"),
    Action.ERASURE_ANNOUNCED: _l("Erasure announced"),
    Action.ERASURE_ORDERED: _l("Erasure ordered"),
    Action.ACCOUNT_ERASED: _l("Account erased"),
    Action.FACTOR_ADDED: _l("Second factor added"),
    Action.FACTOR_REMOVED: _l("Second factor removed"),
    Action.RECOVERY_CODES_RENEWED: _l("New recovery codes made"),
    Action.RECOVERY_CODE_USED: _l("Recovery code used"),
    Action.RULES_ADDED: _l("New rules for points added"),
    Action.RULES_WITHDRAWN: _l("Rules for points withdrawn"),
    Action.RANK_CHANGED: _l("Rank changed"),
    Action.ADJUSTMENT_PROPOSED: _l("Adjustment of points proposed"),
    Action.ADJUSTMENT_BOOKED: _l("Points adjusted"),
    Action.ADJUSTMENT_REFUSED: _l("Adjustment of points refused"),
    Action.APPEAL_TAKEN: _l("Appeal taken on"),
    Action.APPEAL_UPHELD: _l("Appeal upheld"),
    Action.APPEAL_REJECTED: _l("Appeal rejected"),
    Action.BADGE_MADE: _l("Badge made"),
    Action.BADGE_CHANGED: _l("Badge changed"),
    Action.BADGE_GRANTED: _l("Badge given"),
    Action.BADGE_REVOKED: _l("Badge taken back"),
    Action.ACCOUNTS_LINKED: _l("Said to belong to the same person as another account"),
    Action.ACCOUNTS_UNLINKED: _l("Belongs to a person of its own again"),
    Action.PROVIDER_CONNECTED: _l("Sign-in provider connected"),
    Action.PROVIDER_DISCONNECTED: _l("Sign-in provider disconnected"),
    **DEED_WORDS,
    Action.PAYBACK_OPENED: _l("Period of payback opened"),
    Action.PAYBACK_MONTH_CLOSED: _l("Month of payback closed"),
    Action.PAYBACK_CALCULATED: _l("Payback calculated"),
    Action.PAYBACK_STATEMENTS_ISSUED: _l("Statements issued"),
    Action.PAYBACK_CHOICE_OPENED: _l("Choice of payback opened"),
    Action.PAYBACK_REOPENED: _l("Payback taken back to be calculated anew"),
    Action.PAYBACK_BOOKS_CLOSED: _l("Books of payback closed"),
    Action.PAYBACK_LOCKED: _l("Payout list locked"),
    Action.CHARITY_APPROVED: _l("Charity approved"),
    Action.CHARITY_RETIRED: _l("Charity taken off the list"),
    Action.PAYBACK_CHOSEN: _l("Form of payback chosen"),
    Action.PAYBACK_HELD: _l("Payback held up"),
    Action.PAYBACK_FREED: _l("Payback held up no longer"),
    Action.PAYOUT_DETAILS_SAVED: _l("Bank details saved"),
    Action.PAYOUT_DETAILS_REMOVED: _l("Bank details removed"),
    Action.PAYOUT_APPROVED: _l("Payout list approved"),
    Action.PAYOUT_BEGUN: _l("Payout begun"),
    Action.PAYOUT_EXPORTED: _l("Payout file made"),
    Action.PAYOUT_FILE_TAKEN: _l("Payout file downloaded"),
    Action.PAYOUT_LEFT_OUT: _l("Left out of a payout file"),
    Action.PAYOUT_REPORTED: _l("Report on payments read"),
    Action.PAYOUT_RETRIED: _l("Failed payment to be tried again"),
    Action.PAYOUT_LEFT: _l("Failed payment left for the next period"),
    Action.PAYOUT_PAID: _l("Period paid"),
    Action.PAYOUT_CLOSED: _l("Period closed"),
    Action.PAYOUT_HALTED: _l("Payouts halted"),
    Action.PAYOUT_RESUMED: _l("Payouts resumed"),
}


def action_words(action: str) -> LazyString | str:
    """Return what was done, in the reader's language; its code where there are no words yet."""
    return ACTION_WORDS.get(action, action)

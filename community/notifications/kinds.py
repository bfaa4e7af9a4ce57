"""The kinds of notifications: which is strongest, and what a member gets who chose nothing."""

from community.notifications.models import KINDS

# Strongest first: who has several reasons to hear of one event hears of the first one wanted.
BY_STRENGTH = (
    "accepted",
    "unaccepted",
    "confirmed",
    "info_request",
    "duplicate",
    "mention",
    "answer",
    "comment",
    "closed",
    "reopened",
    "ended",
    "moved",
    "new_question",
    "support",
    "handed_over",
    "solved",
    "line",
    "deadline",
    "customer",
    "undelivered",
    "case",
    "rating",
    "decision",
    "payment",
    "welcome",
    "suggestion",
    "flag",
    "points",
    "trust",
    "superuser",
    "rules",
    "badge",
    "kudos",
)
STRENGTH = {kind: len(BY_STRENGTH) - place for place, kind in enumerate(BY_STRENGTH)}

# Kinds that end with the watch of the question they are about.
QUESTION_WATCH_KINDS = frozenset({"answer", "comment", "closed", "reopened"})

# Pleasant, and nothing to act upon.
# Of points, of decisions, of being a superuser and of what the support team wrote, letters of their
# own tell.
QUIET_KINDS = frozenset(
    {"ended", "kudos", "badge", "decision", "flag", "points", "superuser", "support", "trust"}
)
MAIL_BY_DEFAULT = {kind: kind not in QUIET_KINDS for kind in KINDS}

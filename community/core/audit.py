"""The record of privileged acts: who did what to whom, when and why.

Written in the transaction of the act, so neither exists without the other. The database refuses to
change or delete a row (triggers, see the migration), and ``audit_chain`` seals what is committed.
It holds ids and names of roles or settings, never personal data: of the reason that somebody typed
an entry has a mark, the words stand beside it (``audit_reasons``).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, case, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from community.core import clock
from community.core.audit_reasons import (
    MARK,
    REASON_MAX_CHARS,
    AuditReason,
    mark_of,
    new_salt,
)
from community.core.authz import Viewer
from community.core.db import Base, db
from community.core.logs import current_request_id

__all__ = ["REASON_MAX_CHARS", "UNSEALED", "Action", "AuditEntry", "record"]

# Where a session keeps the numbers of entries it has written and not sealed yet.
UNSEALED = "unsealed audit entries"


class Action(StrEnum):
    """Every privileged act, one line each."""

    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    TRUST_FIXED = "trust.fixed"
    TRUST_FREED = "trust.freed"
    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    AUDIENCE_CHANGED = "board.audience_changed"
    ACCOUNT_MADE = "account.made"
    SESSIONS_ENDED = "account.sessions_ended"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    EXPORT_REQUESTED = "export.requested"
    ERASURE_ANNOUNCED = "erasure.announced"
    ERASURE_REQUESTED = "erasure.requested"
    ERASURE_CANCELLED = "erasure.cancelled"
    ERASURE_ORDERED = "erasure.ordered"
    ACCOUNT_ERASED = "account.erased"
    PROVIDER_CONNECTED = "provider.connected"
    PROVIDER_DISCONNECTED = "provider.disconnected"
    GROUP_MADE = "group.made"
    GROUP_RENAMED = "group.renamed"
    GROUP_DELETED = "group.deleted"
    GROUP_JOINED = "group.joined"
    GROUP_LEFT = "group.left"
    FACTOR_ADDED = "factor.added"
    FACTOR_REMOVED = "factor.removed"
    RECOVERY_CODES_RENEWED = "recovery_codes.renewed"
    RECOVERY_CODE_USED = "recovery_code.used"
    PAYBACK_OPENED = "payback.opened"
    PAYBACK_MONTH_CLOSED = "payback.month_closed"
    PAYBACK_CALCULATED = "payback.calculated"
    PAYBACK_STATEMENTS_ISSUED = "payback.statements_issued"
    PAYBACK_CHOICE_OPENED = "payback.choice_opened"
    PAYBACK_REOPENED = "payback.reopened"
    PAYBACK_BOOKS_CLOSED = "payback.books_closed"
    PAYBACK_LOCKED = "payback.locked"
    PAYBACK_CHOSEN = "payback.chosen"
    PAYBACK_HELD = "payback.held"
    PAYBACK_FREED = "payback.freed"
    PAYOUT_DETAILS_SAVED = "payout_details.saved"
    PAYOUT_DETAILS_REMOVED = "payout_details.removed"
    CHARITY_APPROVED = "charity.approved"
    CHARITY_RETIRED = "charity.retired"
    RULES_ADDED = "rules.added"
    RULES_WITHDRAWN = "rules.withdrawn"
    RANK_CHANGED = "rank.changed"
    ADJUSTMENT_PROPOSED = "adjustment.proposed"
    ADJUSTMENT_BOOKED = "adjustment.booked"
    ADJUSTMENT_REFUSED = "adjustment.refused"
    APPEAL_TAKEN = "appeal.taken"
    APPEAL_UPHELD = "appeal.upheld"
    APPEAL_REJECTED = "appeal.rejected"
    SUPERUSER_INVITED = "superuser.invited"
    SUPERUSER_APPLIED = "superuser.applied"
    SUPERUSER_APPROVED = "superuser.approved"
    SUPERUSER_REJECTED = "superuser.rejected"
    SUPERUSER_AGREED = "superuser.agreed"
    SUPERUSER_STARTED = "superuser.started"
    SUPERUSER_TIER_SET = "superuser.tier_set"
    SUPERUSER_EXTENDED = "superuser.extended"
    SUPERUSER_DECLINED = "superuser.declined"
    SUPERUSER_LAPSED = "superuser.lapsed"
    SUPERUSER_LEFT = "superuser.left"
    SUPERUSER_ENDED = "superuser.ended"
    BADGE_MADE = "badge.made"
    BADGE_CHANGED = "badge.changed"
    BADGE_GRANTED = "badge.granted"
    BADGE_REVOKED = "badge.revoked"
    PAYOUT_APPROVED = "payout.approved"
    PAYOUT_BEGUN = "payout.begun"
    PAYOUT_EXPORTED = "payout.exported"
    PAYOUT_FILE_TAKEN = "payout.file_taken"
    PAYOUT_LEFT_OUT = "payout.left_out"
    PAYOUT_REPORTED = "payout.reported"
    PAYOUT_RETRIED = "payout.retried"
    PAYOUT_LEFT = "payout.left"
    PAYOUT_PAID = "payout.paid"
    PAYOUT_CLOSED = "payout.closed"
    PAYOUT_HALTED = "payout.halted"
    PAYOUT_RESUMED = "payout.resumed"
    IMAGE_REMOVED = "image.removed"
    IMAGE_RESTORED = "image.restored"
    CASE_OPENED = "case.opened"
    CASE_CLAIMED = "case.claimed"
    CASE_RELEASED = "case.released"
    CASE_VOICED = "case.voiced"
    CASE_NOTED = "case.noted"
    CASE_ESCALATED = "case.escalated"
    CASE_DECIDED = "case.decided"
    CASE_UNDONE = "case.undone"
    CASE_CLOSED = "case.closed"
    SPAM_CLEANED = "spam.cleaned"
    SPAM_CLEANUP_UNDONE = "spam.cleanup_undone"
    SANCTION_STARTED = "sanction.started"
    SANCTION_EXPIRED = "sanction.expired"
    SANCTION_LIFTED = "sanction.lifted"
    STATEMENT_ISSUED = "statement.issued"
    STATEMENT_UNDONE = "statement.undone"
    DECISION_APPEALED = "decision.appealed"
    DECISION_UPHELD = "decision.upheld"
    DECISION_OVERTURNED = "decision.overturned"
    WORDING_CHANGED = "sanction.wording_changed"
    SCREENING_CHANGED = "screening.changed"
    HANDOVER_CHANGED = "handover.changed"
    ALARM_WORDS_CHANGED = "handover.words_changed"
    WORD_ADDED = "word.added"
    WORD_DISABLED = "word.disabled"
    WORD_ENABLED = "word.enabled"
    TEAM_MADE = "team.made"
    TEAM_CHANGED = "team.changed"
    TEAM_DELETED = "team.deleted"
    TEAM_JOINED = "team.joined"
    AGENT_CHANGED = "agent.changed"
    TEAM_LEFT = "team.left"
    CALENDAR_MADE = "calendar.made"
    CALENDAR_CHANGED = "calendar.changed"
    SLA_POLICY_MADE = "sla_policy.made"
    SLA_POLICY_CHANGED = "sla_policy.changed"
    SLA_POLICY_MOVED = "sla_policy.moved"
    SLA_POLICY_DELETED = "sla_policy.deleted"
    POST_HIDDEN_BY_FLAGS = "post.hidden_by_flags"
    PAIRS_EXCLUDED = "pairs.excluded"
    PAIRS_INCLUDED = "pairs.included"
    POST_HIDDEN = "post.hidden"
    POST_DELETED = "post.deleted"
    POST_RESTORED = "post.restored"
    POST_EDITED = "post.edited"
    ANSWER_ACCEPTED = "answer.accepted"
    ANSWER_UNACCEPTED = "answer.unaccepted"
    SOLUTION_REFUSED = "solution.refused"
    EDIT_ACCEPTED = "edit.accepted"
    EDIT_REFUSED = "edit.refused"
    QUESTION_RETAGGED = "question.retagged"
    QUESTION_CLOSED = "question.closed"
    QUESTION_REOPENED = "question.reopened"
    QUESTION_LOCKED = "question.locked"
    QUESTION_UNLOCKED = "question.unlocked"
    QUESTION_PINNED = "question.pinned"
    QUESTION_UNPINNED = "question.unpinned"
    QUESTION_SLOWED = "question.slowed"
    QUESTION_UNSLOWED = "question.unslowed"
    QUESTION_MOVED = "question.moved"
    QUESTION_MERGED = "question.merged"
    QUESTION_SPLIT = "question.split"
    POST_TURNED = "post.turned"
    REGROUPING_UNDONE = "regrouping.undone"
    DUPLICATE_PROPOSED = "duplicate.proposed"
    DUPLICATE_SECONDED = "duplicate.seconded"
    DUPLICATE_WITHDRAWN = "duplicate.withdrawn"
    DUPLICATE_DISMISSED = "duplicate.dismissed"
    ACCOUNTS_LINKED = "accounts.linked"
    ACCOUNTS_UNLINKED = "accounts.unlinked"
    LOG_SEALED = "audit.sealed"
    LOG_EXPORTED = "audit.exported"
    DATA_SEEN = "data.seen"
    SUPPORT_CASE_OPENED = "support_case.opened"
    SUPPORT_CASE_ASSIGNED = "support_case.assigned"
    SUPPORT_CASE_PRIORITISED = "support_case.prioritised"
    SUPPORT_CASE_HANDED_OVER = "support_case.handed_over"
    SUPPORT_CASE_MOVED = "support_case.moved"
    SUPPORT_CASE_LINKED = "support_case.linked"
    SUPPORT_CASE_UNLINKED = "support_case.unlinked"
    PUBLICATION_ASKED = "publication.asked"
    PUBLICATION_ANSWERED = "publication.answered"
    PUBLICATION_WITHDRAWN = "publication.withdrawn"
    SIDE_CONVERSATION_STARTED = "side_conversation.started"
    MACRO_ADDED = "macro.added"
    MACRO_CHANGED = "macro.changed"
    MACRO_RETIRED = "macro.retired"
    MACRO_RESTORED = "macro.restored"
    NOTE_ADDED = "note.added"
    NOTE_DELETED = "note.deleted"


class AuditEntry(Base):
    """One act. ``actor_id`` is None for the system; ``actor_role`` is the highest role held then.

    Neither id has a foreign key: an entry outlives what it speaks of. ``mark`` is that of the
    reason; in entries from before there were marks it is the reason itself. ``reason`` is what
    readers are shown either way.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject_type", "subject_id", "id"),
        Index("ix_audit_entries_actor_id", "actor_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None]
    actor_role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    mark: Mapped[str] = mapped_column("reason", String(REASON_MAX_CHARS), default="")
    request_id: Mapped[str] = mapped_column(String(32), default="")

    reason: Mapped[str] = column_property(
        func.coalesce(
            select(AuditReason.text)
            .where(AuditReason.id == id)
            .correlate_except(AuditReason)
            .scalar_subquery(),
            case((mark.startswith(MARK), ""), else_=mark),
        )
    )


def record(
    actor: Viewer,
    action: Action,
    *,
    subject: tuple[str, int | None],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one entry into the present transaction; ``subject`` is a kind of record and its id."""
    kind, subject_id = subject
    text, salt = reason[:REASON_MAX_CHARS], new_salt()
    entry = AuditEntry(
        actor_id=actor.viewer_id,
        actor_role=getattr(actor, "role", "system"),
        action=action.value,
        subject_type=kind,
        subject_id=subject_id,
        before=before,
        after=after,
        mark=mark_of(text, salt) if text else "",
        request_id=current_request_id(),
    )
    db.session.add(entry)
    db.session.flush()
    if text:
        db.session.add(AuditReason(id=entry.id, text=text, salt=salt, key_id="", seal=""))
        db.session.flush()
    db.session.info.setdefault(UNSEALED, set()).add(entry.id)

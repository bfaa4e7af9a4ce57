"""All models of the application, so that migrations and tests know every table."""

from community.boards.models import Board, BoardGroup, BoardStats
from community.core.allowances import AllowanceUse
from community.core.audit import AuditEntry
from community.core.audit_chain import AuditHead, AuditSeal
from community.core.audit_reasons import AuditReason
from community.core.jobs import EventRecord, Job, PeriodicSlot
from community.core.submissions import Submission
from community.core.undeliverable import UndeliverableAddress
from community.escalation.calendars.models import Calendar, CalendarVersion
from community.escalation.cases.models import (
    CaseLink,
    CaseMessage,
    CasePresence,
    CaseStep,
    Escalation,
    SupportCase,
)
from community.escalation.connectors.models import ConnectorDelivery, ConnectorLink, ConnectorState
from community.escalation.csat.models import CsatRefusal, CsatResponse
from community.escalation.macros.models import Macro
from community.escalation.mail_in.models import ReceivedMail
from community.escalation.publishing.models import Publication
from community.escalation.side.models import SideConversation, SideMessage
from community.escalation.sla.models import SlaClock, SlaEvent, SlaPolicy
from community.escalation.teams.models import DeskAgent, Team, TeamBoard, TeamMember
from community.escalation.triggers.models import (
    AlarmWords,
    AnswerWait,
    HandoverRule,
    UnsolvedReport,
    WaitingQuestion,
)
from community.identity.models import (
    Consent,
    ExternalIdentity,
    FormerIdentifier,
    Group,
    GroupMember,
    NameChange,
    OneTimeToken,
    Passkey,
    RecoveryCode,
    RoleGrant,
    SignInTrace,
    SpentChallenge,
    TotpFactor,
    User,
    UserSession,
    WrongCode,
)
from community.importers.models import ImportedRecord
from community.notifications.models import Digest, Notification, NotificationSetting, Welcome
from community.posts.models import (
    Attachment,
    Comment,
    Draft,
    HeldPost,
    Post,
    PostTag,
    Removal,
    Revision,
    SuggestedEdit,
    Tag,
    TagCount,
    Vote,
    Watch,
)
from community.privacy.models import PersonalExport
from community.questions.models import (
    Acceptance,
    Answer,
    Closure,
    DuplicateLink,
    DuplicateProposal,
    DuplicateVoice,
    FollowUp,
    InfoRequest,
    LapsedAcceptance,
    LikelySolution,
    Lock,
    MeToo,
    Pin,
    Question,
    Regrouping,
    TopicStanding,
)
from community.search.models import Deflection, IndexRequest
from moderation.appeals.models import DecisionAppeal
from moderation.audit.models import StaffNote
from moderation.cases.models import CaseNote, CaseSubject, CaseVoice, ModerationCase
from moderation.flags.models import Flag, FlagHiding
from moderation.held.models import BoardScreening
from moderation.sanctions.models import Sanction, SanctionWording, Statement
from moderation.spam.models import (
    CleanedCase,
    CleanedPost,
    SpamCleanup,
    SpamLesson,
    SpamModel,
    SpamToken,
    TextMark,
)
from moderation.words.models import WatchedWord
from reputation.adjustments.models import Adjustment, PointsAppeal
from reputation.badges.models import Badge, BadgeGrant
from reputation.drafts.models import RuleDraft, RuleSimulation
from reputation.fairness.models import RingFinding, RingMember
from reputation.leaderboards.models import LeaderboardScore
from reputation.ledger.models import (
    LedgerAccount,
    LedgerClosing,
    LedgerEntry,
    LedgerExclusion,
    PromotionBudget,
    PromotionShare,
    RuleVersion,
)
from reputation.payback.models import (
    Charity,
    CharityVote,
    MonthClose,
    PaybackHold,
    PaybackNotice,
    PaybackPeriod,
    PayoutDetails,
    PayoutLine,
)
from reputation.payouts.models import PayoutBatch, PayoutHalt, PayoutItem, SettlementImport
from reputation.ranks.models import Rank
from reputation.superusers.models import SuperuserMembership
from reputation.trust.models import VisitDay

__all__ = [
    "Acceptance",
    "Adjustment",
    "AlarmWords",
    "AllowanceUse",
    "Answer",
    "AnswerWait",
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "AuditReason",
    "AuditSeal",
    "Badge",
    "BadgeGrant",
    "Board",
    "BoardGroup",
    "BoardScreening",
    "BoardStats",
    "Calendar",
    "CalendarVersion",
    "CaseLink",
    "CaseMessage",
    "CaseNote",
    "CasePresence",
    "CaseStep",
    "CaseSubject",
    "CaseVoice",
    "Charity",
    "CharityVote",
    "CleanedCase",
    "CleanedPost",
    "Closure",
    "Comment",
    "ConnectorDelivery",
    "ConnectorLink",
    "ConnectorState",
    "Consent",
    "CsatRefusal",
    "CsatResponse",
    "DecisionAppeal",
    "Deflection",
    "DeskAgent",
    "Digest",
    "Draft",
    "DuplicateLink",
    "DuplicateProposal",
    "DuplicateVoice",
    "Escalation",
    "EventRecord",
    "ExternalIdentity",
    "Flag",
    "FlagHiding",
    "FollowUp",
    "FormerIdentifier",
    "Group",
    "GroupMember",
    "HandoverRule",
    "HeldPost",
    "ImportedRecord",
    "IndexRequest",
    "InfoRequest",
    "Job",
    "LapsedAcceptance",
    "LeaderboardScore",
    "LedgerAccount",
    "LedgerClosing",
    "LedgerEntry",
    "LedgerExclusion",
    "LikelySolution",
    "Lock",
    "Macro",
    "MeToo",
    "ModerationCase",
    "MonthClose",
    "NameChange",
    "Notification",
    "NotificationSetting",
    "OneTimeToken",
    "Passkey",
    "PaybackHold",
    "PaybackNotice",
    "PaybackPeriod",
    "PayoutBatch",
    "PayoutDetails",
    "PayoutHalt",
    "PayoutItem",
    "PayoutLine",
    "PeriodicSlot",
    "PersonalExport",
    "Pin",
    "PointsAppeal",
    "Post",
    "PostTag",
    "PromotionBudget",
    "PromotionShare",
    "Publication",
    "Question",
    "Rank",
    "ReceivedMail",
    "RecoveryCode",
    "Regrouping",
    "Removal",
    "Revision",
    "RingFinding",
    "RingMember",
    "RoleGrant",
    "RuleDraft",
    "RuleSimulation",
    "RuleVersion",
    "Sanction",
    "SanctionWording",
    "SettlementImport",
    "SideConversation",
    "SideMessage",
    "SignInTrace",
    "SlaClock",
    "SlaEvent",
    "SlaPolicy",
    "SpamCleanup",
    "SpamLesson",
    "SpamModel",
    "SpamToken",
    "SpentChallenge",
    "StaffNote",
    "Statement",
    "Submission",
    "SuggestedEdit",
    "SuperuserMembership",
    "SupportCase",
    "Tag",
    "TagCount",
    "Team",
    "TeamBoard",
    "TeamMember",
    "TextMark",
    "TopicStanding",
    "TotpFactor",
    "UndeliverableAddress",
    "UnsolvedReport",
    "User",
    "UserSession",
    "VisitDay",
    "Vote",
    "WaitingQuestion",
    "Watch",
    "WatchedWord",
    "Welcome",
    "WrongCode",
]

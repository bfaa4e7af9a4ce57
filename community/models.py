"""All models of the application, so that migrations and tests know every table."""

from community.boards.models import Board, BoardGroup, BoardStats
from community.core.allowances import AllowanceUse
from community.core.audit import AuditEntry
from community.core.jobs import EventRecord, Job, PeriodicSlot
from community.core.submissions import Submission
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
    SpentChallenge,
    TotpFactor,
    User,
    UserSession,
    WrongCode,
)
from community.importers.models import ImportedRecord
from community.notifications.models import Digest, Notification, NotificationSetting
from community.posts.models import (
    Comment,
    Draft,
    Post,
    PostTag,
    Removal,
    Revision,
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
    InfoRequest,
    Lock,
    MeToo,
    Question,
)
from community.search.models import Deflection, IndexRequest
from reputation.ledger.models import LedgerAccount, LedgerEntry

__all__ = [
    "Acceptance",
    "AllowanceUse",
    "Answer",
    "AuditEntry",
    "Board",
    "BoardGroup",
    "BoardStats",
    "Closure",
    "Comment",
    "Consent",
    "Deflection",
    "Digest",
    "Draft",
    "DuplicateLink",
    "EventRecord",
    "ExternalIdentity",
    "FormerIdentifier",
    "Group",
    "GroupMember",
    "ImportedRecord",
    "IndexRequest",
    "InfoRequest",
    "Job",
    "LedgerAccount",
    "LedgerEntry",
    "Lock",
    "MeToo",
    "NameChange",
    "Notification",
    "NotificationSetting",
    "OneTimeToken",
    "Passkey",
    "PeriodicSlot",
    "PersonalExport",
    "Post",
    "PostTag",
    "Question",
    "RecoveryCode",
    "Removal",
    "Revision",
    "RoleGrant",
    "SpentChallenge",
    "Submission",
    "Tag",
    "TagCount",
    "TotpFactor",
    "User",
    "UserSession",
    "Vote",
    "Watch",
    "WrongCode",
]

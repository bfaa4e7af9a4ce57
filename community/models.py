"""All models of the application, so that migrations and tests know every table."""

from community.boards.models import Board, BoardStats
from community.core.jobs import EventRecord, Job, PeriodicSlot
from community.core.submissions import Submission
from community.identity.models import RoleGrant, User
from community.importers.models import ImportedRecord
from community.notifications.models import Notification, NotificationSetting
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

__all__ = [
    "Acceptance",
    "Answer",
    "Board",
    "BoardStats",
    "Closure",
    "Comment",
    "Deflection",
    "Draft",
    "DuplicateLink",
    "EventRecord",
    "ImportedRecord",
    "IndexRequest",
    "InfoRequest",
    "Job",
    "Lock",
    "MeToo",
    "Notification",
    "NotificationSetting",
    "PeriodicSlot",
    "Post",
    "PostTag",
    "Question",
    "Removal",
    "Revision",
    "RoleGrant",
    "Submission",
    "Tag",
    "TagCount",
    "User",
    "Vote",
    "Watch",
]

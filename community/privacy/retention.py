"""How long what is kept, by kind; everything older is forgotten.

``docs/privacy.md`` shows this table; a test compares the two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from community.core import submissions, undeliverable
from community.core.settings import current_settings
from community.escalation.cases.operations.presence import forget_presence
from community.escalation.csat.operations.forgetting import COMMENTS_KEPT, forget_comments
from community.escalation.mail_in.operations.forgetting import (
    forget_mails_without_case,
    forget_support,
)
from community.escalation.publishing.operations.forgetting import forget_publications
from community.identity import policies as identity_policies
from community.identity.operations import codes, registration, traces
from community.posts import attaching, drafts
from community.privacy.operations import archives, forgetting, leaving
from community.questions.operations.suggestions import prune_suggestions
from moderation.spam.operations.learning import MARKS_KEPT, forget_marks
from reputation.trust.operations import prune_visits
from reputation.trust.rules import WINDOW


@dataclass(frozen=True)
class Period:
    """A kind of data, how long it is kept, and what forgets it.

    ``setting`` names the setting that holds the number, in days or hours as its name says; without
    one the time is fixed. ``forget`` takes the age from which on things go.
    """

    kind: str
    what: str
    forget: Callable[[timedelta], None]
    setting: str | None = None
    fixed: timedelta = timedelta()

    @property
    def age(self) -> timedelta:
        """From which age on things are forgotten."""
        if self.setting is None:
            return self.fixed
        number = getattr(current_settings(), self.setting)
        return timedelta(hours=number) if "hours" in self.setting else timedelta(days=number)


def _forget_support(age: timedelta) -> None:
    forget_support(age)
    forget_publications(age)


PERIODS = (
    Period(
        "sessions",
        "sessions after their absolute limit or when idle for 14 days",
        forgetting.forget_sessions,
        fixed=identity_policies.LONGEST,
    ),
    Period(
        "links",
        "one-time links after they expired",
        forgetting.forget_links,
        "spent_link_days",
    ),
    Period(
        "wrong_codes",
        "wrong codes entered",
        lambda age: forgetting.in_transaction(codes.prune_factor_traces),
        fixed=codes.KEPT_FOR,
    ),
    Period(
        "spent_challenges",
        "challenges that passkeys answered",
        lambda age: forgetting.in_transaction(codes.prune_factor_traces),
        fixed=codes.KEPT_FOR,
    ),
    Period(
        "notifications",
        "notifications, digests",
        forgetting.forget_notifications,
        "notification_days",
    ),
    Period(
        "read_notifications",
        "notifications that were read",
        forgetting.forget_read_notifications,
        "read_notification_days",
    ),
    Period(
        "searches",
        "who typed what before asking; the count stays",
        forgetting.forget_searches,
        "search_days",
    ),
    Period(
        "reading",
        "how much a member read on a day",
        lambda age: forgetting.in_transaction(prune_visits),
        fixed=WINDOW,
    ),
    Period("events", "events, as ids", forgetting.forget_events, "event_days"),
    Period("mail_jobs", "mails that could not be sent", forgetting.forget_mails, "mail_job_hours"),
    Period("jobs", "jobs that failed for good", forgetting.forget_parked_jobs, "parked_job_days"),
    Period(
        "mail_files",
        "mails written to files",
        forgetting.forget_mail_files,
        "mail_file_days",
    ),
    Period(
        "former_addresses",
        "e-mail addresses before the present one",
        forgetting.forget_former_addresses,
        "former_address_days",
    ),
    Period(
        "traces",
        "keyed hashes of where and with what somebody signed in",
        lambda age: forgetting.in_transaction(lambda: traces.prune_traces(age)),
        "trace_days",
    ),
    Period(
        "cases",
        "cases that were closed, and what was found for them",
        forgetting.forget_cases,
        "case_days",
    ),
    Period(
        "support_cases",
        "what was written in support cases since closed, and addresses of strangers; the numbers"
        " stay",
        lambda age: forgetting.in_transaction(lambda: _forget_support(age)),
        "support_case_days",
    ),
    Period(
        "case_presences",
        "who of the support team has a case open; shown for a minute",
        lambda age: forgetting.in_transaction(lambda: forget_presence(age)),
        fixed=timedelta(hours=1),
    ),
    Period(
        "suggestions",
        "suggested changes that were not taken",
        lambda age: forgetting.in_transaction(lambda: prune_suggestions(age)),
        "case_days",
    ),
    Period(
        "text_marks",
        "keyed hashes by which copies of a text are found",
        lambda age: forgetting.in_transaction(lambda: forget_marks(age)),
        fixed=MARKS_KEPT,
    ),
    Period(
        "bounces",
        "keyed hashes of addresses from which our mails came back",
        lambda age: forgetting.in_transaction(lambda: undeliverable.forget_bounces(age)),
        fixed=undeliverable.FORGOTTEN_AFTER,
    ),
    Period(
        "received_mails",
        "that a mail came which went into no case",
        lambda age: forgetting.in_transaction(lambda: forget_mails_without_case(age)),
        "trace_days",
    ),
    Period(
        "exports",
        "archives of one's own data",
        lambda age: archives.delete_expired_archives(),
        "export_hours",
    ),
    Period(
        "drafts",
        "drafts nobody has touched",
        lambda age: forgetting.in_transaction(drafts.prune_drafts),
        fixed=timedelta(days=drafts.KEPT_DAYS),
    ),
    Period(
        "submissions",
        "notes of forms that were sent",
        lambda age: forgetting.in_transaction(submissions.prune_submissions),
        fixed=timedelta(hours=submissions.KEPT_HOURS),
    ),
    Period(
        "pictures",
        "pictures taken down, and those that no post shows a day after they came",
        lambda age: forgetting.in_transaction(lambda: attaching.prune_images(age)),
        fixed=timedelta(days=attaching.REMOVED_DAYS),
    ),
    Period(
        "csat_comments",
        "remarks on how satisfied customers were; the marks stay",
        lambda age: forgetting.in_transaction(lambda: forget_comments(age)),
        fixed=COMMENTS_KEPT,
    ),
    Period(
        "registrations",
        "registrations whose address was never confirmed",
        lambda age: forgetting.in_transaction(registration.prune_registrations),
        fixed=timedelta(days=registration.KEPT_DAYS),
    ),
    Period(
        "inactive",
        "accounts nobody signs in with; their owners are told before",
        leaving.announce_to_inactive,
        "inactive_days",
    ),
)
# Kept as long as the account, the post or the site itself; uses of limits, until they count no
# more; logs, where the operator keeps them.
WITHOUT_PERIOD = frozenset({"account", "post", "site", "allowance_uses", "logs"})

"""Settings: read from the environment once, typed, checked, replaceable in tests."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Self, get_type_hints
from zoneinfo import ZoneInfo

from community.core.patterns import PatternRefused, compile_bounded
from community.core.privileges import thresholds
from community.core.settings_values import (
    SettingsError,
    check_border_months,
    check_breached_passwords,
    check_hook_key,
    check_mail_addresses,
    is_on,
    kept_secret,
    parse,
)

MINIMUM_SECRET_BYTES = 32
KNOWN_SECRETS = frozenset({"secret", "dev", "changeme", "change-me", "development", "test"})
ENVIRONMENTS = ("production", "development", "demo", "test")
# The least that OWASP's Password Storage Cheat Sheet names for Argon2id: KiB, passes, lanes.
ARGON2_FLOOR = (19_456, 2, 1)
# Source: product feature F3.
MOST_FIRST_POSTS = 3
EXCESS = ("refuse", "hold")
# When a moderator looks at first posts: while everybody sees them, or before anybody does.
REVIEWS = ("after", "before")
MAIL_BACKENDS = ("console", "file", "locmem", "smtp")
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


def _instance_path() -> Path:
    return Path(__file__).resolve().parents[2] / "instance"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator can set, one ``FORUM_…`` variable a field.

    ``DATABASE_URL`` is the one name without the prefix. Sizes are bytes, durations say their unit.
    """

    environment: str = "production"
    secret_key: str = ""
    secret_key_fallbacks: str = ""
    audit_former_keys: str = field(default="", repr=False)
    database_url: str = ""
    instance_path: Path = field(default_factory=_instance_path)
    site_name: str = "Nordfunk"
    site_url: str = "http://127.0.0.1:5000"
    default_language: str = "de"
    default_time_zone: str = "Europe/Berlin"
    brand_colour: str = ""
    mail_backend: str = "console"
    mail_from: str = "community@localhost"
    mail_help_address: str = ""
    mail_reply_address: str = ""
    mail_replies: bool = True
    mail_authentication_host: str = ""
    mail_hook_key: str = field(default="", repr=False)
    imap_host: str = ""
    imap_port: int = 993
    imap_tls: bool = True
    imap_user: str = ""
    imap_password: str = field(default="", repr=False)
    imap_folder: str = "INBOX"
    security_contact: str = ""
    terms_url: str = ""
    terms_version: str = ""
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = True
    proxy_hops: int = 0
    max_body_bytes: int = 1_048_576
    log_format: str = "json"
    argon2_memory_kib: int = 65_536
    argon2_time_cost: int = 3
    argon2_parallelism: int = 4
    breached_passwords: str = ""
    name_change_days: int = 30
    name_reserved_days: int = 90
    kudos_undo_minutes: int = 10
    edit_window_days: int = 1
    edit_grace_minutes: int = 5
    accepted_answers_max: int = 3
    info_reminder_days: int = 3
    info_close_days: int = 14
    solved_close_hours: int = 48
    silent_archive_days: int = 180
    questions_per_day: int = 20
    questions_first_day: int = 3
    posts_first_day: int = 10
    question_pause_seconds: int = 15
    post_pause_seconds: int = 5
    newcomer_question_pause_seconds: int = 120
    newcomer_post_pause_seconds: int = 30
    newcomer_replies_per_question: int = 3
    newcomer_links: int = 2
    newcomer_mentions: int = 2
    newcomer_media: int = 1
    newcomer_excess: str = "refuse"
    first_posts_reviewed: int = 1
    first_posts_review: str = "after"
    customer_number_pattern: str = ""
    images_per_post: int = 10
    images_per_day: int = 50
    images_member_mib: int = 200
    images_path: str = ""
    same_text_minutes: int = 5
    privilege_preset: str = "low"
    privilege_points: str = ""
    flag_sensitivity: str = "medium"
    flags_per_day: int = 20
    newcomer_flags_per_day: int = 10
    suggestions_per_day: int = 10
    reviews_per_day: int = 40
    unanswered_unindexed_days: int = 30
    job_lease_seconds: int = 60
    registrations_per_day: int = 3
    rate_limits: bool = True
    export_hours: int = 48
    erasure_wait_days: int = 14
    inactive_days: int = 730
    inactive_notice_days: int = 30
    read_notification_days: int = 90
    notification_days: int = 365
    search_days: int = 90
    event_days: int = 90
    parked_job_days: int = 30
    mail_job_hours: int = 24
    mail_file_days: int = 7
    spent_link_days: int = 7
    former_address_days: int = 90
    adjust_reputation_moderator: int = 100
    adjust_reputation_admin: int = 1_000
    adjust_payback_moderator: int = 0
    adjust_payback_admin: int = 1_000
    appeal_working_days: int = 10
    holidays: str = ""
    rules_notice_days: int = 30
    trace_days: int = 90
    case_days: int = 730
    support_close_hours: int = 96
    support_case_days: int = 1_095
    ring_closed_percent: int = 20
    akismet_key: str = field(default="", repr=False)
    stopforumspam: bool = False
    require_second_factor: bool = True
    superuser_points: int = 1_000
    superuser_group: str = "superusers"
    sign_in_providers: str = ""
    providers: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    payback_border_months: str = "6,12"
    payback_cash_floor: int = 1_000
    payback_choice_days: int = 14
    payback_notice_days: int = 30
    currency: str = "EUR"
    payout_name: str = ""
    payout_iban: str = ""
    payout_bic: str = ""
    trusted_origins: str = ""
    connectors: str = field(default="", repr=False)
    customer_lookup_url: str = ""
    customer_lookup_token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read ``FORUM_…`` and ``DATABASE_URL``; raise ``SettingsError`` on a bad value."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for name, kind in get_type_hints(cls).items():
            raw = environ.get(f"FORUM_{name.upper()}")
            if raw is not None:
                values[name] = parse(name, raw, kind)
        if environ.get("DATABASE_URL"):
            values["database_url"] = environ["DATABASE_URL"]
        settings = cls(**values).completed()
        if settings.is_production and is_on(environ.get("FLASK_DEBUG", "")):
            raise SettingsError(
                "FLASK_DEBUG cannot be on in production: it shows the program's insides to whoever "
                "makes it fail."
            )
        return settings

    def completed(self) -> Self:
        """Fill in what follows from other settings and refuse what cannot work."""
        settings = self
        if settings.environment not in ENVIRONMENTS:
            raise SettingsError(f"FORUM_ENVIRONMENT must be one of {', '.join(ENVIRONMENTS)}.")
        if not settings.secret_key and settings.environment != "production":
            settings = replace(settings, secret_key=kept_secret(settings.instance_path))
        if not settings.database_url:
            path = settings.instance_path / "community.sqlite3"
            settings = replace(settings, database_url=f"sqlite:///{path}")
        settings.check()
        return settings

    def check(self) -> None:
        """Raise ``SettingsError`` for anything unsafe or impossible."""
        self._check_secrets()
        if self.is_production and not self.require_second_factor:
            raise SettingsError(
                "FORUM_REQUIRE_SECOND_FACTOR cannot be off in production: a moderator's password "
                "alone must not open the site."
            )
        if self.mail_backend not in MAIL_BACKENDS:
            raise SettingsError(f"FORUM_MAIL_BACKEND must be one of {', '.join(MAIL_BACKENDS)}.")
        if self.default_language not in ("de", "en"):
            raise SettingsError("FORUM_DEFAULT_LANGUAGE must be de or en.")
        if not self.database_url.startswith(("sqlite:///", "postgresql")):
            raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
        check_mail_addresses(self.mail_help_address, self.mail_reply_address, self.mail_from)
        check_hook_key(self.mail_hook_key)
        self._check_surroundings()
        self._check_privileges()
        self._check_screening()
        self._check_points()
        self._check_passwords()
        self._check_money()

    def _check_surroundings(self) -> None:
        if self.job_lease_seconds < 1:
            raise SettingsError("FORUM_JOB_LEASE_SECONDS must be at least 1.")
        if bool(self.terms_url) != bool(self.terms_version) or len(self.terms_version) > 40:
            raise SettingsError(
                "FORUM_TERMS_URL and FORUM_TERMS_VERSION (up to 40 characters) go together."
            )
        if not 1 <= self.trace_days <= 90:
            raise SettingsError("FORUM_TRACE_DAYS must be between 1 and 90.")
        if not 20 <= self.ring_closed_percent <= 90:
            raise SettingsError("FORUM_RING_CLOSED_PERCENT must be between 20 and 90.")
        if self.flag_sensitivity not in ("low", "medium", "high"):
            raise SettingsError("FORUM_FLAG_SENSITIVITY must be low, medium or high.")
        if self.solved_close_hours < 0 or self.silent_archive_days < 0:
            raise SettingsError(
                "FORUM_SOLVED_CLOSE_HOURS and FORUM_SILENT_ARCHIVE_DAYS must not be negative."
            )
        if not 1 <= self.support_close_hours <= 672:
            raise SettingsError("FORUM_SUPPORT_CLOSE_HOURS must be between 1 and 672.")
        if not 0 <= self.proxy_hops <= 9:
            raise SettingsError("FORUM_PROXY_HOPS must be between 0 and 9.")
        if self.redis_url and not self.redis_url.startswith(REDIS_SCHEMES):
            raise SettingsError("FORUM_REDIS_URL must begin with redis://, rediss:// or unix://.")

    def _check_privileges(self) -> None:
        try:
            thresholds(self.privilege_preset, self.privilege_points)
        except ValueError as error:
            raise SettingsError(
                f"FORUM_PRIVILEGE_PRESET or FORUM_PRIVILEGE_POINTS: {error}."
            ) from error

    def _check_screening(self) -> None:
        if not 0 <= self.first_posts_reviewed <= MOST_FIRST_POSTS:
            raise SettingsError(f"FORUM_FIRST_POSTS_REVIEWED must be 0 to {MOST_FIRST_POSTS}.")
        if self.first_posts_review not in REVIEWS:
            raise SettingsError(f"FORUM_FIRST_POSTS_REVIEW must be one of {', '.join(REVIEWS)}.")
        if self.newcomer_excess not in EXCESS:
            raise SettingsError(f"FORUM_NEWCOMER_EXCESS must be one of {', '.join(EXCESS)}.")
        try:
            _ = self.customer_number_pattern and compile_bounded(self.customer_number_pattern)
        except PatternRefused as error:
            raise SettingsError(
                "FORUM_CUSTOMER_NUMBER_PATTERN must be a regular expression without *, + and "
                "repetitions inside one another: K-?[0-9]{8} for instance."
            ) from error

    def _check_points(self) -> None:
        limits = (
            *(self.adjust_reputation_moderator, self.adjust_reputation_admin),
            *(self.adjust_payback_moderator, self.adjust_payback_admin),
        )
        if min(limits) < 0:
            raise SettingsError("FORUM_ADJUST_… limits must not be below 0.")
        if not 0 <= self.rules_notice_days <= 366:
            raise SettingsError("FORUM_RULES_NOTICE_DAYS must be between 0 and 366.")
        if not 1 <= self.appeal_working_days <= 60:
            raise SettingsError("FORUM_APPEAL_WORKING_DAYS must be between 1 and 60.")
        try:
            _ = self.holiday_dates
        except ValueError as error:
            raise SettingsError(
                "FORUM_HOLIDAYS must be dates such as 2026-12-25, parted by commas."
            ) from error

    def _check_secrets(self) -> None:
        if len(self.secret_key.encode()) < MINIMUM_SECRET_BYTES or self.secret_key in KNOWN_SECRETS:
            raise SettingsError(
                "FORUM_SECRET_KEY is missing or too short: set at least "
                f"{MINIMUM_SECRET_BYTES} random bytes, for example from "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        if len(set(self.secret_key)) < 8:
            raise SettingsError("FORUM_SECRET_KEY repeats itself: set random bytes.")
        if any(len(key.encode()) < MINIMUM_SECRET_BYTES for key in self.former_secret_keys):
            raise SettingsError(
                "FORUM_SECRET_KEY_FALLBACKS holds too short a key: name former keys as they were, "
                "parted by commas."
            )
        if not all(re.fullmatch("[0-9a-f]{64}", key) for key in self.audit_keys):
            raise SettingsError(
                "FORUM_AUDIT_FORMER_KEYS must be what `flask audit keys` printed, parted by commas."
            )

    def _check_passwords(self) -> None:
        cost = (self.argon2_memory_kib, self.argon2_time_cost, self.argon2_parallelism)
        if self.is_production and any(
            have < least for have, least in zip(cost, ARGON2_FLOOR, strict=True)
        ):
            raise SettingsError(
                "FORUM_ARGON2_MEMORY_KIB, _TIME_COST and _PARALLELISM must be at least "
                f"{', '.join(map(str, ARGON2_FLOOR))} in production."
            )
        if self.breached_passwords:
            check_breached_passwords(Path(self.breached_passwords))

    def _check_money(self) -> None:
        check_border_months(self.payback_border_months)
        if self.payback_cash_floor < 1:
            raise SettingsError("FORUM_PAYBACK_CASH_FLOOR must be at least 1.")
        if not 1 <= self.payback_choice_days <= 60:
            raise SettingsError("FORUM_PAYBACK_CHOICE_DAYS must be between 1 and 60.")
        if not 1 <= self.payback_notice_days <= 90:
            raise SettingsError("FORUM_PAYBACK_NOTICE_DAYS must be between 1 and 90.")
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise SettingsError("FORUM_CURRENCY must be three capitals: EUR for instance.")
        if self.payout_bic and not re.fullmatch(
            "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", self.payout_bic
        ):
            raise SettingsError("FORUM_PAYOUT_BIC must be 8 or 11 capitals and digits.")

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with the driver we ship (psycopg 3 for PostgreSQL)."""
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    @property
    def former_secret_keys(self) -> list[str]:
        """Keys that are still understood but not written with any more, newest first."""
        return [key for part in self.secret_key_fallbacks.split(",") if (key := part.strip())]

    @property
    def trusted_origin_set(self) -> frozenset[str]:
        """What may be asked though it lies in a private network: scheme, host and port."""
        return frozenset(part.strip() for part in self.trusted_origins.split(",") if part.strip())

    @property
    def audit_keys(self) -> list[str]:
        """Keys of the audit log whose secrets are gone; they check old entries and seal none."""
        return [key for part in self.audit_former_keys.split(",") if (key := part.strip())]

    @property
    def holiday_dates(self) -> frozenset[date]:
        """Days on which nobody at the operator's works, besides Saturdays and Sundays."""
        parts = (part.strip() for part in self.holidays.split(","))
        return frozenset(date.fromisoformat(part) for part in parts if part)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def index_path(self) -> Path:
        """Folder of the search index."""
        return self.instance_path / "search"

    @property
    def uses_https(self) -> bool:
        return self.site_url.startswith("https://")


def setting_names() -> list[str]:
    """Names of all environment variables that are read."""
    return ["DATABASE_URL", *(f"FORUM_{f.name.upper()}" for f in fields(Settings))]


def current_settings() -> Settings:
    """Return the settings of the application in whose context this runs."""
    from flask import current_app

    settings: Settings = current_app.config["SETTINGS"]
    return settings


def site_zone() -> ZoneInfo:
    """Return the zone in which the site's days, months and payback periods begin and end."""
    return ZoneInfo(current_settings().default_time_zone)
